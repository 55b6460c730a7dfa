"""The guide's first form: what a desk is called and when its people work, read from the policy and written into it."""

import json
import re
from datetime import time
from typing import TYPE_CHECKING

import holidays
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rung.policies.starter import LEVELS, starter
from rung.web.people.forms import zones

if TYPE_CHECKING:
    from rung.web.setup.guide import Progress


def clock_face() -> forms.TimeInput:
    """A field for a time of day, to the minute."""
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class DeskForm(forms.Form):
    """What a new desk is called and when its people work. `seen`: the version it was filled in over."""

    name = forms.CharField(max_length=80, label=gettext_lazy("What is your desk called?"))
    time_zone = forms.ChoiceField(choices=zones, label=gettext_lazy("Time zone"))
    opens = forms.TimeField(initial=time(9), widget=clock_face(), label=gettext_lazy("People work from"))
    closes = forms.TimeField(initial=time(17), widget=clock_face(), label=gettext_lazy("to"))
    country = forms.ChoiceField(
        choices=lambda: [("", "–"), *((code, code) for code in sorted(holidays.list_supported_countries()))],
        required=False,
        label=gettext_lazy("Public holidays of"),
    )

    levels = forms.ChoiceField(
        choices=lambda: [(name, f"{len(path)}: {' → '.join(path)}") for name, path in LEVELS.items()],
        initial="three",
        required=False,
        label=gettext_lazy("Levels"),
        help_text=gettext_lazy("who is asked next when nobody answers"),
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_name(self) -> str:
        """On one line."""
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean(self) -> dict[str, object]:
        """The day ends after it begins."""
        given = super().clean() or self.cleaned_data
        opens, closes = given.get("opens"), given.get("closes")
        if opens and closes and closes <= opens:
            self.add_error("closes", _("It must end after it starts."))
        return dict(given)


def as_published(stands: "Progress", zone: str) -> dict[str, object]:
    """What the form was filled in with before, read from the policy; of a desk without a name, the reader's zone."""
    seen = stands.version.number if stands.version else 0
    if not stands.is_named or not stands.is_ours or stands.version is None:
        return {"time_zone": zone, "seen": seen}
    text = stands.version.text
    hours = re.search(r"\[(\d\d:\d\d)-(\d\d:\d\d)\]", text)
    country = re.search(r"holidays: \{country: (\w+)\}", text)
    path = next(iter(stands.policy.paths.values()), ())
    return {
        "name": stands.policy.name,
        "time_zone": stands.policy.timezone,
        "country": country[1] if country else "",
        "levels": next((name for name, levels in LEVELS.items() if levels == tuple(path)), "three"),
        "seen": seen,
        **({"opens": time.fromisoformat(hours[1]), "closes": time.fromisoformat(hours[2])} if hours else {}),
    }


def policy_text(given: dict[str, object]) -> str:
    """The starter policy with the desk's own facts; its comments stay."""
    zone, opens, closes = given["time_zone"], given["opens"], given["closes"]
    assert isinstance(opens, time)  # noqa: S101  for the type checker
    assert isinstance(closes, time)  # noqa: S101
    hours = f"[{opens:%H:%M}-{closes:%H:%M}]"
    text = starter(str(given.get("levels") or "three"))
    text = re.sub(
        r"^name: .*$",
        lambda _match: f"name: {json.dumps(given['name'], ensure_ascii=False)}",
        text,
        count=1,
        flags=re.M,
    )
    text = re.sub(r"^(\s*)timezone: .*$", lambda found: f"{found[1]}timezone: {zone}", text, flags=re.M)
    text = re.sub(r"\[09:00-17:00\]", hours, text)
    if country := given.get("country"):
        text = re.sub(
            r"^(\s*)(hours: .*)$",
            lambda found: f"{found[0]}\n{found[1]}holidays: {{country: {country}}}",
            text,
            count=1,
            flags=re.M,
        )
    return text

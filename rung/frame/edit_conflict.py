"""A form over a row that somebody saved meanwhile: says what changed and by whom, and keeps what was typed."""

from typing import Any, TypeAlias, cast

from django import forms
from django.core import signing
from django.db.models import Model
from django.http import QueryDict
from django.utils.translation import gettext as _

from rung.core import actors
from rung.people import changes
from rung.people.models import Agent

FIELD = "shown_as"
SALT = "rung.form"

State: TypeAlias = dict[str, list[str]]
"""What each field was filled in with, as a browser would send it."""


class EditConflictForm(forms.BaseForm):
    """For a form over an existing row: it carries how it was filled in, and saves nothing over another's change.

    Pressed a second time it saves, for the person has then seen both. A field that they had not touched takes the
    newer value by itself. Without the stamp, such as from a script, nothing is compared.
    """

    def __init__(self, *args: Any, over: Model | None = None, **named: Any) -> None:
        super().__init__(*args, **named)
        row = over or getattr(self, "instance", None)
        self.over = row if row is not None and row.pk else None
        if self.over is not None:
            self.fields[FIELD] = forms.CharField(required=False, widget=forms.HiddenInput)
            self.fields[FIELD].initial = self._stamp

    def clean(self) -> dict[str, Any]:
        """Refuses where the row is not as it was shown."""
        given: dict[str, Any] = dict(super().clean() or self.cleaned_data)
        shown, stands = _read(self.data.get(FIELD, "")), self._state() if self.over is not None else {}
        differing = [name for name in stands if name in shown and shown[name] != stands[name]]
        if differing:
            typed = {name: _sent(self._posted().getlist(name)) for name in differing}
            self._take_over({name: stands[name] for name in differing if typed[name] == shown[name]})
            self.add_error(None, self._told(differing, shown, stands, typed))
        return given

    def _told(self, names: list[str], shown: State, stands: State, typed: State) -> list[str]:
        said = []
        for name in names:
            words = {key: _in_words(self.fields[name], state[name]) for key, state in (("was", shown), ("now", stands))}
            words["field"] = str(self.fields[name].label or name.replace("_", " "))
            if typed[name] in (shown[name], stands[name]):
                said.append(_("%(field)s: “%(was)s” has become “%(now)s”, which stands here now.") % words)
            else:
                said.append(_("%(field)s: “%(was)s” has become “%(now)s”; what you entered stands here.") % words)
        who = _who(self.over)
        first = (
            _("%(who)s has saved this since you opened it. Nothing is overwritten: look at it and save again.")
            if who
            else _("This was saved elsewhere since you opened it. Nothing is overwritten: look at it and save again.")
        )
        return [first % {"who": who}, *said]

    def _take_over(self, newer: State) -> None:
        data = self._posted().copy()
        for name, values in newer.items():
            data.setlist(name, values)
        data[FIELD] = self._stamp()
        self.data = data

    def _posted(self) -> QueryDict:
        return cast("QueryDict", self.data)

    def _stamp(self) -> str:
        return signing.dumps(self._state(), salt=SALT, compress=True)

    def _state(self) -> State:
        return {
            name: _as_sent(field, self.get_initial_for_field(field, name))
            for name, field in self.fields.items()
            if name != FIELD and not field.disabled and not isinstance(field.widget, forms.PasswordInput)
        }


def _as_sent(field: forms.Field, value: Any) -> list[str]:
    value = field.prepare_value(value)
    if isinstance(field, forms.BooleanField):
        return ["on"] if value else []
    values = value if isinstance(value, list | tuple) else [value]
    return _sent(["" if each is None else str(each) for each in values])


def _sent(values: list[str]) -> list[str]:
    """In one order, and an empty field like one that is not there."""
    return sorted(value.replace("\r\n", "\n") for value in values if value)


def _in_words(field: forms.Field, values: list[str]) -> str:
    if isinstance(field, forms.BooleanField):
        return _("yes") if values else _("no")
    names = {str(value): str(name) for value, name in getattr(field, "choices", ())}
    return ", ".join(sorted(names.get(value, value) for value in values)) or "–"


def _read(stamp: str) -> State:
    try:
        return dict(signing.loads(stamp, salt=SALT)) if stamp else {}
    except signing.BadSignature:
        return {}


def _who(row: Model | None) -> str:
    """Who changed it last, by name; empty where nobody is known."""
    by = changes.newest_by(row) if row is not None else None
    handle = actors.handle_of(by) if by else None
    if handle is None:
        return ""
    return Agent.objects.filter(handle=handle).values_list("name", flat=True).first() or handle

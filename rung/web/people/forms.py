"""Forms of the pages about people, and what each field must be."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from rung.core.sentences import say
from rung.frame.edit_conflict import EditConflictForm
from rung.people import mail_domains
from rung.people.models import HANDLE, Absence, Agent, ContactMethod, Customer, Override, Role, Team
from rung.people.roles import is_only_owner
from rung.policies.outlets import outlets
from rung.policies.versions import compiled, current_number

WHEN = "%Y-%m-%dT%H:%M"


class CommaSeparatedField(forms.Field):
    """Several words with commas between them."""

    widget = forms.TextInput

    def prepare_value(self, value: Any) -> Any:
        """Back with commas."""
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> list[str]:
        """Each once, in their order."""
        words = value if isinstance(value, list) else str(value or "").split(",")
        return list(dict.fromkeys(word.strip() for word in words if word.strip()))


class LocalTimeField(forms.DateTimeField):
    """A moment in the reader's own time zone, as browsers enter it."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=WHEN)
        super().__init__(widget=widget, input_formats=[WHEN, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **options)


def levels() -> list[tuple[str, str]]:
    """The levels of the policy in force."""
    return [("", "–"), *((name, name) for name in compiled(current_number()).policy.levels)]


def zones() -> list[tuple[str, str]]:
    """Every time zone by name."""
    return [(name, name) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]


RESTRICTED = _("sees only the tickets of their teams, and those given to them (agents and observers)")
FROM_NOW_ON = _("works here (a person who has left is still named on past actions)")


class AgentForm(EditConflictForm, forms.ModelForm):  # type: ignore[type-arg]
    """An agent, for an owner."""

    field_order = ("name", "handle", "email", "role", "level", "teams", "is_restricted", "skills")

    handle = forms.CharField(max_length=60, validators=[HANDLE], label=_("Handle, as the policy names them"))
    email = forms.EmailField(label=_("E-mail"))
    level = forms.ChoiceField(choices=levels, required=False, label=_("Level"))
    skills = CommaSeparatedField(required=False, label=_("Expert in these categories"))
    teams = forms.ModelMultipleChoiceField(
        Team.objects.all(), required=False, widget=forms.CheckboxSelectMultiple, label=_("Teams")
    )
    time_zone = forms.ChoiceField(choices=zones, label=_("Time zone"))
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=_("Language"))

    class Meta:
        model = Agent
        fields = (
            "name",
            "handle",
            "email",
            "role",
            "level",
            "skills",
            "is_restricted",
            "time_zone",
            "language",
            "is_active",
        )

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["role"].label = _("Role")
        self.fields["is_restricted"].label = RESTRICTED
        if self.instance.pk:
            self.fields["is_active"].label = FROM_NOW_ON
            self.fields["handle"].disabled = True  # events and policies know them by it
            self.fields["teams"].initial = self.instance.teams.all()
        else:
            self.initial["time_zone"] = compiled(current_number()).policy.timezone
            del self.fields["is_active"]

    def clean_email(self) -> str:
        """In lower case, as they are kept."""
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        """Somebody must be left who may manage people."""
        given = dict(super().clean() or self.cleaned_data)
        stays = given.get("role") == Role.OWNER and given.get("is_active", True)
        if self.instance.pk and not stays and is_only_owner(self.instance):
            raise forms.ValidationError(_("This is the desk's only owner; make somebody else an owner first."))
        return given

    def save(self, commit: bool = True) -> Agent:  # noqa: ARG002  Django's signature
        """With the teams. A new agent has no password: a link lets them in."""
        agent: Agent = super().save(commit=False)
        if not agent.pk:
            agent.set_unusable_password()
        agent.save()
        agent.teams.set(self.cleaned_data["teams"])
        return agent


class MeForm(EditConflictForm, forms.ModelForm):  # type: ignore[type-arg]
    """What everybody may change of themselves."""

    time_zone = forms.ChoiceField(choices=zones, label=_("Time zone"))
    language = forms.ChoiceField(choices=settings.LANGUAGES, label=_("Language"))

    class Meta:
        model = Agent
        fields = ("name", "time_zone", "language")


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]
    """One more way to be reached."""

    channel = forms.ChoiceField(choices=lambda: [(each.name, say(each.label)) for each in outlets().reaching_people()])

    class Meta:
        model = ContactMethod
        fields = ("channel", "address")

    @property
    def hint(self) -> str:
        """What an address can be."""
        return ", ".join(say(each.person_is) for each in outlets().reaching_people())

    def clean(self) -> dict[str, Any]:
        """An address of that channel."""
        given = dict(super().clean() or self.cleaned_data)
        outlet, address = outlets().named(str(given.get("channel"))), given.get("address")
        if outlet is not None and address and not re.fullmatch(outlet.person, address):
            wanted = {"address": address, "wanted": say(outlet.person_is)}
            self.add_error("address", _("“%(address)s” cannot be used; what is wanted: %(wanted)s.") % wanted)
        return given


class TeamForm(EditConflictForm, forms.ModelForm):  # type: ignore[type-arg]
    """A team, its lead and who is in it."""

    members = forms.ModelMultipleChoiceField(
        Agent.objects.filter(is_active=True), required=False, widget=forms.CheckboxSelectMultiple, label=_("Members")
    )

    class Meta:
        model = Team
        fields = ("name", "lead")

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["lead"].label = _("Lead")
        if self.instance.pk:
            self.fields["members"].initial = self.instance.members.all()

    def save(self, commit: bool = True) -> Team:  # noqa: ARG002  Django's signature
        """With the members."""
        team: Team = super().save(commit=True)
        team.members.set(self.cleaned_data["members"])
        return team


class CustomerForm(EditConflictForm, forms.ModelForm):  # type: ignore[type-arg]
    """A customer. Its domains decide whose tickets are its, so each belongs to one, and none to everybody."""

    domains = CommaSeparatedField(required=False, label=_("Mail domains, with commas"))

    class Meta:
        model = Customer
        fields = ("name", "tier", "domains", "account_owner")

    def clean_domains(self) -> list[str]:
        """In lower case."""
        try:
            return mail_domains.may_have(self.cleaned_data["domains"], self.instance if self.instance.pk else None)
        except mail_domains.NotTheirs as refused:
            if refused.holder is not None:
                said = _("“%(domain)s” already belongs to %(other)s.")
            elif refused.is_domain:
                said = _("“%(domain)s” is a public mail provider, so it does not identify a customer.")
            else:
                said = _("“%(domain)s” is not a mail domain; write it like acme.example.")
            params = {"domain": refused.domain, "other": refused.holder}
            raise forms.ValidationError(said, params=params) from refused


class PeriodForm(forms.ModelForm):  # type: ignore[type-arg]
    """From one moment to a later one."""

    starts_at = LocalTimeField(label=_("From"))
    ends_at = LocalTimeField(label=_("To"))

    def clean(self) -> dict[str, Any]:
        """It ends after it starts."""
        given = super().clean() or self.cleaned_data
        start: datetime | None = given.get("starts_at")
        end: datetime | None = given.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", _("It must end after it starts."))
        return dict(given)


class AbsenceForm(PeriodForm):
    """A time in which somebody is away."""

    class Meta:
        model = Absence
        fields = ("agent", "starts_at", "ends_at", "reason")


class OverrideForm(PeriodForm):
    """A swap on an on-call schedule."""

    schedule = forms.ChoiceField(choices=lambda: [(n, n) for n in compiled(current_number()).policy.schedules])

    def clean(self) -> dict[str, Any]:
        """One swap at a time on a schedule; the database holds it too."""
        given = super().clean()
        start, end = given.get("starts_at"), given.get("ends_at")
        if start and end:
            same = Override.objects.filter(schedule=given.get("schedule"), starts_at__lt=end, ends_at__gt=start)
            if same.exists():
                self.add_error("starts_at", _("There is a swap in that time already; take it away first."))
        return given

    class Meta:
        model = Override
        fields = ("schedule", "agent", "starts_at", "ends_at")


class TokenForm(forms.Form):
    """A key to the API."""

    name = forms.CharField(max_length=100, label=_("Name"))
    role = forms.ChoiceField(choices=Role.choices, initial=Role.AGENT, label=_("Role"))

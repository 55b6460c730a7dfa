"""The names a form may offer: those the policy declares, and the people of the desk."""

from collections.abc import Callable, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from rung.core.document.tree import Plain
from rung.core.policy.model import Fact, Metric
from rung.core.policy.outlets import Use
from rung.core.vocabulary import ClockName, Emotion, Priority, Reason, Status
from rung.people.models import Agent, Customer
from rung.policies.outlets import outlets
from rung.web.templatetags.formatting import words

Option = tuple[str, str]

CLOCKS: dict[ClockName, Promise] = {
    ClockName.FIRST_RESPONSE: gettext_lazy("while nobody has answered a new ticket"),
    ClockName.NEXT_RESPONSE: gettext_lazy("while a customer who has written again has no answer"),
    ClockName.UPDATE: gettext_lazy("while the customer has heard nothing new"),
    ClockName.RESOLUTION: gettext_lazy("until the ticket is resolved"),
    ClockName.UNASSIGNED: gettext_lazy("while nobody has taken the ticket"),
    ClockName.IDLE: gettext_lazy("while the assignee does nothing"),
    ClockName.AT_LEVEL: gettext_lazy("while the ticket stays at one level"),
    ClockName.UNACCEPTED: gettext_lazy("while nobody accepts an offer"),
    ClockName.CUSTOMER_SILENCE: gettext_lazy("while the customer is silent"),
    ClockName.THIRD_PARTY_SILENCE: gettext_lazy("while the third party is silent"),
}
FACTS: dict[Fact, Promise] = {
    Fact.TEXT: gettext_lazy("the customer writes"),
    Fact.CATEGORY: gettext_lazy("it is about"),
    Fact.PRIORITY: gettext_lazy("the priority is"),
    Fact.CRITICAL: gettext_lazy("it is a critical incident"),
    Fact.EMOTION: gettext_lazy("the customer sounds"),
    Fact.CUSTOMER_TIER: gettext_lazy("the customer's tier is"),
    Fact.CUSTOMER: gettext_lazy("the customer is"),
    Fact.LEVEL: gettext_lazy("it is at the level"),
    Fact.PATH: gettext_lazy("it is on the path"),
    Fact.OFFERED_TO: gettext_lazy("it is offered to"),
    Fact.ATTEMPTS: gettext_lazy("answers that did not help"),
    Fact.REOPENS: gettext_lazy("times the customer reopened it"),
    Fact.RATING: gettext_lazy("the customer's rating"),
    Fact.TAG: gettext_lazy("it is tagged"),
    Fact.STATUS: gettext_lazy("its status is"),
    Fact.CHANNEL: gettext_lazy("it came by"),
    Fact.LANGUAGE: gettext_lazy("it is written in"),
}
METRICS: dict[Metric, Promise] = {
    Metric.UNASSIGNED_SHARE: gettext_lazy("the share of tickets nobody has taken"),
    Metric.MEAN_FIRST_RESPONSE: gettext_lazy("the mean time to a first answer"),
    Metric.MEAN_RESOLUTION: gettext_lazy("the mean time until resolved"),
    Metric.BREACH_RATE: gettext_lazy("the share of promises broken"),
    Metric.OPEN_TICKETS: gettext_lazy("the number of open tickets"),
    Metric.UNACCEPTED_OFFERS: gettext_lazy("the number of offers nobody has accepted"),
}


class Names(Struct, frozen=True):
    """What the policy being edited declares, in its order."""

    levels: tuple[str, ...]
    paths: tuple[str, ...]
    teams: tuple[str, ...]
    calendars: tuple[str, ...]
    schedules: tuple[str, ...]
    categories: tuple[str, ...]
    replies: tuple[str, ...]
    #: Handle and name of everybody who is active.
    people: tuple[Option, ...]
    tiers: tuple[str, ...]

    def options(self, source: str) -> Sequence[Option]:
        """The choices of that name."""
        return _SOURCES[source](self)


def names_of(said: dict[str, Plain]) -> Names:
    """Of a policy's content, and of this desk."""

    def keys(section: str) -> tuple[str, ...]:
        found = said.get(section)
        return tuple(found) if isinstance(found, dict) else ()

    people = Agent.objects.filter(is_active=True).order_by("name").values_list("handle", "name")
    tiers = Customer.objects.exclude(tier="").order_by("tier").values_list("tier", flat=True).distinct()
    return Names(
        levels=keys("levels"),
        paths=keys("paths"),
        teams=keys("teams"),
        calendars=keys("calendars"),
        schedules=keys("schedules"),
        categories=keys("categories"),
        replies=keys("replies"),
        people=tuple(people),
        tiers=tuple(tiers),
    )


def _alike(values: Sequence[str]) -> list[Option]:
    return [(value, value) for value in values]


def _worded(values: Sequence[str]) -> list[Option]:
    return [(str(value), words(value)) for value in values]


def recipients(names: Names) -> list[Option]:
    """Whom a step may tell."""
    return [
        ("assignee", _("the assignee")),
        ("owner", _("the owner")),
        ("lead", _("the lead")),
        ("owners", _("the owners of the desk")),
        ("account_owner", _("the customer's account owner")),
        *((f"agent:{handle}", name or handle) for handle, name in names.people),
        *((f"team:{team}", _("team %(name)s") % {"name": team}) for team in names.teams),
        *((f"on_call:{name}", _("on call: %(name)s") % {"name": name}) for name in names.schedules),
    ]


def _escalations(names: Names) -> list[Option]:
    return [
        ("next", _("the next level")),
        *_alike(names.levels),
        *((f"path:{path}", _("the path %(name)s") % {"name": path}) for path in names.paths),
        ("expert", _("whoever masters its category")),
        *((f"expert:{handle}", _("%(name)s, as an expert") % {"name": name}) for handle, name in names.people),
    ]


def _priorities(_names: Names) -> list[Option]:
    raised = [("+1", _("one step higher")), ("+2", _("two steps higher")), ("+3", _("three steps higher"))]
    return [*raised, *_worded(tuple(Priority))]


_SOURCES: dict[str, Callable[[Names], Sequence[Option]]] = {
    "levels": lambda names: _alike(names.levels),
    "paths": lambda names: _alike(names.paths),
    "teams": lambda names: _alike(names.teams),
    "calendars": lambda names: [("always", _("always (24 hours, 7 days)")), *_alike(names.calendars)],
    "categories": lambda names: _alike(names.categories),
    "replies": lambda names: _alike(names.replies),
    "people": lambda names: [(handle, name or handle) for handle, name in names.people],
    "recipients": recipients,
    "reminders": lambda names: [
        ("triage", _("the triage channel")),
        ("level", _("the channel of its level")),
        *recipients(names),
    ],
    "escalations": _escalations,
    "raised": _priorities,
    "assignments": lambda names: [
        ("least_busy", _("whoever is present and has least to do")),
        ("lead", _("the lead")),
        *((f"on_call:{name}", _("on call: %(name)s") % {"name": name}) for name in names.schedules),
        *((handle, name or handle) for handle, name in names.people),
    ],
    "priorities": lambda _names: _worded(tuple(Priority)),
    "reasons": lambda _names: _worded(tuple(Reason)),
    "emotions": lambda _names: _worded(tuple(Emotion)),
    "statuses": lambda _names: _worded(tuple(Status)),
    "afterwards": lambda _names: _worded((Status.PENDING, Status.ON_HOLD, Status.RESOLVED)),
    "tiers": lambda names: _alike(names.tiers),
    "clocks": lambda _names: [(clock.value, str(said)) for clock, said in CLOCKS.items()],
    "metrics": lambda _names: [(metric.value, str(said)) for metric, said in METRICS.items()],
    "pauses": lambda _names: [("customer", _("for the customer")), ("third_party", _("for a third party"))],
    "pagers": lambda _names: [(each.name, each.label) for each in outlets().for_use(Use.PAGE) if each.stands_alone],
    "linked": lambda _names: [("linked", _("a comment on the linked tickets elsewhere"))],
}

"""A policy as frozen values: what `policy_reader` makes of the YAML document and what reckoning obeys."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from rung.core.calendar import Calendar
from rung.core.calendar.durations import Duration, Threshold
from rung.core.oncall.schedule import Schedule
from rung.core.vocabulary import ClockName, Priority, Reason, Status, Turn


class Fact(StrEnum):
    """What a `when` may ask about a ticket. `text` means: any customer message since opened or reopened."""

    TEXT = "text"
    CATEGORY = "category"
    PRIORITY = "priority"
    CRITICAL = "critical"
    EMOTION = "emotion"
    CUSTOMER_TIER = "customer.tier"
    CUSTOMER = "customer"
    LEVEL = "level"
    PATH = "path"
    OFFERED_TO = "offered_to"
    ATTEMPTS = "attempts"
    REOPENS = "reopens"
    RATING = "rating"
    TAG = "tag"
    STATUS = "status"
    CHANNEL = "channel"
    LANGUAGE = "language"


#: Facts compared as numbers, with `">= 2"` and the like.
NUMERIC_FACTS = frozenset({Fact.ATTEMPTS, Fact.REOPENS, Fact.RATING})


class Comparison(StrEnum):
    AT_LEAST = ">="
    AT_MOST = "<="
    MORE = ">"
    LESS = "<"
    EQUAL = "="
    NOT_EQUAL = "!="


class Is(Struct, frozen=True, tag="is"):
    """The fact is one of these values. Texts: at least one phrase was said. `critical`: "true" or "false"."""

    fact: Fact
    values: tuple[str, ...]


class Compare(Struct, frozen=True, tag="compare"):
    """A number compared: `reopens: ">= 2"`. An absent fact satisfies no comparison."""

    fact: Fact
    comparison: Comparison
    value: float


class All(Struct, frozen=True, tag="all"):
    """Every one holds; of nothing: true."""

    conditions: "tuple[When, ...]"


class AnyOf(Struct, frozen=True, tag="any"):
    conditions: "tuple[When, ...]"


class Not(Struct, frozen=True, tag="not"):
    condition: "When"


When = Is | Compare | All | AnyOf | Not

#: A missing `when` always matches.
ALWAYS_TRUE = All(())


class HandoffForm(Struct, frozen=True):
    """`handoff: {require: [...]}`: fields asked of a person who escalates to this level."""

    require: tuple[str, ...] = ()


class Level(Struct, frozen=True):
    name: str
    team: str
    channel: str | None = None
    calendar: str | None = None
    responsible_for: str = ""
    handoff: HandoffForm = HandoffForm()
    #: `tracker:PROJECT`, opened or found when somebody of this level claims.
    link: str | None = None


class Team(Struct, frozen=True):
    name: str
    lead: str | None = None


class Route(Struct, frozen=True):
    path: str
    when: When = ALWAYS_TRUE


class CategoryRule(Struct, frozen=True):
    """A category and the phrases that name it. Without phrases: given by people and the learned model only,
    except `other`, which is what nothing else matched."""

    name: str
    text: tuple[str, ...] = ()


class PriorityRule(Struct, frozen=True):
    set: Priority
    critical: bool = False
    when: When = ALWAYS_TRUE


class PriorityRules(Struct, frozen=True):
    default: Priority = Priority.NORMAL
    #: None: the learned model is not asked.
    minimum_confidence: float | None = None
    rules: tuple[PriorityRule, ...] = ()


class Target(Struct, frozen=True):
    """The promises for tickets that match `when`; a missing metric has no goal."""

    when: When = ALWAYS_TRUE
    first_response: Duration | None = None
    next_response: Duration | None = None
    update: Duration | None = None
    resolution: Duration | None = None
    calendar: str | None = None
    #: The turns during which the resolution clock pauses.
    pause_on: tuple[Turn, ...] = (Turn.CUSTOMER,)
    #: The longest one uninterrupted pause may last; after it the lead is told and the clock runs on.
    pause_at_most: Mapping[Turn, Duration] = {}

    def goal(self, metric: ClockName) -> Duration | None:
        match metric:
            case ClockName.FIRST_RESPONSE:
                return self.first_response
            case ClockName.NEXT_RESPONSE:
                return self.next_response
            case ClockName.UPDATE:
                return self.update
            case ClockName.RESOLUTION:
                return self.resolution
            case _:
                return None


class Actions(Struct, frozen=True):
    """What a step or a clockless rule does. Every field is optional; they apply in the order of the fields."""

    #: `next`, a level, `path:NAME`, `expert`, `expert:HANDLE`, `TRACKER:PROJECT` (out to another system).
    escalate: str | None = None
    reason: Reason = Reason.OTHER
    #: A priority's name, or "+1", "+2" (raised by that much, stops at urgent).
    priority: str | None = None
    #: `least_busy`, `lead`, `on_call:SCHEDULE`, or a handle.
    assign: str | None = None
    unassign: bool = False
    tag: tuple[str, ...] = ()
    #: `no_answer` and the like: why the ticket is closed.
    close: str | None = None
    #: A canned answer sent to the customer.
    reply: str | None = None
    #: `linked`: a comment on the linked tickets elsewhere.
    comment: str | None = None
    #: A paging system: `pagerduty`.
    page: str | None = None
    #: assignee, owner, lead, owners, account_owner, team:T, on_call:S, agent:H, slack:#C, email:A
    notify: tuple[str, ...] = ()
    #: `triage`, `level`, or anything `notify` takes.
    remind: str | None = None
    #: Whom a reminder in a channel calls: `nobody`, or anybody `notify` can name; None: the level's team.
    call: str | None = None
    #: The status set afterwards: only of a workflow that acts alone.
    then: Status | None = None

    @property
    def kind(self) -> str:
        """The name of what it mainly does; a step is known by it and its ordinal among those of its kind."""
        for name in ("escalate", "assign", "unassign", "close", "reply", "comment", "page", "notify", "remind", "tag"):
            if getattr(self, name):
                return name
        return "priority"


class Step(Struct, frozen=True):
    #: Known by it within its rule, e.g. "escalate.1": a moved threshold fires nothing again.
    id: str
    at: Threshold
    actions: Actions
    when: When = ALWAYS_TRUE


class Rule(Struct, frozen=True):
    """With a clock: steps along it. Without one: `do`, when `when` turns true."""

    id: str
    name: str
    clock: ClockName | None = None
    when: When = ALWAYS_TRUE
    calendar: str | None = None
    steps: tuple[Step, ...] = ()
    do: Actions | None = None
    #: The step id of `do`.
    do_id: str = ""


class Workflow(Struct, frozen=True):
    name: str
    when: When = ALWAYS_TRUE
    ask: tuple[str, ...] = ()
    reply: str | None = None
    #: The status set afterwards.
    then: Status | None = None
    auto: bool = False


class Closing(Struct, frozen=True):
    #: The reply sent when a ticket is resolved.
    tell_customer: str | None = None
    ask_rating: bool = False
    #: Elapsed time; a customer message after it opens a new, linked ticket. None: always reopens.
    reopen_within: Duration | None = None


class Publishing(Struct, frozen=True):
    #: The author of a new version does not publish it; somebody else reads it first.
    second_person: bool = False


class ProblemRule(Struct, frozen=True):
    """Many tickets, one cause: so many customers within so long (elapsed)."""

    name: str
    customers: int
    within: Duration
    then: Actions


class Metric(StrEnum):
    """What an alert may watch over the whole queue."""

    UNASSIGNED_SHARE = "unassigned_share"
    MEAN_FIRST_RESPONSE = "mean_first_response"
    MEAN_RESOLUTION = "mean_resolution"
    BREACH_RATE = "breach_rate"
    OPEN_TICKETS = "open_tickets"
    UNACCEPTED_OFFERS = "unaccepted_offers"


class Alert(Struct, frozen=True):
    name: str
    metric: Metric
    over: Duration
    #: Exactly one of the three is set.
    above_share: float | None = None
    above_time: Duration | None = None
    above_count: int | None = None
    notify: tuple[str, ...] = ()
    calendar: str | None = None


class Quiet(Struct, frozen=True):
    """No moments outside this calendar, except for these priorities."""

    outside: str
    except_: tuple[Priority, ...] = ()


class Budget(Struct, frozen=True):
    """At most `count` moments in any window of this (elapsed) length."""

    count: int
    per: timedelta


class Attention(Struct, frozen=True):
    quiet: Quiet | None = None
    person: Budget | None = None
    channel: Budget | None = None


class Policy(Struct, frozen=True):
    """One version of the policy document, ready to be obeyed."""

    name: str
    timezone: str
    calendars: Mapping[str, Calendar]
    levels: Mapping[str, Level]
    #: The order in which levels follow one another.
    paths: Mapping[str, tuple[str, ...]]
    teams: Mapping[str, Team] = {}
    schedules: Mapping[str, Schedule] = {}
    triage_channel: str | None = None
    #: Phrases of an answer that keep it our turn.
    holding: tuple[str, ...] = ()
    routing: tuple[Route, ...] = ()
    categories: tuple[CategoryRule, ...] = ()
    priority: PriorityRules = PriorityRules()
    targets: tuple[Target, ...] = ()
    #: In the order of the file; `follow_up` is one more, with that id, last.
    rules: tuple[Rule, ...] = ()
    replies: Mapping[str, str] = {}
    workflows: tuple[Workflow, ...] = ()
    closing: Closing = Closing()
    problems: tuple[ProblemRule, ...] = ()
    alerts: tuple[Alert, ...] = ()
    attention: Attention = Attention()
    procedures: Mapping[str, str] = {}
    publishing: Publishing = Publishing()

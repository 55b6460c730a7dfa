"""Random stories of a ticket, and a policy to judge them by, for the properties of the core."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from rung.core.calendar import ALWAYS, Calendar
from rung.core.calendar.durations import Duration, Threshold
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.case.fold import fold
from rung.core.oncall.roster import Person, Roster
from rung.core.policy.model import (
    Actions,
    AnyOf,
    Compare,
    Comparison,
    Fact,
    Is,
    Level,
    Policy,
    PriorityRule,
    PriorityRules,
    Rule,
    Step,
    Target,
    Team,
)
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.effects import Notice
from rung.core.reckoning.ladder import closed_by_claim
from rung.core.reckoning.reckon import reckon
from rung.core.vocabulary import Automatic, ClockName, Kept, Priority, Reason, Turn

OPENED_AT = datetime(2026, 11, 26, 15, 20, tzinfo=UTC)

OFFICE = Calendar.parse(
    {
        "timezone": "Europe/Berlin",
        "hours": {"mon-thu": ["09:00-12:30", "13:30-18:00"], "fri": ["09:00-15:00"]},
        "holidays": ["2026-12-24"],
    }
)


def _steps(*steps: tuple[str, Actions]) -> tuple[Step, ...]:
    seen: dict[str, int] = {}
    made = []
    for at, actions in steps:
        seen[actions.kind] = seen.get(actions.kind, 0) + 1
        made.append(Step(f"{actions.kind}.{seen[actions.kind]}", Threshold.parse(at), actions))
    return tuple(made)


POLICY = Policy(
    name="Property",
    timezone="Europe/Berlin",
    calendars={"always": ALWAYS, "office": OFFICE},
    teams={"frontline": Team("frontline", "sam"), "specialists": Team("specialists"), "leads": Team("leads")},
    levels={
        "L1": Level("L1", "frontline", calendar="office"),
        "L2": Level("L2", "specialists", calendar="office"),
        "management": Level("management", "leads", calendar="always"),
    },
    paths={"support": ("L1", "L2", "management")},
    priority=PriorityRules(
        rules=(
            PriorityRule(Priority.URGENT, critical=True, when=Is(Fact.TEXT, ("outage",))),
            PriorityRule(Priority.HIGH, when=Is(Fact.TEXT, ("asap",))),
        )
    ),
    targets=(
        Target(
            when=Is(Fact.PRIORITY, ("urgent", "high")),
            first_response=Duration.parse("15m"),
            next_response=Duration.parse("30m"),
            update=Duration.parse("1h"),
            resolution=Duration.parse("4h"),
            calendar="always",
        ),
        Target(
            first_response=Duration.parse("1h"),
            next_response=Duration.parse("4h"),
            resolution=Duration.parse("3d"),
            calendar="office",
            pause_on=(Turn.CUSTOMER, Turn.THIRD_PARTY),
            pause_at_most={Turn.CUSTOMER: Duration.parse("2d"), Turn.THIRD_PARTY: Duration.parse("1d")},
        ),
    ),
    rules=(
        Rule(
            "nobody-has-answered",
            "Nobody has answered",
            ClockName.FIRST_RESPONSE,
            steps=_steps(("50%", Actions(remind="triage")), ("100%", Actions(escalate="next", reason=Reason.TIME))),
        ),
        Rule(
            "again",
            "Nobody has answered again",
            ClockName.NEXT_RESPONSE,
            steps=_steps(("75%", Actions(remind="triage")), ("100%", Actions(escalate="next"))),
        ),
        Rule(
            "near",
            "The target is near",
            ClockName.RESOLUTION,
            steps=_steps(
                ("75%", Actions(remind="level")),
                ("30m before", Actions(notify=("assignee",))),
                ("100%", Actions(escalate="management", priority="+1")),
            ),
        ),
        Rule("taken", "Nobody has taken it", ClockName.UNASSIGNED, steps=_steps(("20m", Actions(assign="least_busy")))),
        Rule(
            "idle",
            "Assigned, then silent",
            ClockName.IDLE,
            steps=_steps(("45m", Actions(notify=("assignee",))), ("2h", Actions(unassign=True, remind="triage"))),
        ),
        Rule(
            "unaccepted",
            "Nobody accepts",
            ClockName.UNACCEPTED,
            steps=_steps(("10m", Actions(notify=("lead",))), ("30m", Actions(escalate="next"))),
        ),
        Rule(
            "vendor",
            "Silent",
            ClockName.THIRD_PARTY_SILENCE,
            calendar="office",
            steps=_steps(("2d", Actions(escalate="management"))),
        ),
        Rule(
            "back",
            "Back",
            when=Compare(Fact.REOPENS, Comparison.AT_LEAST, 2),
            do=Actions(escalate="next"),
            do_id="escalate.1",
        ),
        Rule(
            "unhappy",
            "Unhappy",
            when=AnyOf((Compare(Fact.RATING, Comparison.AT_MOST, 2), Is(Fact.EMOTION, ("angry",)))),
            do=Actions(notify=("team:leads",), tag=("unhappy",)),
            do_id="notify.1",
        ),
        Rule(
            "follow_up",
            "Follow up",
            ClockName.CUSTOMER_SILENCE,
            calendar="office",
            steps=_steps(
                ("2d", Actions(reply="still-there")),
                ("4d", Actions(reply="closing")),
                ("6d", Actions(close="no_answer")),
            ),
        ),
    ),
)
COMPILED = Compiled(POLICY)
DESK = Roster(
    people={
        "sam": Person("sam", ("frontline",), "L1"),
        "ben": Person("ben", ("specialists",), "L2"),
        "lea": Person("lea", ("leads",), "management"),
    },
    owners=("lea",),
)

#: What people may do, each tried against the case as it stands; what makes no sense then is left out.
moves = st.sampled_from(
    [
        "customer", "customer asap", "customer outage", "angry", "automatic", "answer", "answer keep", "note",
        "assign sam", "assign ben", "unassign", "hold", "wait", "take turn", "snooze", "resolve", "resolve silently",
        "close", "reopen", "escalate L2", "escalate management", "claim", "return", "priority low", "priority urgent",
        "rate 1", "vendor moves", "tag", "tier",
    ]
)  # fmt: skip
gaps = st.one_of(
    st.integers(0, 120).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(0, 7 * 24).map(lambda hours: timedelta(hours=hours, seconds=7)),
)
stories = st.lists(st.tuples(gaps, moves), max_size=14)


class Teller:
    """Plays a story against the core: events are folded, the ticker looks when it is awake."""

    def __init__(self) -> None:
        self.history: list[e.AnyEvent] = []
        self.case = Case()
        self.now = OPENED_AT
        self.wake_at: datetime | None = OPENED_AT
        self.notices: list[Notice] = []
        self.add(e.Opened(at=self.now, by="customer:acme", number=1, customer="acme", facts=e.TextFacts(matched=())))

    def add(self, event: e.AnyEvent) -> None:
        fold(self.case, event)
        self.history.append(event)
        self.wake_at = self.now

    def look(self) -> None:
        decision = reckon(self.case, COMPILED, DESK, self.now)
        self.case = decision.case
        self.history += decision.events
        self.notices += decision.notices
        self.wake_at = decision.wake_at

    def passes(self, gap: timedelta, *, awake: bool) -> None:
        """Let time pass; while `awake`, every moment asked for is looked at when it comes."""
        end = self.now + gap
        while awake and self.wake_at is not None and self.wake_at <= end:
            self.now = max(self.now, self.wake_at)
            self.look()
        self.now = end

    def does(self, move: str) -> None:
        event = self._event(move)
        if event is not None:
            self.add(event)

    def _event(self, move: str) -> e.AnyEvent | None:  # noqa: C901 - one line for each move
        case, at, number = self.case, self.now, self.case.number + 1
        sam, acme = "agent:sam", "customer:acme"
        over = case.status.is_over
        me = f"agent:{case.assignee or 'sam'}"
        match move.split():
            case ["customer", *said]:
                return e.CustomerWrote(at=at, by=acme, number=number, facts=e.TextFacts(matched=tuple(said)))
            case ["angry"]:
                return e.CustomerWrote(at=at, by=acme, number=number, facts=e.TextFacts(emotion="angry"))
            case ["automatic"]:
                return e.CustomerWrote(at=at, by=acme, number=number, automatic=Automatic.OUT_OF_OFFICE)
            case ["answer", *keep]:
                return e.Answered(at=at, by=me, number=number, kept=Kept.BY_AGENT if keep else None)
            case ["note"]:
                return e.Noted(at=at, by=me, number=number)
            case ["assign", who] if who != case.assignee:
                return e.Assigned(at=at, by=sam, number=number, assignee=who)
            case ["unassign"] if case.assignee is not None:
                return e.Assigned(at=at, by=sam, number=number, assignee=None)
            case ["hold"] if not over:
                return e.Held(at=at, by=me, number=number)
            case ["wait"] if not over:
                return e.Waited(at=at, by=me, number=number)
            case ["take", "turn"] if not over:
                return e.TurnTaken(at=at, by=me, number=number)
            case ["snooze"] if not over:
                return e.Snoozed(at=at, by=sam, number=number, until=at + timedelta(hours=3))
            case ["resolve"] if not over:
                return e.Resolved(at=at, by=me, number=number, message=1)
            case ["resolve", "silently"] if not over:
                return e.Resolved(at=at, by=me, number=number)
            case ["close"] if not over:
                return e.Closed(at=at, by=me, number=number)
            case ["reopen"] if over:
                return e.Reopened(at=at, by=acme, number=number)
            case ["escalate", level] if not over and case.path is not None:
                return e.Offered(at=at, by=me, number=number, level=level, path="support")
            case ["claim"] if case.open_offer is not None:
                offer = case.open_offer
                closes = closed_by_claim(case, POLICY, offer.level, offer.path)
                return e.Claimed(
                    at=at, by="agent:ben", number=number, agent="ben", level=offer.level, path=offer.path,
                    offer=offer.number, closes=closes,
                )  # fmt: skip
            case ["return"] if case.open_offer is not None:
                offer = case.open_offer
                return e.OfferReturned(at=at, by="agent:ben", number=number, offer=offer.number, level=offer.level)
            case ["priority", name]:
                return e.PrioritySet(at=at, by=sam, number=number, priority=Priority(name))
            case ["rate", stars]:
                return e.Rated(at=at, by=acme, number=number, rating=int(stars))
            case ["vendor", "moves"]:
                return e.ThirdPartyMoved(at=at, by="bot:jira", number=number)
            case ["tag"]:
                return e.Tagged(at=at, by=sam, number=number, added=("seen",))
            case ["tier"]:
                return e.CustomerChanged(at=at, by=sam, number=number, customer="acme", tier="enterprise")
        return None

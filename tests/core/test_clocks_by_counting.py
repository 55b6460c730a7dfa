"""The clocks against a second opinion: minutes counted one by one, by the table of docs/reference/meaning.md."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.case.fold import fold
from rung.core.oncall.roster import Person, Roster
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.effects import Decision
from rung.core.reckoning.ladder import closed_by_claim
from rung.core.reckoning.reckon import reckon
from rung.core.vocabulary import ClockName, Kept
from rung.policies.reading import read_policy

STEPS = (20, 90, 200, 500, 1000)
CLOCKS = tuple(clock.value for clock in ClockName)
MONDAY = datetime(2026, 11, 23, 7, 50, tzinfo=UTC)  # 08:50 in Berlin, ten minutes before the office opens


def _policy(calendar: str) -> Compiled:
    steps = ", ".join(f"{{at: {minutes}m, remind: triage}}" for minutes in STEPS)
    rules = "\n".join(f"  - {{name: {c}, clock: {c}, calendar: {calendar}, steps: [{steps}]}}" for c in CLOCKS)
    document = f"""
name: Counting
timezone: Europe/Berlin
calendars:
  office:
    timezone: Europe/Berlin
    hours: {{mon-thu: ["09:00-12:30", "13:30-18:00"], fri: ["09:00-15:00"]}}
triage: {{channel: "slack:#triage"}}
teams: {{one: {{}}, two: {{}}}}
levels:
  L1: {{team: one, channel: "slack:#one", calendar: always}}
  L2: {{team: two, channel: "slack:#two", calendar: always}}
paths: {{support: [L1, L2]}}
routing: [{{path: support}}]
targets: [{{pause_on: [customer, third_party], calendar: always, resolution: 10w}}]
rules:
{rules}
"""
    policy, findings = read_policy(document, "counting.yaml")
    assert policy is not None, findings
    return Compiled(policy)


POLICIES = {name: _policy(name) for name in ("always", "office")}
DESK = Roster(people={name: Person(name, (team,)) for name, team in (("sam", "one"), ("tom", "one"), ("lena", "two"))})


def _is_open(calendar: str, at: datetime) -> bool:
    """Whether the minute that begins at `at` is working time; Berlin is an hour ahead in November."""
    if calendar == "always":
        return True
    local = at + timedelta(hours=1)
    minute = local.hour * 60 + local.minute
    if local.weekday() < 4:
        return 540 <= minute < 750 or 810 <= minute < 1080
    return local.weekday() == 4 and 540 <= minute < 900


@dataclass
class Count:
    """One cycle: minutes counted, and the steps ticked off."""

    minutes: int = 0
    #: Whether the minute before this one counted.
    counted: bool = False
    ticked: set[int] = field(default_factory=set)


class Clerk:
    """Knows the table, keeps a slip for each running clock, and looks at the wall every minute."""

    def __init__(self, calendar: str) -> None:
        self.calendar = calendar
        self.turn = "ours"
        self.assignee: str | None = None
        self.snoozed_until: int | None = None
        self.over = False
        self.slips = {name: Count() for name in ("first_response", "resolution", "unassigned", "at_level")}
        #: (who offered, level), oldest first, each with its own slip.
        self.offers: list[tuple[str, str, Count]] = []
        self.seen: list[tuple[str, int, int]] = []

    def hears(self, deed: str, who: str, minute: int) -> None:  # noqa: C901 - one case for each deed
        match deed:
            case "customer":
                if self.over:
                    self._reopens()
                self.snoozed_until = None
                self._passes("ours")
                self.slips.pop("customer_silence", None)
                if "first_response" not in self.slips:
                    self.slips.setdefault("next_response", Count())
            case "answers" | "keeps":
                self._answered()
                self.slips["update"] = Count()
                self._acts(who)
                if deed == "answers":
                    self._passes("customer")
            case "notes":
                self._acts(who)
            case "holds" | "waits" | "opens":
                self._acts(who)
                self._passes({"holds": "third_party", "waits": "customer", "opens": "ours"}[deed])
            case "snoozes":
                self.snoozed_until = minute + 180
            case "assigned":
                self._assigned(who)
            case "unassigned" if self.assignee is not None:
                self.assignee = None
                self.slips.pop("idle", None)
                self.slips["unassigned"] = Count()
            case "resolves" | "resolves silently":
                self.over, self.turn, self.snoozed_until = True, "nobody", None
                self.slips, self.offers = {}, []
            case "reopens":
                self._reopens()
            case "vendor" if self.turn == "third_party":
                self.slips["third_party_silence"] = Count()
            case "offers":
                self.offers.append((who, "L2", Count()))
                self._acts(who)
                self._passes("ours")
            case "claims":
                self.offers = []
                self.slips["at_level"] = Count()
                self._assigned("lena")
                self.slips["idle"] = Count()
            case "returns":
                # All are of one level, and repeats are one offer, said again.
                self.offers = []

    def looks(self, minute: int) -> None:
        """Tick off what runs on and has been reached by now, and wake the snoozed."""
        if self.snoozed_until is not None and self.snoozed_until <= minute:
            self.snoozed_until = None
        for name, slip in self._running():
            runs_on = self._stands(name) and (
                slip.counted or _is_open(self.calendar, MONDAY + timedelta(minutes=minute))
            )
            for step in STEPS:
                if (slip.minutes > step or (slip.minutes == step and runs_on)) and step not in slip.ticked:
                    slip.ticked.add(step)
                    self.seen.append((name, step, minute))

    def counts(self, at: datetime) -> None:
        """The minute that begins at `at` goes by."""
        is_open = _is_open(self.calendar, at)
        for _, _, slip in self.offers[:-1]:
            slip.counted = is_open
            slip.minutes += is_open
        for name, slip in self._running():
            slip.counted = is_open and self._stands(name)
            slip.minutes += slip.counted

    def _running(self) -> Iterator[tuple[str, Count]]:
        yield from self.slips.items()
        if self.offers:
            yield "unaccepted", self.offers[-1][2]

    def _stands(self, name: str) -> bool:
        match name:
            case "first_response" | "next_response" | "update":
                return self.turn != "customer"
            case "resolution" | "at_level" | "unassigned":
                return self.turn == "ours" and (name != "unassigned" or self.snoozed_until is None)
            case "idle":
                own = any(who == self.assignee for who, _, _ in self.offers)
                return self.turn == "ours" and self.snoozed_until is None and not own
        return True

    def _answered(self) -> None:
        for name in ("first_response", "next_response", "update"):
            self.slips.pop(name, None)

    def _acts(self, who: str) -> None:
        if who == self.assignee:
            self.slips["idle"] = Count()

    def _assigned(self, who: str) -> None:
        if who != self.assignee:
            self.assignee = who
            self.slips.pop("unassigned", None)
            self.slips["idle"] = Count()

    def _passes(self, turn: str) -> None:
        if turn != self.turn:
            self.turn = turn
            self.slips.pop("customer_silence", None)
            self.slips.pop("third_party_silence", None)
            if turn != "ours":
                self.slips[f"{turn}_silence"] = Count()

    def _reopens(self) -> None:
        self.over = False
        for name in ("resolution", "at_level", "unassigned" if self.assignee is None else "idle"):
            self.slips[name] = Count()
        self._passes("ours")


DEEDS = (
    "customer", "answers", "keeps", "notes", "holds", "waits", "opens", "snoozes", "assigned", "unassigned",
    "resolves", "resolves silently", "reopens", "vendor", "offers", "claims", "returns",
)  # fmt: skip
waits = st.one_of(st.integers(0, 100), st.integers(0, 700))
stories = st.lists(st.tuples(waits, st.sampled_from(DEEDS), st.sampled_from(("sam", "tom"))), min_size=4, max_size=16)


def _event(deed: str, who: str, case: Case, at: datetime) -> e.AnyEvent | None:  # noqa: C901 - one case for each deed
    """The event of a deed, or nothing where it makes no sense."""
    number, by, over = case.number + 1, f"agent:{who}", case.status.is_over
    if over and deed not in ("customer", "reopens"):
        return None
    offer = case.open_offer
    match deed:
        case "customer":
            return e.CustomerWrote(at=at, by="customer:1", number=number, facts=e.TextFacts())
        case "answers" | "keeps":
            kept = Kept.BY_AGENT if deed == "keeps" else None
            return e.Answered(at=at, by=by, number=number, message=1, kept=kept)
        case "notes":
            return e.Noted(at=at, by=by, number=number)
        case "holds":
            return e.Held(at=at, by=by, number=number)
        case "waits":
            return e.Waited(at=at, by=by, number=number)
        case "opens":
            return e.TurnTaken(at=at, by=by, number=number)
        case "snoozes":
            return e.Snoozed(at=at, by="agent:lena", number=number, until=at + timedelta(minutes=180))
        case "assigned":
            return e.Assigned(at=at, by="agent:lena", number=number, assignee=who)
        case "unassigned":
            return e.Assigned(at=at, by="agent:lena", number=number, assignee=None)
        case "resolves" | "resolves silently":
            return e.Resolved(at=at, by=by, number=number, message=1 if deed == "resolves" else None)
        case "reopens" if over:
            return e.Reopened(at=at, by=by, number=number)
        case "vendor":
            return e.ThirdPartyMoved(at=at, by="bot:jira", number=number)
        case "offers":
            return e.Offered(at=at, by=by, number=number, level="L2", path="support")
        case "claims" if offer is not None:
            closes = closed_by_claim(case, POLICIES["always"].policy, "L2", "support")
            return e.Claimed(
                at=at, by="agent:lena", number=number, agent="lena", level="L2", path="support", offer=offer.number,
                closes=closes,
            )  # fmt: skip
        case "returns" if offer is not None:
            return e.OfferReturned(at=at, by="agent:lena", number=number, offer=offer.number, level="L2")
    return None


#: What ends in these is judged, so no look can be too late for it.
TARGETS = frozenset({"first_response", "next_response", "update", "resolution"})

Fired = tuple[str, int, int]


@settings(max_examples=100)
@given(st.sampled_from(("always", "office")), stories)
def test_every_step_comes_in_the_minute_in_which_the_clerk_has_counted_it(
    calendar: str, story: list[tuple[int, str, str]]
) -> None:
    clerk, case, wake_at = Clerk(calendar), _opened(), MONDAY
    fired: list[Fired] = []
    for now, at, deeds in _minutes(story):
        for deed, who in deeds:
            _happens(deed, who, case, clerk, now)
            wake_at = at
        clerk.looks(now)
        if wake_at is not None and wake_at <= at:
            assert wake_at == at, "asked to be woken between two minutes"
            decision = reckon(case, POLICIES[calendar], DESK, at)
            fired += [(each.rule, _threshold(each), now) for each in _steps(decision)]
            case, wake_at = decision.case, decision.wake_at
        clerk.counts(at)
    assert sorted(fired, key=_by_time) == sorted(clerk.seen, key=_by_time)


@settings(max_examples=60)
@given(st.sampled_from(("always", "office")), stories, st.lists(st.integers(0, 900), min_size=1, max_size=8))
def test_a_late_engine_records_when_each_step_was_due_and_loses_none_of_a_target(
    calendar: str, story: list[tuple[int, str, str]], gaps: list[int]
) -> None:
    clerk, case = Clerk(calendar), _opened()
    fired: list[Fired] = []
    look_at, looks = 0, 0
    for now, at, deeds in _minutes(story):
        for deed, who in deeds:
            _happens(deed, who, case, clerk, now)
        clerk.looks(now)
        if now == look_at:
            decision = reckon(case, POLICIES[calendar], DESK, at)
            fired += [(each.rule, _threshold(each), _minute(each.due_at)) for each in _steps(decision)]
            case = decision.case
            look_at, looks = now + 1 + gaps[looks % len(gaps)], looks + 1
        clerk.counts(at)
    last = MONDAY + timedelta(days=30)
    fired += [
        (each.rule, _threshold(each), _minute(each.due_at))
        for each in _steps(reckon(case, POLICIES[calendar], DESK, last))
    ]
    until = _minute(at)
    recorded = [each for each in fired if each[0] in TARGETS and each[2] <= until]
    assert sorted(recorded, key=_by_time) == sorted((s for s in clerk.seen if s[0] in TARGETS), key=_by_time)
    others = [each for each in fired if each[0] not in TARGETS and each[0] != "unaccepted" and each[2] <= until]
    assert set(others) <= set(clerk.seen)
    assert len(others) == len(set(others))


def _opened() -> Case:
    case = Case()
    fold(case, e.Opened(at=MONDAY, by="customer:1", number=1, facts=e.TextFacts()))
    return case


def _minutes(story: list[tuple[int, str, str]]) -> Iterator[tuple[int, datetime, list[tuple[str, str]]]]:
    """Every minute of the story and of the day after it, with what is done in it."""
    due: dict[int, list[tuple[str, str]]] = {}
    minute = 0
    for wait, deed, who in story:
        minute += wait
        due.setdefault(minute, []).append((deed, who))
    for now in range(minute + 1500):
        yield now, MONDAY + timedelta(minutes=now), due.get(now, [])


def _happens(deed: str, who: str, case: Case, clerk: Clerk, now: int) -> None:
    event = _event(deed, who, case, MONDAY + timedelta(minutes=now))
    if event is not None:
        fold(case, event)
        clerk.hears(deed, who, now)


def _steps(decision: Decision) -> list[e.StepFired]:
    return [each for each in decision.events if isinstance(each, e.StepFired)]


def _threshold(step: e.StepFired) -> int:
    return STEPS[int(step.step.removeprefix("remind.")) - 1]


def _minute(at: datetime) -> int:
    return (at - MONDAY) // timedelta(minutes=1)


def _by_time(each: Fired) -> tuple[int, str, int]:
    return each[2], each[0], each[1]

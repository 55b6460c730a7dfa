"""Escalating and assigning rules against a second opinion: a clerk who counts minutes, offers and assigns by the table.

The clerk shares no code with `rung.core.reckoning`: it knows `docs/reference/meaning.md` and nothing else.
"""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.case.fold import fold
from rung.core.oncall.roster import Person, Roster
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.reckon import reckon
from rung.policies.reading import read_policy
from tests.core.test_clocks_by_counting import MONDAY, Clerk, Count, _event, _is_open, _minutes

LEVELS = ("L1", "L2", "L3")
TEAM = {"L1": ("sam", "tom"), "L2": ("lena",), "L3": ("kim",)}
#: clock -> (minutes, what is done), in their order.
RULES: dict[str, tuple[tuple[int, str], ...]] = {
    "first_response": ((40, "remind"), (90, "escalate next")),
    "next_response": ((120, "escalate next"),),
    "update": ((300, "remind"), (420, "escalate L2")),
    "resolution": ((250, "escalate L2"), (600, "escalate L3")),
    "unassigned": ((30, "assign"), (200, "escalate next")),
    "idle": ((45, "unassign"),),
    "at_level": ((500, "escalate next"),),
}
#: An unclaimed offer made on one of these goes when the clock ends.
WITHDRAWN = frozenset({"first_response", "next_response", "unassigned", "idle"})
_DO = {
    "remind": "remind: triage",
    "assign": "assign: least_busy",
    "unassign": "unassign: true",
}


def _policy(calendar: str) -> Compiled:
    def step(minutes: int, does: str) -> str:
        done = f"escalate: {does.removeprefix('escalate ')}" if does.startswith("escalate") else _DO[does]
        return f"{{at: {minutes}m, {done}}}"

    rules = "\n".join(
        f"  - {{name: {clock}, clock: {clock}, calendar: {calendar}, steps: [{', '.join(step(*s) for s in steps)}]}}"
        for clock, steps in RULES.items()
    )
    document = f"""
name: Acting
timezone: Europe/Berlin
calendars:
  office:
    timezone: Europe/Berlin
    hours: {{mon-thu: ["09:00-12:30", "13:30-18:00"], fri: ["09:00-15:00"]}}
triage: {{channel: "slack:#triage"}}
teams: {{one: {{lead: sam}}, two: {{lead: lena}}, three: {{lead: kim}}}}
levels:
  L1: {{team: one, channel: "slack:#one", calendar: always}}
  L2: {{team: two, channel: "slack:#two", calendar: always}}
  L3: {{team: three, channel: "slack:#three", calendar: always}}
paths: {{support: [L1, L2, L3]}}
routing: [{{path: support}}]
targets: [{{pause_on: [customer, third_party], calendar: always, resolution: 10w}}]
rules:
{rules}
"""
    policy, findings = read_policy(document, "acting.yaml")
    assert policy is not None, findings
    return Compiled(policy)


POLICIES = {name: _policy(name) for name in ("always", "office")}
ROSTER = Roster(
    people={
        handle: Person(handle, (team,), level)
        for level, team in zip(LEVELS, ("one", "two", "three"), strict=True)
        for handle in TEAM[level]
    },
    owners=("kim",),
    leads={"one": "sam", "two": "lena", "three": "kim"},
)

Deed = tuple[str, str, int]


class ActingClerk(Clerk):
    """Does what the rules say, too. `did`: each offer, assignment and withdrawal by a rule, with its minute."""

    def __init__(self, calendar: str) -> None:
        super().__init__(calendar)
        self.level = "L1"
        self.excused: set[str] = set()
        self.did: list[Deed] = []
        #: Of each offer a rule made on a clock that withdraws it: that clock, and the slip of its cycle.
        self.made_on: list[tuple[str, Count] | None] = []

    def hears(self, deed: str, who: str, minute: int) -> None:
        match deed:
            case "claims":
                self._claimed()
            case "returns":
                gone = self.offers[-1][1]
                self._keep_offers(lambda level: level != gone)
            case "offers":
                super().hears(deed, who, minute)
                self.made_on.append(None)
            case _:
                super().hears(deed, who, minute)
                if self.over:
                    self.made_on = []
        self._withdraws(minute)

    def acts(self, minute: int) -> None:
        """What the rules do in this minute, with everything that has been reached in it."""
        before, self.seen = len(self.seen), self.seen
        self.looks(minute)
        reached = self.seen[before:]
        escalations = []
        for clock, threshold, _ in reached:
            does = dict(RULES[clock])[threshold]
            if does.startswith("escalate"):
                escalations.append((clock, self._target(does.removeprefix("escalate "))))
        self._escalates(escalations, minute)
        for clock, threshold, _ in reached:
            match dict(RULES[clock])[threshold]:
                case "assign":
                    self._assigns(minute)
                case "unassign" if self.assignee is not None:
                    self.excused.add(self.assignee)
                    self.hears("unassigned", "", minute)
                    self.did.append(("assign", "nobody", minute))
        self._withdraws(minute)

    def looks(self, minute: int) -> None:
        """Only the steps that are written are ticked off."""
        if self.snoozed_until is not None and self.snoozed_until <= minute:
            self.snoozed_until = None
        for name, slip in list(self.slips.items()):
            runs_on = self._stands(name) and (
                slip.counted or _is_open(self.calendar, MONDAY + timedelta(minutes=minute))
            )
            for step, _ in RULES.get(name, ()):
                if (slip.minutes > step or (slip.minutes == step and runs_on)) and step not in slip.ticked:
                    slip.ticked.add(step)
                    self.seen.append((name, step, minute))

    def _target(self, to: str) -> str | None:
        """Where it goes; None: it is there already, or higher."""
        highest = max([self.level, *(level for _, level, _ in self.offers)])
        if to == "next":
            return LEVELS[min(LEVELS.index(highest) + 1, len(LEVELS) - 1)]
        return to if to > highest else None

    def _escalates(self, wanted: list[tuple[str, str | None]], minute: int) -> None:
        """One a look: the highest."""
        going = [(clock, to) for clock, to in wanted if to is not None]
        if not going:
            return
        clock, to = max(going, key=lambda each: each[1] or "")
        self.offers.append((f"rule:{clock}", str(to), Count()))
        self.made_on.append((clock, self.slips[clock]) if clock in WITHDRAWN else None)
        self.did.append(("offer", str(to), minute))
        self._passes("ours")

    def _assigns(self, minute: int) -> None:
        free = [who for who in TEAM[self.level] if who not in self.excused]
        if free:
            self._assigned(min(free))
            self.did.append(("assign", min(free), minute))

    def _claimed(self) -> None:
        level = self.offers[-1][1]
        self._keep_offers(lambda each: each > level)
        self.level = level
        self.slips["at_level"] = Count()
        self.assignee = None
        self._assigned(TEAM[level][0])
        self.slips["idle"] = Count()

    def _keep_offers(self, stays: "object") -> None:
        kept = [place for place, (_, level, _) in enumerate(self.offers) if stays(level)]  # type: ignore[operator]
        self.offers = [self.offers[place] for place in kept]
        self.made_on = [self.made_on[place] for place in kept]

    def _withdraws(self, minute: int) -> None:
        """An offer whose clock has ended goes."""
        gone = [
            place
            for place, made in enumerate(self.made_on)
            if made is not None and self.slips.get(made[0]) is not made[1]
        ]
        for place in reversed(gone):
            self.did.append(("withdraw", "", minute))
            del self.offers[place], self.made_on[place]


def _deed(deed: str, who: str, case: Case, at: datetime) -> e.AnyEvent | None:
    """As the plain clerk's, but claims and returns are made at the newest offer's level, by its own people."""
    offer = case.open_offer
    if deed in ("claims", "returns") and (offer is None or case.status.is_over):
        return None
    if deed == "claims" and offer is not None:
        agent = TEAM[offer.level][0]
        closes = tuple(each.number for each in case.offers if each.level <= offer.level)
        return e.Claimed(
            at=at, by=f"agent:{agent}", number=case.number + 1, agent=agent, level=offer.level, path="support",
            offer=offer.number, closes=closes,
        )  # fmt: skip
    if deed == "returns" and offer is not None:
        by = f"agent:{TEAM[offer.level][0]}"
        return e.OfferReturned(at=at, by=by, number=case.number + 1, offer=offer.number, level=offer.level)
    if deed == "offers" and case.level != "L1":
        return None
    return _event(deed, who, case, at)


DEEDS = (
    "customer", "customer", "answers", "keeps", "notes", "holds", "waits", "opens", "snoozes", "assigned", "unassigned",
    "resolves", "reopens", "offers", "claims", "claims", "returns",
)  # fmt: skip
stories = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 100), st.integers(0, 500)), st.sampled_from(DEEDS), st.sampled_from(("sam", "tom"))
    ),
    min_size=3,
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(("always", "office")), stories)
def test_rules_escalate_assign_and_withdraw_as_the_clerk_does(calendar: str, story: list[tuple[int, str, str]]) -> None:
    clerk, case, wake_at = ActingClerk(calendar), Case(), MONDAY
    fold(case, e.Opened(at=MONDAY, by="customer:1", number=1, facts=e.TextFacts()))
    did: list[Deed] = []
    steps: list[tuple[str, int, int]] = []
    for now, at, deeds in _minutes(story):
        for place in range(len(deeds) + 1):
            clerk.acts(now)
            if wake_at is not None and wake_at <= at:
                decision = reckon(case, POLICIES[calendar], ROSTER, at)
                case, wake_at = decision.case, decision.wake_at
                did += _did(decision.events, now)
                steps += [
                    (each.rule, _threshold(each), now) for each in decision.events if isinstance(each, e.StepFired)
                ]
            if place < len(deeds) and (event := _deed(*deeds[place], case, at)) is not None:
                before = case.status.is_over
                clerk.hears(*deeds[place], now)
                fold(case, event)
                assert clerk.over == case.status.is_over, (deeds[place], before)
                wake_at = at
            _is_in_good_hands(case)
        clerk.counts(at)
    assert sorted(did, key=_by_time) == sorted(clerk.did, key=_by_time)
    assert sorted(steps, key=_by_time) == sorted(clerk.seen, key=_by_time)


def _is_in_good_hands(case: Case) -> None:
    """An open ticket has an assignee, or a level whose team owns it and whose lead was told by its being there."""
    if not case.status.is_over and case.path is not None:
        assert case.assignee is not None or case.level in LEVELS


def _did(events: tuple[e.AnyEvent, ...], minute: int) -> list[Deed]:
    did: list[Deed] = []
    for event in events:
        match event:
            case e.Offered(level=level):
                did.append(("offer", level, minute))
            case e.Assigned(assignee=who):
                did.append(("assign", who or "nobody", minute))
            case e.OfferWithdrawn():
                did.append(("withdraw", "", minute))
    return did


def _threshold(fired: e.StepFired) -> int:
    """The minutes of a step, by its kind and its place among those of its kind."""
    kind, _, ordinal = fired.step.partition(".")
    of_kind = [minutes for minutes, does in RULES[fired.rule] if does.split()[0] == kind]
    return of_kind[int(ordinal) - 1]


def _by_time(each: tuple[str, object, int]) -> tuple[int, str, str]:
    return each[2], str(each[0]), str(each[1])

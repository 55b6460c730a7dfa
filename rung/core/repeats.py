"""Offers at the last level that nobody accepts: made again and again, in a replay they are alike but for the hour."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec
from msgspec import Struct

from rung.core import events as e
from rung.core.calendar import Calendar
from rung.core.case import Case
from rung.core.compiled import Compiled, Standing, TimedStep, repeated
from rung.core.desk import Desk
from rung.core.effects import Decision, Notice
from rung.core.fold import fold
from rung.core.ladder import destination
from rung.core.memory import Memory, Moment
from rung.core.moments import from_us
from rung.core.policy import Actions
from rung.core.vocabulary import ClockName, Status

_NEVER = 1 << 62


class _Repeat(Struct, frozen=True):
    """What becomes of each offer: steps that do not hold are passed over, and the last offers it again."""

    #: In the order in which they are reached, each on the calendar it counts on.
    steps: tuple[tuple[TimedStep, Calendar], ...]
    passed: tuple[e.StepFired, ...]
    fired: e.StepFired
    offered: e.Offered
    notices: tuple[Notice, ...]


class Repeats:
    """Of one case under one policy, for whoever looks at the same case object again and again."""

    def __init__(self, case: Case, compiled: Compiled, desk: Desk, memory: Memory) -> None:
        self._case = case
        self._compiled = compiled
        self._desk = desk
        self._memory = memory
        self._known: _Repeat | None = None
        #: What the policy said to the facts then, and the offer that was the newest.
        self._standing: Standing | None = None
        self._newest = 0

    def after(self, decision: Decision, until_us: int) -> Iterator[Decision]:
        """What the looks after this one decide, as `reckon` would have it, while all they do is to offer again where it
        was offered last, before `until_us` and before anything else is due. Each is folded into the case."""
        repeat = self._repeat(decision)
        if repeat is None:
            return
        case, memory = self._case, self._memory
        others = (plan.next_us for cycle, plan in memory.running if cycle.clock is not ClockName.UNACCEPTED)
        others_us = min(others, default=_NEVER)
        ends_us = min(until_us, others_us)
        moments = _moments(case, repeat)
        while moments[0] < ends_us and all(one < next_one for one, next_one in pairwise(moments)):
            offer = case.offers[-1]
            for step, (at_us, next_us) in zip(repeat.passed, pairwise(moments), strict=True):
                if at_us >= ends_us:
                    return
                if not case.has_fired(step.rule, step.step, offer.number):
                    events = _folded(case, (step,), at_us, offer.number)
                    memory.number = -1  # the next look begins anew
                    yield Decision(events, (), from_us(min(next_us, others_us)), case)
            if moments[-1] >= ends_us:
                return
            again = msgspec.structs.replace(repeat.offered, repeat=offer.repeat + 1)
            events = _folded(case, (repeat.fired, again), moments[-1], offer.number)
            moments, self._newest, memory.number = _moments(case, repeat), case.number, -1
            yield Decision(events, repeat.notices, from_us(min(moments[0], others_us)), case)

    def _repeat(self, decision: Decision) -> _Repeat | None:
        """What goes on from here, if from here on only the hour is another."""
        case, memory = self._case, self._memory
        if memory.number != case.number or case.snoozed_until is not None or case.status is not Status.OPEN:
            return None
        match decision.events:
            case (e.StepFired(clock=ClockName.UNACCEPTED) as fired, e.Offered() as offered) if offered.repeat:
                known = self._known is not None and memory.standing is self._standing
                if not known or self._known is None or self._known.offered.level != offered.level:
                    self._known = self._alike(fired, offered, decision.notices)
                self._standing, self._newest = memory.standing, offered.number
            case _:
                pass
        stands = bool(case.offers) and case.offers[-1].number == self._newest and memory.standing is self._standing
        return self._known if stands else None

    def _alike(self, fired: e.StepFired, offered: e.Offered, notices: tuple[Notice, ...]) -> _Repeat | None:
        """What such an offer began, if it went to a level that can be reached at any hour, and the facts decide already
        what holds of the steps on its clock."""
        case, compiled, standing = self._case, self._compiled, self._memory.standing
        if standing is None or not self._desk.staffed or offered.skipped:
            return None
        if not compiled.level_calendar(offered.level).always:
            return None
        plan = self._memory.plans[ClockName.UNACCEPTED]
        reached = sorted(plan.moments, key=lambda each: (each.at_us, each.rule.place, each.timed.place))
        *before, final = reached
        holds = [standing.applies(each.rule, each.timed) for each in reached]
        if holds != [False] * len(before) + [True] or final.rule.rule.id != fired.rule or not _only_offers(final.timed):
            return None
        wanted = destination(case, compiled.policy, "next")
        if (wanted.level, wanted.path, wanted.repeat) != (offered.level, offered.path, offered.repeat + 1):
            return None
        steps = tuple((each.timed, compiled.calendar(each.rule.rule, standing.target, case.level)) for each in reached)
        return _Repeat(steps, tuple(_passed(fired, each) for each in before), fired, offered, notices)


def _passed(fired: e.StepFired, moment: Moment) -> e.StepFired:
    rule, step = moment.rule.rule.id, moment.timed.step.id
    return msgspec.structs.replace(fired, by=f"rule:{rule}", rule=rule, step=step, outcome=e.StepOutcome.PASSED_OVER)


def _only_offers(timed: TimedStep) -> bool:
    actions = timed.step.actions
    return actions == Actions(escalate="next", reason=actions.reason)


def _moments(case: Case, repeat: _Repeat) -> list[int]:
    """When the steps on the clock of the newest offer are reached."""
    offer, since_us = case.offers[-1], case.running[ClockName.UNACCEPTED].started_us
    return [calendar.add_us(since_us, repeated(timed, offer.repeat)) for timed, calendar in repeat.steps]


def _folded(case: Case, alike: Sequence[e.StepFired | e.Offered], at_us: int, cycle: int) -> tuple[e.AnyEvent, ...]:
    at = from_us(at_us)
    events: list[e.AnyEvent] = []
    for each in alike:
        if isinstance(each, e.StepFired):
            event: e.AnyEvent = msgspec.structs.replace(each, at=at, due_at=at, cycle=cycle, number=case.number + 1)
        else:
            event = msgspec.structs.replace(each, at=at, cycle=cycle, number=case.number + 1)
        fold(case, event)
        events.append(event)
    return tuple(events)

"""Offers at the last level that nobody accepts: made again and again, in a replay they are alike but for the hour."""

from datetime import datetime
from itertools import pairwise

from msgspec import Struct

from rung.core.calendar import Calendar
from rung.core.calendar.moments import from_us, to_us
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.case.fold_handshake import offered_again
from rung.core.case.then import then
from rung.core.oncall.roster import Roster
from rung.core.policy.model import Actions
from rung.core.reckoning.compiled import MOST_KEPT, ApplicableRules, Compiled, TimedStep, repeated
from rung.core.reckoning.effects import Decision, Notice
from rung.core.reckoning.ladder import destination
from rung.core.reckoning.look_cache import NEVER, LookCache
from rung.core.vocabulary import ClockName, Status

_UNACCEPTED = ClockName.UNACCEPTED


class Repeat(Struct, frozen=True):
    """What becomes of each offer: steps that do not hold are passed over, and the last offers it again."""

    #: In the order in which they are reached, each with its rule, on the calendar it counts on.
    steps: tuple[tuple[str, TimedStep, Calendar], ...]
    offered: e.Offered
    notices: tuple[Notice, ...]


#: What is known of offers to a level while the policy says the same to the facts; None: each has to be looked at.
Known = dict[tuple[ApplicableRules, str], Repeat | None]


class RepeatedOffer(Struct):
    """What looks decided that did nothing but offer again, each at its moment."""

    level: str
    #: (rule, step) of those passed over, with how often; and of the one that offered.
    passed: dict[tuple[str, str], int]
    fired: tuple[str, str]
    #: When it was offered, microseconds, and what was said each time.
    offered_us: list[int]
    notices: tuple[Notice, ...]
    #: When the next look is due.
    wake_us: int = NEVER

    @property
    def looks(self) -> int:
        return sum(self.passed.values()) + len(self.offered_us)

    @property
    def concluded(self) -> int:
        """Events: each step is one, and each offer another."""
        return self.looks + len(self.offered_us)


class Repeats:
    """Of one case, for whoever looks at the same case object again and again. What is known of offers made again may
    be shared by all cases under one policy, with the same people."""

    def __init__(self, case: Case, compiled: Compiled, roster: Roster, memory: LookCache, known: Known) -> None:
        self._case = case
        self._compiled = compiled
        self._desk = roster
        self._memory = memory
        self._known = known

    def after(self, decision: Decision, until: datetime, most: int) -> RepeatedOffer | None:
        """What the looks after this one decide, `most` at most, as `reckon` would have it, while all they do is to
        offer again where it was offered last, before `until` and before anything else is due. The case is as if each
        of their events had been folded into it. None: there are none."""
        match decision.events:
            case (e.StepFired(clock=ClockName.UNACCEPTED), e.Offered() as offered) if offered.repeat:
                self._learn(offered, decision.notices)
            case _:
                pass
        if decision.wake_at is None or decision.wake_at >= until:
            return None
        repeat = self._repeat()
        if repeat is None:
            return None
        memory = self._memory
        others_us = min(
            (plan.next_us for cycle, plan in memory.running if cycle.clock is not _UNACCEPTED), default=NEVER
        )
        again = self._again(repeat, min(to_us(until), others_us), most)
        if not again.looks:
            return None
        memory.number = -1  # the next look begins anew
        again.wake_us = min(again.wake_us, others_us)
        return again

    def _again(self, repeat: Repeat, ends_us: int, most: int) -> RepeatedOffer:
        case = self._case
        *before, (rule, final, _) = repeat.steps
        again = RepeatedOffer(repeat.offered.level, {}, (rule, final.step.id), [], repeat.notices)
        offer, cycle, looks, known = case.offers[-1], case.running[_UNACCEPTED], 0, then(case)
        number, since_us = cycle.number, cycle.started_us
        while True:
            moments = [calendar.add_us(since_us, repeated(timed, offer.repeat)) for _, timed, calendar in repeat.steps]
            again.wake_us = moments[0]
            if any(one >= next_one for one, next_one in pairwise(moments)):
                return again
            for at_us, (rule, timed, _) in zip(moments, before, strict=False):
                again.wake_us = at_us
                if at_us >= ends_us or looks >= most:
                    return again
                if number not in case.fired.get(timed.key, ()):
                    case.fired.setdefault(timed.key, []).append(number)
                    case.number, case.last_at = case.number + 1, from_us(at_us)
                    step = (rule, timed.step.id)
                    again.passed[step] = again.passed.get(step, 0) + 1
                    looks += 1
            again.wake_us = since_us = moments[-1]
            if since_us >= ends_us or looks >= most:
                return again
            case.fired.setdefault(final.key, []).append(number)
            offer = offered_again(case, repeat.offered, since_us, known)
            number = offer.number
            again.offered_us.append(since_us)
            looks += 1

    def _repeat(self) -> Repeat | None:
        """What goes on from here, if from here on only the hour is another."""
        case, memory = self._case, self._memory
        if memory.number != case.number or memory.applicable is None or not case.offers:
            return None
        if case.snoozed_until is not None or case.status is not Status.OPEN:
            return None
        newest = case.offers[-1]
        known = self._known.get((memory.applicable, newest.level))
        if known is None or case.running[_UNACCEPTED].number in case.fired.get(known.steps[-1][1].key, ()):
            return None
        goes_to = destination(case, self._compiled.policy, "next")
        same = (goes_to.level, goes_to.path, goes_to.repeat) == (newest.level, known.offered.path, newest.repeat + 1)
        return known if same and goes_to.is_last else None

    def _learn(self, offered: e.Offered, notices: tuple[Notice, ...]) -> None:
        standing = self._memory.applicable
        if standing is None or (standing, offered.level) in self._known:
            return
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        self._known[standing, offered.level] = self._alike(standing, offered, notices)

    def _alike(self, standing: ApplicableRules, offered: e.Offered, notices: tuple[Notice, ...]) -> Repeat | None:
        """What such an offer began, if it went to a level that can be reached at any hour, and the facts decide already
        what holds of the steps on its clock."""
        case, compiled = self._case, self._compiled
        if not self._desk.staffed or offered.skipped or not compiled.level_calendar(offered.level).always:
            return None
        plan = self._memory.plans[ClockName.UNACCEPTED]
        if not plan.moments:
            return None
        reached = sorted(plan.moments, key=lambda each: (each.at_us, each.rule.place, each.timed.place))
        final = reached[-1]
        holds = [standing.applies(each.rule, each.timed) for each in reached]
        if holds != [False] * (len(reached) - 1) + [True] or final.rule.rule.id != offered.rule:
            return None
        if not _only_offers(final.timed):
            return None
        steps = tuple(
            (each.rule.rule.id, each.timed, compiled.calendar(each.rule.rule, standing.target, case.level))
            for each in reached
        )
        return Repeat(steps, offered, notices)


def _only_offers(timed: TimedStep) -> bool:
    actions = timed.step.actions
    return actions == Actions(escalate="next", reason=actions.reason)

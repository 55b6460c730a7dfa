"""What is counted while a ticket is replayed: steps, goals, offers, interruptions."""

from collections.abc import Sequence
from datetime import datetime

from rung.core import addresses
from rung.core.addresses import Address
from rung.core.calendar import ALWAYS
from rung.core.calendar.instants import zone
from rung.core.calendar.moments import SECOND_US, from_us
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.oncall.roster import Roster
from rung.core.policy.model import Policy
from rung.core.reckoning.attention import Interruption, held_back
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.effects import Decision, Notice, NoticeKind
from rung.core.reckoning.look import Look
from rung.core.reckoning.recipients import place_of
from rung.core.reckoning.timetable import ran
from rung.core.replay.repeated_offers import RepeatedOffer
from rung.core.replay.totals import Totals
from rung.core.vocabulary import METRICS

#: A moment, and the hour of the day it is in the policy's time zone.
Time = tuple[datetime, int]


class Counting:
    """Of one ticket, into the tally of all."""

    def __init__(self, case: Case, compiled: Compiled, roster: Roster, tally: Totals) -> None:
        self.case = case
        self.compiled = compiled
        self.roster = roster
        self.tally = tally
        quiet = compiled.policy.attention.quiet
        self.waking = None if quiet is None else compiled.policy.calendars.get(quiet.outside, ALWAYS)
        self.wake_at: datetime | None = None
        self.over_us = 0
        self.breaches = 0
        self.steps = 0
        self.interruptions = 0

    def _take_in(self, decision: Decision, now: datetime) -> None:
        tally = self.tally
        self.wake_at = decision.wake_at
        tally.looks += 1
        tally.concluded += len(decision.events)
        for event in decision.events:
            if isinstance(event, e.StepFired):
                tally.step(event.rule, event.step, event.outcome)
                self.steps += event.outcome is e.StepOutcome.FIRED
            elif isinstance(event, e.CyclesJudged):
                self._judge(event)
            elif isinstance(event, e.Offered):
                tally.offers[event.level] = tally.offers.get(event.level, 0) + 1
        if decision.notices:
            self._take_in_notices(decision.notices, (now,))

    def _take_in_again(self, again: RepeatedOffer) -> None:
        """Count offers that were made again as `_take_in` would, look by look."""
        tally, times = self.tally, len(again.offered_us)
        self.wake_at = from_us(again.wake_us)
        tally.looks += again.looks
        tally.concluded += again.concluded
        for (rule, step), count in again.passed.items():
            tally.step(rule, step, e.StepOutcome.PASSED_OVER, count)
        if times:
            tally.step(*again.fired, e.StepOutcome.FIRED, times)
            self.steps += times
            tally.offers[again.level] = tally.offers.get(again.level, 0) + times
            if again.notices:
                self._take_in_notices(again.notices, [from_us(at_us) for at_us in again.offered_us])

    def _take_in_notices(self, notices: Sequence[Notice], moments: Sequence[datetime]) -> None:
        """What was said at each of those moments. Said again, it has no deadline, or it would not be alike: so quiet
        hours hold it back whenever people sleep, or never."""
        where = zone(self.compiled.policy.timezone)
        times = [(at, at.astimezone(where).hour) for at in moments]
        waking = self.waking
        asleep = [] if waking is None else [at for at in moments if not waking.is_open(at)]
        for notice in notices:
            self._hear(notice, times)
            if asleep and _is_quieted(notice, self.compiled.policy, asleep[0]):
                self.tally.quieted += len(asleep)

    def _judge(self, event: e.CyclesJudged) -> None:
        for result in event.results:
            if result.goal is None:
                continue
            goals = self.tally.goals(result.clock)
            if result.met:
                goals.met += 1
            else:
                goals.breached += 1
                self.breaches += 1
                self.over_us += round((result.ran - result.goal) * SECOND_US)

    def _count_running(self, end: datetime) -> None:
        """The cycles of targets that still run when the log ends."""
        case = self.case
        if not case.running:
            return
        look = Look(case, self.compiled, self.roster, end)
        for metric in METRICS:
            cycle = case.running.get(metric)
            if cycle is None:
                continue
            so_far, goal, missed_us = ran(look, cycle)
            if goal is None:
                continue
            goals = self.tally.goals(metric)
            if missed_us is not None:
                goals.running_over += 1
                self.breaches += 1
                self.over_us += so_far - goal
            else:
                goals.running += 1

    def _hear(self, notice: Notice, times: Sequence[Time]) -> None:
        tally = self.tally
        match notice.kind:
            case NoticeKind.MOMENT | NoticeKind.DIGEST | NoticeKind.PAGE:
                self.interruptions += len(times)
                tally.pages += len(times) if notice.kind is NoticeKind.PAGE else 0
                for _, hour in times:
                    tally.by_hour[hour] = tally.by_hour.get(hour, 0) + 1
                counts = tally.by_person if addresses.agent_of(notice.to) is not None else tally.by_channel
                place = self._place(notice.to)
                counts[place] = counts.get(place, 0) + len(times)
            case NoticeKind.OFFER_CARD:
                tally.cards += len(times)
            case NoticeKind.REPLY:
                tally.replies += len(times)
            case _:
                pass

    def _place(self, to: Address) -> str:
        """Where it is heard; a person by their handle."""
        return addresses.agent_of(to) or place_of(to, self.compiled.policy)


def _is_quieted(notice: Notice, policy: Policy, now: datetime) -> bool:
    """Whether quiet hours hold it back. Budgets count over all tickets at once, and so cannot be told here."""
    to_person = addresses.agent_of(notice.to) is not None
    said = Interruption(notice.kind, to_person, notice.priority, notice.exempt, notice.deadline)
    return held_back(said, policy, (), now) is not None

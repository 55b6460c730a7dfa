"""What a policy makes of clocks that have ended: goals are judged, offers made on them withdrawn."""

from rung.core import actors
from rung.core.calendar.moments import SECOND_US, from_us
from rung.core.case import events as e
from rung.core.case.case import Case, Offer
from rung.core.reckoning.look import Look
from rung.core.reckoning.look_cache import LookCache
from rung.core.reckoning.steps import WITHDRAWING, item_of, record_step
from rung.core.reckoning.timetable import Missed, crossed_before_the_end, ran
from rung.core.vocabulary import METRICS, ClockName

_METRICS = frozenset(METRICS)
#: The clocks whose end takes back the offers made on them, but for `unaccepted`; each with its place among them.
_OFFERED_ON = {clock: place for place, clock in enumerate(sorted(WITHDRAWING - {ClockName.UNACCEPTED}))}


def judge_ended(look: Look) -> None:
    """Ended cycles: steps crossed before the end and never looked at are recorded as overtaken; goals are judged."""
    look.unjudged = False
    results = []
    for cycle in tuple(look.case.ended):
        for due in crossed_before_the_end(look, cycle):
            item = item_of(look, due)
            late = e.StepOutcome.SETTLED if look.case.settling else e.StepOutcome.OVERTAKEN
            record_step(look, item, late if item.holds else e.StepOutcome.PASSED_OVER)
        if cycle.clock not in _METRICS:
            continue
        total, goal, missed_us = ran(look, cycle)
        if missed_us is not None and look.case.missed.get(cycle.clock) != cycle.number:
            miss(look, Missed(cycle.clock, cycle.number, missed_us))
        results.append(
            e.Judgement(
                clock=cycle.clock,
                cycle=cycle.number,
                ended=cycle.ended,
                ran=total / SECOND_US,
                goal=None if goal is None else goal / SECOND_US,
                met=None if goal is None else missed_us is None,
            )
        )
    if results:
        look.record(e.CyclesJudged(at=look.now, by=actors.SYSTEM, number=look.number, results=tuple(results)))


def withdraw(look: Look) -> None:
    """Take back unclaimed offers whose clock has ended; that may end the clock of another."""
    while (offer := _without_its_clock(look.case, look.memory)) is not None:
        look.record(
            e.OfferWithdrawn(
                at=look.now, by=actors.SYSTEM, number=look.number, offer=offer.number, why=str(offer.clock)
            )
        )


def _without_its_clock(case: Case, memory: LookCache) -> Offer | None:
    """The oldest open offer that was made on a clock which runs no longer."""
    clocks = tuple(cycle.number if (cycle := case.running.get(clock)) else None for clock in _OFFERED_ON)
    # Offers seen to stand go on standing while these clocks do and none is taken back; only new ones are looked at.
    if memory.offers is not case.offers or memory.offered_on != clocks:
        memory.offers, memory.offered_on, memory.offers_stand = case.offers, clocks, {}
    standing = memory.offers_stand
    for offer in case.offers[len(standing) :]:
        clock = offer.clock
        if clock is ClockName.UNACCEPTED:
            # Its clock is that of an older offer, so that one has been passed already if it still stands.
            if offer.cycle is not None and not (offer.cycle in standing or _is_renewed(case, offer.cycle)):
                return offer
        elif clock in _OFFERED_ON and clocks[_OFFERED_ON[clock]] != offer.cycle:
            return offer
        standing[offer.number] = None
    return None


def _is_renewed(case: Case, cycle: int) -> bool:
    """Whether an open offer's clock began anew with that cycle, when a newer offer was withdrawn."""
    return any(cycle in offer.renewed for offer in case.offers)


def miss(look: Look, missed: Missed) -> None:
    look.record(
        e.TargetMissed(
            at=look.now,
            by=actors.SYSTEM,
            number=look.number,
            metric=missed.metric,
            cycle=missed.cycle,
            due_at=from_us(missed.due_us),
        )
    )

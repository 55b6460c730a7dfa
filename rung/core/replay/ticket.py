"""One ticket of a recorded history under one policy: what was recorded is folded, and the policy looks in between."""

from datetime import datetime

import msgspec

from rung.core import actors
from rung.core.calendar.durations import Duration
from rung.core.calendar.moments import SECOND_US, to_us
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.case.fold import fold
from rung.core.log.events import History
from rung.core.oncall.roster import Roster
from rung.core.reckoning.claims import claim_of
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.ladder import closed_by_claim
from rung.core.reckoning.look_cache import LookCache
from rung.core.reckoning.reckon import reckon_in_place
from rung.core.replay.counts import Counting
from rung.core.replay.repeated_offers import Known, Repeats
from rung.core.replay.totals import Totals, Worst
from rung.core.vocabulary import ClockName

#: Looks at one ticket between two recorded events, after which the policy is taken never to come to rest on it.
MOST_LOOKS = 20_000

_TURNS = (e.TurnTaken, e.Held, e.Waited)


def _unheard(compiled: Compiled, roster: Roster) -> frozenset[type[e.Event]]:
    """Events after which a look could conclude nothing: they change no fact, and of clocks only such as this policy
    does not watch."""
    if ClockName.IDLE in compiled.watched or not roster.staffed:
        return frozenset()
    if ClockName.UNASSIGNED in compiled.watched:
        return frozenset({e.Noted})
    return frozenset({e.Noted, e.Assigned})


class Replay(Counting):
    """One ticket under one policy. `known`: what is shared with other tickets under it."""

    def __init__(
        self,
        history: History,
        compiled: Compiled,
        roster: Roster,
        tally: Totals,
        accepted: Duration | None = None,
        *,
        known: Known | None = None,
    ) -> None:
        super().__init__(Case(), compiled, roster, tally)
        self.history = history
        self.accepted = accepted
        self.memory = LookCache()
        self.repeats = Repeats(self.case, compiled, roster, self.memory, {} if known is None else known)
        #: Offers made by hand: their numbers in the record, and here.
        self.offers: dict[int, int] = {}
        self.unheard = _unheard(compiled, roster)

    def run(self, end: datetime) -> None:
        """Everything recorded until `end`, and the looks in between."""
        tally, recorded = self.tally, self.history.events
        tally.tickets += 1
        tally.rows += self.history.rows
        tally.moved += self.history.moved
        tally.repeated += self.history.repeated
        place = 0
        while place < len(recorded) and (now := recorded[place].at) <= end:
            self._look_until(now)
            stirs = self.wake_at == now or bool(self.case.excused)
            while place < len(recorded) and recorded[place].at == now:
                stirs = stirs or type(recorded[place]) not in self.unheard
                self._record(recorded[place])
                place += 1
            if stirs:
                self.memory.horizon_us = to_us(min(self._heard_next(place, end), end))
                self._look(now, until=min(recorded[place].at, end) if place < len(recorded) else end)
        self._look_until(end, closing=True)
        tally.events += place
        self._count_running(end)
        tally.rank(Worst(self.over_us // SECOND_US, self.breaches, self.steps, self.interruptions, self.history.ticket))

    def _heard_next(self, place: int, end: datetime) -> datetime:
        """When something recorded at or after that place is sure to be followed by a look."""
        recorded = self.history.events
        for event in recorded[place:] if self.unheard else recorded[place : place + 1]:
            if type(event) not in self.unheard:
                return event.at
        return end

    def _look_until(self, moment: datetime, *, closing: bool = False) -> None:
        """Look whenever the policy asked for it before `moment`; at the end of the log, also then."""
        looks = 0
        while True:
            claim_at = self._next_acceptance()
            now = self.wake_at if claim_at is None or (self.wake_at and self.wake_at < claim_at) else claim_at
            if now is None or now > moment or (now == moment and not closing):
                return
            if now == claim_at:
                self._accept(now)
            looks += self._look(now, until=moment, most=MOST_LOOKS - looks)
            if looks == MOST_LOOKS:
                self.tally.restless.append(self.history.ticket)
                self.wake_at = None

    def _look(self, now: datetime, *, until: datetime, most: int = MOST_LOOKS) -> int:
        """Look, and where the looks that follow before `until` are sure to be alike, take them too: how many."""
        decision = reckon_in_place(self.case, self.compiled, self.roster, now, self.memory)
        self._take_in(decision, now)
        if now >= until or self.accepted is not None:
            return 1
        again = self.repeats.after(decision, until, most - 1)
        if again is None:
            return 1
        self._take_in_again(again)
        return 1 + again.looks

    def _record(self, event: e.AnyEvent) -> None:
        """Fold what was recorded, as it must have been in a case that the replayed policy has had its say in."""
        case = self.case
        if case.status.is_over and isinstance(event, _TURNS):
            # The replayed policy closed it; in the log it went on.
            self._fold(e.Reopened(at=event.at, by=event.by))
        here = self._as_it_is_here(event)
        if here is None:
            return
        if case.excused and case.assignee is None and actors.handle_of(event.by) in case.excused:
            # A rule took it from them, but in the log they went on working on it.
            self._fold(e.Assigned(at=event.at, by=event.by, assignee=actors.handle_of(event.by)))
        self._fold(here)
        if isinstance(event, e.Offered):
            self.offers[event.number] = case.number

    def _as_it_is_here(self, event: e.AnyEvent) -> e.AnyEvent | None:
        """What was done to offers is done to those of the replay; None: to one that was never made here."""
        match event:
            case e.Claimed():
                return claim_of(event, self.case, self.compiled.policy)
            case e.Offered() if event.level not in self.compiled.policy.levels:
                return None
            case e.OfferReturned() | e.OfferWithdrawn():
                offer = self.offers.get(event.offer)
                if offer is None and isinstance(event, e.OfferReturned):
                    there = [each.number for each in self.case.offers if each.level == event.level]
                    offer = there[-1] if there else None
                return None if offer is None else msgspec.structs.replace(event, offer=offer)
            case _:
                return event

    def _next_acceptance(self) -> datetime | None:
        """When the oldest open offer is assumed to be accepted."""
        if self.accepted is None or not self.case.offers:
            return None
        offer = self.case.offers[0]
        calendar = self.compiled.level_calendar(offer.level)
        return max(calendar.add(offer.at, self.accepted.on(calendar)), self.case.last_at or offer.at)

    def _accept(self, now: datetime) -> None:
        """The assignee continues at the level offered; the log knows nobody else."""
        case, offer = self.case, self.case.offers[0]
        agent = case.assignee or "somebody"
        closes = closed_by_claim(case, self.compiled.policy, offer.level, offer.path)
        self._fold(
            e.Claimed(
                at=now,
                by=actors.agent(agent),
                agent=agent,
                level=offer.level,
                path=offer.path,
                offer=offer.number,
                closes=tuple({*closes, offer.number}),
            )
        )

    def _fold(self, event: e.AnyEvent) -> None:
        fold(self.case, msgspec.structs.replace(event, number=self.case.number + 1))

"""A policy run over recorded history: what it would have asked for, and when.

What people did is fixed; what the policy concludes (offers, steps, closings) is folded into the replayed case, and the
policy is looked at right after everything recorded and at every moment it asks for, until the end of the log. Nobody in
a log can accept an offer it knows nothing of: offers stand until their clock ends or the ticket is resolved, unless one
assumes how soon they are accepted.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from datetime import datetime
from itertools import islice

import msgspec
from msgspec import Struct

from rung.core import events as e
from rung.core.attention import Interruption, held_back
from rung.core.calendar import ALWAYS
from rung.core.calendar.instants import zone
from rung.core.case import Case
from rung.core.compiled import Compiled
from rung.core.desk import Desk
from rung.core.durations import Duration
from rung.core.effects import Decision, Notice, NoticeKind
from rung.core.fold import fold
from rung.core.ladder import closed_by_claim
from rung.core.log_events import History
from rung.core.look import Look
from rung.core.memory import Memory
from rung.core.moments import SECOND_US, to_us
from rung.core.policy import Policy
from rung.core.reckoning import reckon_in_place
from rung.core.repeats import Repeats
from rung.core.tally import Tally, Worst
from rung.core.timetable import ran
from rung.core.vocabulary import METRICS, ClockName

#: Nothing is known of who was there: every team counts as present.
STAFFED = Desk(staffed=True)

#: Looks at one ticket between two recorded events, after which the policy is taken never to come to rest on it.
MOST_LOOKS = 20_000

#: Tickets given to an executor at a time: few enough to share them out evenly, many enough to be worth the way.
SHARE = 500

#: Shares given to an executor before the first must be back: histories are read no faster than they are replayed.
UNDER_WAY = 32


def replay(
    histories: Iterable[History],
    policy: Policy,
    *,
    end: datetime,
    desk: Desk = STAFFED,
    accepted: Duration | None = None,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _rows: None,
) -> Tally:
    """Run the policy over every ticket until `end`, the last moment of the whole log. Any executor will do, and
    what comes out does not depend on how the tickets were shared out; only a few shares are held at a time.
    `accepted`: assume that every offer is claimed so long after it was made, on the calendar of its level.
    `on_progress` hears how many rows are done."""
    whole = Tally()
    remaining = iter(histories)
    shares = iter(lambda: tuple(islice(remaining, SHARE)), ())
    if executor is None:
        compiled = Compiled(policy)
        parts: Iterator[Tally] = (
            replay_all(share, compiled, end=end, desk=desk, accepted=accepted) for share in shares
        )
    else:
        parts = _shared_out(executor, (_Share(share, policy, end, desk, accepted) for share in shares))
    for part in parts:
        whole.add(part)
        on_progress(whole.rows)
    return whole


def replay_all(
    histories: Iterable[History],
    compiled: Compiled,
    *,
    end: datetime,
    desk: Desk = STAFFED,
    accepted: Duration | None = None,
) -> Tally:
    """`replay` of a policy made ready, here and now."""
    tally = Tally()
    for history in histories:
        Replay(history, compiled, desk, tally, accepted).run(end)
    return tally


class _Share(Struct, frozen=True):
    histories: tuple[History, ...]
    policy: Policy
    end: datetime
    desk: Desk
    accepted: Duration | None


def _shared_out(executor: Executor, shares: Iterable[_Share]) -> Iterator[Tally]:
    """In the order given, and never more under way than a machine or two needs to be busy."""
    under_way: deque[Future[Tally]] = deque()
    for share in shares:
        under_way.append(executor.submit(_replay_share, share))
        if len(under_way) == UNDER_WAY:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def _replay_share(share: _Share) -> Tally:
    compiled = Compiled(share.policy)
    return replay_all(share.histories, compiled, end=share.end, desk=share.desk, accepted=share.accepted)


def claim_of(event: e.Claimed, case: Case, policy: Policy) -> e.Claimed | e.Assigned:
    """A recorded claim as it is in this case: it closes the offers made here; at the level that holds the ticket it is
    an assignment."""
    if event.level == case.level:
        return e.Assigned(at=event.at, by=event.by, assignee=event.agent)
    own = policy.paths.get(case.path or "", ())
    path = case.path if case.path is not None and event.level in own else event.path
    closes = closed_by_claim(case, policy, event.level, path)
    return msgspec.structs.replace(event, path=path, closes=closes)


def _is_quieted(notice: Notice, policy: Policy, now: datetime) -> bool:
    """Whether quiet hours hold it back. Budgets count over all tickets at once, and so cannot be told here."""
    to_person = notice.to.startswith("agent:")
    said = Interruption(notice.kind, to_person, notice.priority, notice.exempt, notice.deadline)
    return held_back(said, policy, (), now) is not None


_TURNS = (e.TurnTaken, e.Held, e.Waited)


def _unheard(compiled: Compiled, desk: Desk) -> frozenset[type[e.Event]]:
    """Events after which a look could conclude nothing: they change no fact, and of clocks only such as this policy
    does not watch."""
    if ClockName.IDLE in compiled.watched or not desk.staffed:
        return frozenset()
    if ClockName.UNASSIGNED in compiled.watched:
        return frozenset({e.Noted})
    return frozenset({e.Noted, e.Assigned})


class Replay:
    """One ticket under one policy."""

    def __init__(
        self, history: History, compiled: Compiled, desk: Desk, tally: Tally, accepted: Duration | None = None
    ) -> None:
        self.history = history
        self.compiled = compiled
        self.desk = desk
        self.tally = tally
        self.accepted = accepted
        self.case = Case()
        self.memory = Memory()
        self.repeats = Repeats(self.case, compiled, desk, self.memory)
        #: Offers made by hand: their numbers in the record, and here.
        self.offers: dict[int, int] = {}
        quiet = compiled.policy.attention.quiet
        self.waking = None if quiet is None else compiled.policy.calendars.get(quiet.outside, ALWAYS)
        self.unheard = _unheard(compiled, desk)
        self.wake_at: datetime | None = None
        self.over_us = 0
        self.breaches = 0
        self.steps = 0
        self.interruptions = 0

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
                self._look(now, until=min(recorded[place].at, end) if place < len(recorded) else end)
        self._look_until(end, closing=True)
        tally.events += place
        self._count_running(end)
        tally.rank(Worst(self.over_us // SECOND_US, self.breaches, self.steps, self.interruptions, self.history.ticket))

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
        decision = reckon_in_place(self.case, self.compiled, self.desk, now, self.memory)
        self._take_in(decision, now)
        if now >= until or self.accepted is not None:
            return 1
        alike = 0
        for decided in islice(self.repeats.after(decision, to_us(until)), most - 1):
            self._take_in(decided, decided.events[-1].at)
            alike += 1
        return 1 + alike

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
            hour = now.astimezone(zone(self.compiled.policy.timezone)).hour
            asleep = self.waking is not None and not self.waking.is_open(now)
            for notice in decision.notices:
                self._hear(notice, hour)
                tally.quieted += asleep and _is_quieted(notice, self.compiled.policy, now)

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
        look = Look(case, self.compiled, self.desk, end)
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

    def _hear(self, notice: Notice, hour: int) -> None:
        tally = self.tally
        match notice.kind:
            case NoticeKind.MOMENT | NoticeKind.DIGEST | NoticeKind.PAGE:
                self.interruptions += 1
                tally.pages += notice.kind is NoticeKind.PAGE
                tally.by_hour[hour] = tally.by_hour.get(hour, 0) + 1
                counts = tally.by_person if notice.to.startswith("agent:") else tally.by_channel
                place = self._place(notice.to)
                counts[place] = counts.get(place, 0) + 1
            case NoticeKind.OFFER_CARD:
                tally.cards += 1
            case NoticeKind.REPLY:
                tally.replies += 1
            case _:
                pass

    def _place(self, to: str) -> str:
        """Where it is heard: the channel of a level or of the triage, if the policy names one; else as it is."""
        policy = self.compiled.policy
        if to.startswith("agent:"):
            return to.removeprefix("agent:")
        if to == "triage":
            return policy.triage_channel or to
        if to.startswith("level:"):
            level = policy.levels.get(to.removeprefix("level:"))
            return to if level is None else level.channel or to
        return to

    def _record(self, event: e.AnyEvent) -> None:
        """Fold what was recorded, as it must have been in a case that the replayed policy has had its say in."""
        case = self.case
        if case.status.is_over and isinstance(event, _TURNS):
            # The replayed policy closed it; in the log it went on.
            self._fold(e.Reopened(at=event.at, by=event.by))
        here = self._as_it_is_here(event)
        if here is None:
            return
        if case.excused and case.assignee is None and event.by.removeprefix("agent:") in case.excused:
            # A rule took it from them, but in the log they went on working on it.
            self._fold(e.Assigned(at=event.at, by=event.by, assignee=event.by.removeprefix("agent:")))
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
        """Whoever has the ticket goes on with it at the level offered; the log knows nobody else."""
        case, offer = self.case, self.case.offers[0]
        agent = case.assignee or "somebody"
        closes = closed_by_claim(case, self.compiled.policy, offer.level, offer.path)
        self._fold(
            e.Claimed(
                at=now,
                by=e.agent(agent),
                agent=agent,
                level=offer.level,
                path=offer.path,
                offer=offer.number,
                closes=tuple({*closes, offer.number}),
            )
        )

    def _fold(self, event: e.AnyEvent) -> None:
        fold(self.case, msgspec.structs.replace(event, number=self.case.number + 1))

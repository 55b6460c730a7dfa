"""Two policies over the same history: what each would have made of what people did, and what a change would do now.

A replay knows what a policy would have asked for. It cannot know what people would have done then: an earlier reminder
answers nothing here, and a ticket that nobody would have had to escalate is escalated all the same.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from datetime import datetime, timedelta

from msgspec import Struct

from rung.core.calendar.durations import Duration
from rung.core.case.case import Case
from rung.core.case.events import StepOutcome
from rung.core.log.events import History
from rung.core.oncall.roster import Roster
from rung.core.policy.model import Policy
from rung.core.receipt.outlook import clock_views
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.effects import Notice, NoticeKind
from rung.core.reckoning.look import Look
from rung.core.reckoning.timetable import timetable
from rung.core.replay.counts import Time
from rung.core.replay.interruption_hours import Hours
from rung.core.replay.replay import SHARE, STAFFED
from rung.core.replay.ticket import Replay
from rung.core.replay.totals import Totals
from rung.core.vocabulary import METRICS

#: How many tickets of each kind are named; all are counted.
NAMED = 50

_HEARD = frozenset({NoticeKind.MOMENT, NoticeKind.DIGEST, NoticeKind.PAGE})


class Side(Struct):
    """What one policy came to. Mutable while the comparison runs."""

    tally: Totals
    #: Interruptions while the level that holds the ticket is not there.
    outside_hours: int = 0
    #: Person or channel -> when they are interrupted.
    by_whom: dict[str, Hours] = {}
    #: Rule -> escalations made.
    escalations: dict[str, int] = {}

    @property
    def interruptions(self) -> int:
        return sum(self.tally.by_hour.values())


class Changed(Struct, frozen=True):
    """A ticket that the two policies treat differently. Steps are `rule / step`, as often as they fired more."""

    ticket: str
    breaches_before: int
    breaches_after: int
    steps_gone: tuple[str, ...]
    steps_new: tuple[str, ...]


class Moved(Struct, frozen=True):
    """A deadline of a running ticket, before and after; None: no goal, or paused."""

    clock: str
    before: datetime | None
    after: datetime | None


class Running(Struct, frozen=True):
    """A ticket that is open where the history ends, and what publishing for running tickets would do to it."""

    ticket: str
    moved: tuple[Moved, ...]
    #: Clocks that would be past their new target at once.
    breached: tuple[str, ...]
    #: Steps that would be due at once; they are recorded as passed unless the publisher lets them fire.
    due: tuple[str, ...]


class Comparison(Struct):
    """Mutable while it runs; parts add up in any order."""

    old: Side
    new: Side
    tickets_changed: int = 0
    changed: list[Changed] = []
    tickets_running: int = 0
    running_affected: int = 0
    deadlines_moved: int = 0
    breached_at_once: int = 0
    due_at_once: int = 0
    running: list[Running] = []

    def add(self, other: "Comparison") -> None:
        """Count in what another part has found."""
        for mine, theirs in ((self.old, other.old), (self.new, other.new)):
            mine.tally.add(theirs.tally)
            mine.outside_hours += theirs.outside_hours
            for who, hours in theirs.by_whom.items():
                mine.by_whom.setdefault(who, Hours()).add(hours)
            for rule, count in theirs.escalations.items():
                mine.escalations[rule] = mine.escalations.get(rule, 0) + count
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.changed = sorted([*self.changed, *other.changed], key=_weight)[:NAMED]
        self.running = sorted([*self.running, *other.running], key=_urgency)[:NAMED]


_SUMS = ("tickets_changed", "tickets_running", "running_affected", "deadlines_moved", "breached_at_once", "due_at_once")


class _Share(Struct, frozen=True):
    old_histories: tuple[History, ...]
    new_histories: tuple[History, ...]
    old: Policy
    new: Policy
    end: datetime
    roster: Roster
    accepted: Duration | None


def compare(
    old_histories: Sequence[History],
    new_histories: Sequence[History],
    old: Policy,
    new: Policy,
    *,
    end: datetime,
    roster: Roster = STAFFED,
    accepted: Duration | None = None,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _tickets: None,
) -> Comparison:
    """Replay both until `end`. The histories are the same tickets in the same order, each heard with the phrases of its
    policy. `accepted`: assume that offers are claimed after so long. What comes out does not depend on the executor."""
    shares = [
        _Share(tuple(before), tuple(after), old, new, end, roster, accepted)
        for before, after in zip(_parts(old_histories), _parts(new_histories), strict=True)
    ]
    whole = nothing_yet()
    parts: Iterator[Comparison] = (
        map(_compare_share, shares) if executor is None else executor.map(_compare_share, shares)
    )
    for part in parts:
        whole.add(part)
        on_progress(whole.old.tally.tickets)
    return whole


def _parts(histories: Sequence[History]) -> Iterator[Sequence[History]]:
    return (histories[at : at + SHARE] for at in range(0, len(histories), SHARE))


def nothing_yet() -> Comparison:
    """A comparison to count into."""
    return Comparison(Side(Totals()), Side(Totals()))


def _compare_share(share: _Share) -> Comparison:
    part = nothing_yet()
    old, new = Compiled(share.old), Compiled(share.new)
    for old_history, new_history in zip(share.old_histories, share.new_histories, strict=True):
        before = _run(old_history, old, share, part.old)
        after = _run(new_history, new, share, part.new)
        _note_change(part, before, after)
        if before.case.opened_at is not None and not before.case.status.is_over:
            look = Look(before.case.copy(), new, share.roster, share.end)
            note_running(part, old_history.ticket, before.case, old, look)
    part.changed = sorted(part.changed, key=_weight)[:NAMED]
    part.running = sorted(part.running, key=_urgency)[:NAMED]
    return part


class _Watched(Replay):
    """A replay that also knows when it interrupts."""

    def __init__(
        self, history: History, compiled: Compiled, roster: Roster, tally: Totals, accepted: Duration | None = None
    ) -> None:
        super().__init__(history, compiled, roster, tally, accepted)
        self.by_whom: dict[str, Hours] = {}

    def _hear(self, notice: Notice, times: Sequence[Time]) -> None:
        super()._hear(notice, times)
        there = self.compiled.level_calendar(self.case.level or "")
        if notice.kind in _HEARD:
            hours = self.by_whom.setdefault(self._place(notice.to), Hours())
            for at, hour in times:
                (hours.inside if there.is_open(at) else hours.outside)[hour] += 1


def _run(history: History, compiled: Compiled, share: _Share, side: Side) -> _Watched:
    """One ticket under one policy, with a tally of its own, which is then added to the side's."""
    run = _Watched(history, compiled, share.roster, Totals(), share.accepted)
    run.run(share.end)
    side.tally.add(run.tally)
    for who, hours in run.by_whom.items():
        side.outside_hours += sum(hours.outside)
        side.by_whom.setdefault(who, Hours()).add(hours)
    for rule in compiled.policy.rules:
        actions = {step.id: step.actions for step in rule.steps} | ({rule.do_id: rule.do} if rule.do else {})
        for step, outcomes in run.tally.steps.get(rule.id, {}).items():
            does = actions.get(step)
            if does is not None and does.escalate is not None and (made := outcomes.get(StepOutcome.FIRED, 0)):
                side.escalations[rule.id] = side.escalations.get(rule.id, 0) + made
    return run


def _note_change(part: Comparison, before: Replay, after: Replay) -> None:
    was, now = _fired(before.tally), _fired(after.tally)
    gone = tuple(step for step in was for _ in range(was[step] - now.get(step, 0)))
    new = tuple(step for step in now for _ in range(now[step] - was.get(step, 0)))
    if gone or new or before.breaches != after.breaches:
        part.tickets_changed += 1
        part.changed.append(Changed(before.history.ticket, before.breaches, after.breaches, gone, new))


def _fired(tally: Totals) -> dict[str, int]:
    return {
        f"{rule} / {step}": outcomes[StepOutcome.FIRED]
        for rule, steps in tally.steps.items()
        for step, outcomes in steps.items()
        if StepOutcome.FIRED in outcomes
    }


def note_running(part: Comparison, ticket: str, case: Case, old: Compiled, look: Look) -> None:
    """As if the policy of `look` were published at its moment for a running ticket, too, which `old` judges now."""
    part.tickets_running += 1
    was = _deadlines(Look(case.copy(), old, look.roster, look.now))
    now = _deadlines(look)
    table = timetable(look)
    moved = tuple(
        Moved(metric, was.get(metric), now.get(metric)) for metric in METRICS if was.get(metric) != now.get(metric)
    )
    breached = tuple(str(missed.metric) for missed in table.missed)
    due = tuple(f"{each.rule.rule.id} / {each.timed.step.id}" for each in table.due)
    if not (moved or breached or due):
        return
    part.running_affected += 1
    part.deadlines_moved += len(moved)
    part.breached_at_once += len(breached)
    part.due_at_once += len(due)
    part.running.append(Running(ticket, moved, breached, due))


def _deadlines(look: Look) -> dict[str, datetime]:
    return {view.clock: view.deadline_at for view in clock_views(look) if view.deadline_at is not None}


def _weight(changed: Changed) -> tuple[int, int, str]:
    """Smallest for the ticket that changes most."""
    difference = abs(changed.breaches_after - changed.breaches_before)
    return -difference, -len(changed.steps_gone) - len(changed.steps_new), changed.ticket


def _urgency(running: Running) -> tuple[int, int, timedelta, str]:
    """Smallest for the ticket that would be in most trouble."""
    sooner = [moved.after - moved.before for moved in running.moved if moved.before and moved.after]
    return -len(running.breached), -len(running.due), min(sooner, default=timedelta()), running.ticket

"""What a policy makes of a ticket at a moment: the one place where Rung draws conclusions.

A look goes on until it asks for nothing new, so a second look in the same moment asks for nothing.
"""

from datetime import datetime

from rung.core import events as e
from rung.core.arrival import FALLBACK_CATEGORY, category_of, path_of, priority_of
from rung.core.case import Case, Offer
from rung.core.compiled import Compiled
from rung.core.desk import Desk
from rung.core.effects import Decision, Notice, NoticeKind, Subject
from rung.core.escalating import Origin
from rung.core.ladder import first_level
from rung.core.look import SYSTEM, Look
from rung.core.memory import Memory
from rung.core.moments import SECOND_US, from_us
from rung.core.past import Past
from rung.core.recipients import lead
from rung.core.steps import WITHDRAWING, Item, act, item_of, record_step
from rung.core.timetable import Missed, Overrun, Timetable, crossed_before_the_end, ran, timetable
from rung.core.vocabulary import METRICS, ClockName

_METRICS = frozenset(METRICS)
#: The clocks whose end takes back the offers made on them, but for `unaccepted`; each with its place among them.
_OFFERED_ON = {clock: place for place, clock in enumerate(sorted(WITHDRAWING - {ClockName.UNACCEPTED}))}

#: How often one look starts over for what its own conclusions bring about. An odd policy (a step at 0m that escalates
#: to itself) would go on for ever; it is cut off here and looked at again a second later.
MOST_PASSES = 24


def reckon(case: Case, policy: Compiled, desk: Desk, now: datetime, past: Past | None = None) -> Decision:
    """Everything the policy asks for at `now`, and when to look again. The case passed in stays as it is.

    `past`: the ticket's events, for a look that may be late. Without it a step's `when` is judged by what holds now.
    """
    return reckon_in_place(case.copy(), policy, desk, now, past=past)


def reckon_in_place(
    case: Case,
    policy: Compiled,
    desk: Desk,
    now: datetime,
    memory: Memory | None = None,
    *,
    past: Past | None = None,
) -> Decision:
    """`reckon` on a case that the caller gives away: it becomes the decision's. Whoever looks at the same case object
    again and again, under one policy and with the same people, may pass on a memory."""
    look = Look(case, policy, desk, now, memory, past=past)
    if case.opened_at is None:
        return Decision((), (), None, case)
    if not look.nothing_new:
        _arrive(look)
        _judge_ended(look)
    wake_us: int | None = None
    for _ in range(MOST_PASSES):
        look.stirred = False
        table = _pass(look)
        if not look.stirred:
            wake_us = table.next_us
            look.rest()
            break
    else:
        wake_us = look.now_us + SECOND_US
    return Decision(
        tuple(look.events),
        _digested(look.notices),
        None if wake_us is None else from_us(wake_us),
        case,
    )


def _pass(look: Look) -> Timetable:
    """Once through everything that may have become true."""
    case = look.case
    anew, look.anew = look.anew, False
    if anew:
        _raise_priority(look)
        _free_of_the_inactive(look)
    _end_snooze(look)
    if anew:
        _withdraw(look)
    table = timetable(look)
    for missed in table.missed:
        _miss(look, missed)
    for overrun in table.overruns:
        _tell_overrun(look, overrun)
    items = [item_of(look, due) for due in table.due]
    if anew or look.anew:
        items += _turned_true(look)
    if case.settling:
        for item in items:
            record_step(look, item, e.StepOutcome.SETTLED)
        look.record(e.Settled(at=look.now, by=SYSTEM, number=look.number))
    elif items:
        act(look, items)
    _judge_ended(look)
    return table


# --- on arrival -----------------------------------------------------------------------------------------------------


def _arrive(look: Look) -> None:
    """Category, priority, path, in that order."""
    case = look.case
    if case.arrived:
        return
    if case.category is None and not case.category_by_person:
        category, reasons = category_of(case, look.compiled)
        if category is not None:
            look.record(
                e.CategorySet(at=look.now, by="rule:categories", number=look.number, category=category, reasons=reasons)
            )
    priority, critical, reasons = priority_of(case, look.compiled, look.facts)
    if case.priority is None or (critical and not case.critical):
        look.record(
            e.PrioritySet(
                at=look.now,
                by="rule:priority",
                number=look.number,
                priority=case.priority or priority,
                critical=critical or None,
                reasons=reasons,
            )
        )
    path = path_of(look.compiled, look.facts)
    level = first_level(look.compiled.policy, path)
    if level is not None:
        look.record(e.Placed(at=look.now, by="rule:routing", number=look.number, path=path, level=level.name))


def _find_category(look: Look) -> None:
    """While nothing but the fallback is known, every message may name the category. A person's choice stays."""
    case = look.case
    if case.category_by_person or case.category not in (None, FALLBACK_CATEGORY):
        return
    category, reasons = category_of(case, look.compiled)
    if category is not None and category != case.category:
        look.record(
            e.CategorySet(at=look.now, by="rule:categories", number=look.number, category=category, reasons=reasons)
        )


def _raise_priority(look: Look) -> None:
    """Words heard since the priority was set may raise it; they never lower it, nor change what a person set."""
    case = look.case
    if case.heard <= case.judged or case.status.is_over:
        return
    _find_category(look)
    priority, critical, reasons = priority_of(case, look.compiled, look.facts)
    raised = not case.priority_by_person and (case.priority is None or priority.rank < case.priority.rank)
    if raised or (critical and not case.critical):
        look.record(
            e.PrioritySet(
                at=look.now,
                by="rule:priority",
                number=look.number,
                priority=priority if raised or case.priority is None else case.priority,
                critical=True if critical else None,
                reasons=reasons,
            )
        )


# --- what has ended -------------------------------------------------------------------------------------------------


def _judge_ended(look: Look) -> None:
    """Ended cycles: steps crossed before the end and never looked at are recorded as overtaken; goals are judged."""
    if not look.unjudged:
        return
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
            _miss(look, Missed(cycle.clock, cycle.number, missed_us))
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
        look.record(e.CyclesJudged(at=look.now, by=SYSTEM, number=look.number, results=tuple(results)))


def _withdraw(look: Look) -> None:
    """Take back unclaimed offers whose clock has ended; that may end the clock of another."""
    while (offer := _without_its_clock(look.case, look.memory)) is not None:
        look.record(
            e.OfferWithdrawn(at=look.now, by=SYSTEM, number=look.number, offer=offer.number, why=str(offer.clock))
        )


def _without_its_clock(case: Case, memory: Memory) -> Offer | None:
    """The oldest open offer that was made on a clock which runs no longer."""
    if not case.offers:
        return None
    clocks = tuple(cycle.number if (cycle := case.running.get(clock)) else None for clock in _OFFERED_ON)
    # Offers seen to stand go on standing while these clocks do and none is taken back; only new ones are looked at.
    if memory.offers is not case.offers or memory.offered_on != clocks:
        memory.offers, memory.offered_on, memory.offers_stand = case.offers, clocks, {}
    standing = memory.offers_stand
    for offer in case.offers[len(standing) :]:
        clock = offer.clock
        if clock is ClockName.UNACCEPTED:
            # Its clock is that of an older offer, so that one has been passed already if it still stands.
            if offer.cycle is not None and offer.cycle not in standing:
                return offer
        elif clock in _OFFERED_ON and clocks[_OFFERED_ON[clock]] != offer.cycle:
            return offer
        standing[offer.number] = None
    return None


def _free_of_the_inactive(look: Look) -> None:
    """A ticket whose assignee has been deactivated is nobody's: it says so instead of waiting for them."""
    case = look.case
    if case.assignee is None or case.status.is_over:
        return
    person = look.desk.people.get(case.assignee)
    if person is not None and not person.active:
        look.record(e.Assigned(at=look.now, by=SYSTEM, number=look.number, assignee=None))


def _end_snooze(look: Look) -> None:
    case = look.case
    if case.snoozed_until is None or case.snoozed_until > look.now:
        return
    look.record(e.SnoozeEnded(at=look.now, by=SYSTEM, number=look.number))
    if case.assignee is not None:
        look.say(
            Notice(
                kind=NoticeKind.MOMENT,
                to=f"agent:{case.assignee}",
                subject=Subject.SNOOZE_ENDED,
                key=f"snooze/{case.number}",
                event=case.number,
                priority=case.priority,
            )
        )


# --- what has been reached ------------------------------------------------------------------------------------------


def _miss(look: Look, missed: Missed) -> None:
    look.record(
        e.TargetMissed(
            at=look.now,
            by=SYSTEM,
            number=look.number,
            metric=missed.metric,
            cycle=missed.cycle,
            due_at=from_us(missed.due_us),
        )
    )


def _tell_overrun(look: Look, overrun: Overrun) -> None:
    """The pause is used up: the clock runs on, and the lead is told."""
    look.record(
        e.PauseOverrun(
            at=look.now,
            by=SYSTEM,
            number=look.number,
            pause=overrun.pause,
            turn=overrun.turn,
            due_at=from_us(overrun.due_us),
        )
    )
    to = lead(look)
    look.say(
        Notice(
            kind=NoticeKind.MOMENT,
            to=to.to,
            subject=Subject.PAUSE_OVERRUN,
            key=f"pause/{overrun.pause}",
            event=look.case.number,
            priority=look.case.priority,
            instead_of=to.instead_of,
        )
    )


def _turned_true(look: Look) -> list[Item]:
    """The rules without a clock whose `when` has turned true; those that turned false end their episode.
    On a resolved ticket only a rating can still start one."""
    case = look.case
    true = look.standing.plain
    if not true and not case.episodes:
        return []
    over = case.status.is_over
    items = []
    for rule in look.compiled.plain_rules:
        if over and not rule.asks_rating:
            continue
        holds = rule in true
        began = case.episodes.get(rule.rule.id)
        if holds and began is None and rule.rule.do is not None:
            items.append(
                Item(
                    origin=Origin(rule.rule.id, rule.rule.do_id, None, case.number),
                    actions=rule.rule.do,
                    due_us=look.now_us,
                    episode=True,
                    holds=True,
                )
            )
        elif not holds and began is not None and not over:
            look.record(e.EpisodeEnded(at=look.now, by=SYSTEM, number=look.number, rule=rule.rule.id))
    return items


def _digested(notices: list[Notice]) -> tuple[Notice, ...]:
    """Several moments for one recipient in one look become one digest."""
    if len(notices) < 2:
        return tuple(notices)
    moments: dict[str, list[Notice]] = {}
    for notice in notices:
        if notice.kind is NoticeKind.MOMENT:
            moments.setdefault(notice.to, []).append(notice)
    said: list[Notice] = []
    for notice in notices:
        parts = moments.get(notice.to, [])
        if notice.kind is not NoticeKind.MOMENT or len(parts) == 1:
            said.append(notice)
        elif parts[0] is notice:
            said.append(_digest(parts))
    return tuple(said)


def _digest(parts: list[Notice]) -> Notice:
    deadlines = [part.deadline for part in parts if part.deadline is not None]
    return Notice(
        kind=NoticeKind.DIGEST,
        to=parts[0].to,
        subject=parts[-1].subject,
        key="+".join(part.key for part in parts),
        event=parts[-1].event,
        rule=parts[-1].rule,
        step=parts[-1].step,
        cycle=parts[-1].cycle,
        priority=parts[-1].priority,
        deadline=min(deadlines, default=None),
        exempt=any(part.exempt for part in parts),
        parts=tuple(parts),
    )

"""What a policy makes of a ticket at a moment: the one place where Rung draws conclusions.

A look goes on until it asks for nothing new, so a second look in the same moment asks for nothing.
"""

from datetime import datetime

from rung.core import actors, addresses
from rung.core.calendar.moments import SECOND_US, from_us
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.oncall.roster import Roster
from rung.core.policy.model import Policy
from rung.core.reckoning.arrival import arrive, raise_priority
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.earlier_case import EarlierCase
from rung.core.reckoning.effects import Decision, Notice, NoticeKind, Subject
from rung.core.reckoning.ended_clocks import judge_ended, miss, withdraw
from rung.core.reckoning.escalate import Origin
from rung.core.reckoning.look import Look
from rung.core.reckoning.look_cache import LookCache
from rung.core.reckoning.recipients import lead, place_of
from rung.core.reckoning.steps import Item, act, item_of, record_step
from rung.core.reckoning.timetable import Overrun, Timetable, timetable

#: How often one look starts over for what its own conclusions bring about. An odd policy (a step at 0m that escalates
#: to itself) would go on for ever; it is cut off here and looked at again a second later.
MOST_PASSES = 24


def reckon(case: Case, policy: Compiled, roster: Roster, now: datetime, past: EarlierCase | None = None) -> Decision:
    """Everything the policy asks for at `now`, and when to look again. The case passed in stays as it is.

    `past`: the ticket's events, for a look that may be late. Without it a step's `when` is judged by what holds now.
    """
    return reckon_in_place(case.copy(), policy, roster, now, past=past)


def reckon_in_place(
    case: Case,
    policy: Compiled,
    roster: Roster,
    now: datetime,
    memory: LookCache | None = None,
    *,
    past: EarlierCase | None = None,
) -> Decision:
    """`reckon` on a case that the caller gives away: it becomes the decision's. Whoever looks at the same case object
    again and again, under one policy and with the same people, may pass on a memory."""
    look = Look(case, policy, roster, now, memory, past=past)
    if case.opened_at is None:
        return Decision((), (), None, case)
    if look.anew:
        arrive(look)
        judge_ended(look)
    wake_us: int | None = None
    for _ in range(MOST_PASSES):
        look.stirred = False
        table = _pass(look)
        if not look.stirred and not look.redo_offer():
            wake_us = table.next_us
            look.rest()
            break
    else:
        wake_us = look.now_us + SECOND_US
    return Decision(
        tuple(look.events),
        _digested(look.notices, policy.policy),
        None if wake_us is None else from_us(wake_us),
        case,
    )


def _pass(look: Look) -> Timetable:
    """Once through everything that may have become true."""
    case = look.case
    anew, look.anew = look.anew, False
    if anew:
        raise_priority(look)
        _free_of_the_inactive(look)
    if case.snoozed_until is not None and case.snoozed_until <= look.now:
        _end_snooze(look)
    if anew and case.offers:
        withdraw(look)
    table = timetable(look)
    for missed in table.missed:
        miss(look, missed)
    for overrun in table.overruns:
        _tell_overrun(look, overrun)
    items = [item_of(look, due) for due in table.due] if table.due else []
    if anew or look.anew:
        items += _turned_true(look)
    if case.settling:
        for item in items:
            record_step(look, item, e.StepOutcome.SETTLED)
        look.record(e.Settled(at=look.now, by=actors.SYSTEM, number=look.number))
    elif items:
        act(look, _known(look, items) if case.unknown else items)
    if look.unjudged:
        judge_ended(look)
    return table


def _known(look: Look, items: list[Item]) -> list[Item]:
    """Those to act upon. What was crossed while an answer seemed to have arrived is only recorded."""
    known = []
    for item in items:
        crossed = item.origin.clock is not None
        if crossed and any(start <= item.due_us <= end for start, end in look.case.unknown):
            record_step(look, item, e.StepOutcome.OVERTAKEN)
        else:
            known.append(item)
    return known


def _free_of_the_inactive(look: Look) -> None:
    """A ticket whose assignee has been deactivated is nobody's: it says so instead of waiting for them."""
    case = look.case
    if case.assignee is None or case.status.is_over:
        return
    person = look.roster.people.get(case.assignee)
    if person is not None and not person.active:
        look.record(e.Assigned(at=look.now, by=actors.SYSTEM, number=look.number, assignee=None))


def _end_snooze(look: Look) -> None:
    case = look.case
    look.record(e.SnoozeEnded(at=look.now, by=actors.SYSTEM, number=look.number))
    if case.assignee is not None:
        look.say(
            Notice(
                kind=NoticeKind.MOMENT,
                to=addresses.agent(case.assignee),
                subject=Subject.SNOOZE_ENDED,
                key=f"snooze/{case.number}",
                event=case.number,
                priority=case.priority,
            )
        )


def _tell_overrun(look: Look, overrun: Overrun) -> None:
    """The pause is used up: the clock runs on, and the lead is told."""
    look.record(
        e.PauseOverrun(
            at=look.now,
            by=actors.SYSTEM,
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
    true = look.applicable.plain
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
            look.record(e.EpisodeEnded(at=look.now, by=actors.SYSTEM, number=look.number, rule=rule.rule.id))
    return items


def _digested(notices: list[Notice], policy: Policy) -> tuple[Notice, ...]:
    """Several moments for one place in one look become one digest, whichever words of the policy lead there."""
    if len(notices) < 2:
        return tuple(notices)
    moments: dict[str, list[Notice]] = {}
    for notice in notices:
        if notice.kind is NoticeKind.MOMENT:
            moments.setdefault(place_of(notice.to, policy), []).append(notice)
    said: list[Notice] = []
    for notice in notices:
        parts = moments.get(place_of(notice.to, policy), [])
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
        what=next((part.what for part in parts if part.what and part.what != "nobody"), parts[-1].what),
        priority=parts[-1].priority,
        deadline=min(deadlines, default=None),
        exempt=any(part.exempt for part in parts),
        parts=tuple(parts),
    )

"""Acting on steps that are due: which of them escalates, which have been overtaken, and what each does."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from rung.core import actors, addresses
from rung.core.addresses import Address
from rung.core.calendar.moments import from_us
from rung.core.case import events as e
from rung.core.case.events import StepOutcome
from rung.core.policy.model import Actions
from rung.core.reckoning.arrival_rules import asked_priority
from rung.core.reckoning.effects import Notice, NoticeKind, Subject
from rung.core.reckoning.escalate import Origin, escalate
from rung.core.reckoning.ladder import Destination, Kind, destination
from rung.core.reckoning.look import Look
from rung.core.reckoning.recipients import lead, new_owner, recipients, team_of
from rung.core.reckoning.timetable import Due
from rung.core.vocabulary import ClockName, Status, Turn


class Item(Struct, frozen=True):
    """Something to act upon: a step at its crossing, or a rule without a clock whose `when` has turned true."""

    origin: Origin
    actions: Actions
    due_us: int
    episode: bool
    #: Its `when`, as things stood at the crossing; of a rule without a clock, when the look came to it.
    holds: bool
    deadline_us: int | None = None
    #: Since when it is due, where that is later than its crossing.
    since: datetime | None = None


def act(look: Look, items: Sequence[Item]) -> None:
    """Record every item in order and do what is still to be done."""
    escalates = any(item.actions.escalate is not None for item in items)
    escalations = _escalations(look, items) if escalates else {}
    winner = next((place for place, (to, outcome) in escalations.items() if _climbs(to, outcome)), None)
    if winner is not None and look.before_offer is not None:
        # A higher escalation than the one this look has made: that one is overtaken, and calls nobody.
        look.suppressed.add(look.before_offer.escalation)
        look.undo_offer()
        return
    if winner is not None and look.may_be_overtaken([item.actions for item in items]):
        look.keep(items[winner].origin.key_of_step, lambda: act(look, items))
    sent = _not_overtaken(items)
    for place, item in enumerate(items):
        to, outcome = escalations.get(place, (None, StepOutcome.FIRED))
        # An earlier item of this look may have closed the ticket: its clocks stand.
        stopped = item.origin.clock is not None and look.case.status.is_over
        if not item.holds:
            outcome = StepOutcome.PASSED_OVER
        elif stopped or (place not in sent and outcome is StepOutcome.FIRED and _only_says(item.actions)):
            outcome = StepOutcome.OVERTAKEN
        record_step(look, item, outcome)
        if item.holds and not stopped:
            _do(look, item, to if outcome is StepOutcome.FIRED else None, with_notices=place in sent)


def _climbs(to: Destination, outcome: StepOutcome) -> bool:
    return to.kind is Kind.LEVEL and outcome is StepOutcome.FIRED


def record_step(look: Look, item: Item, outcome: StepOutcome) -> None:
    origin = item.origin
    look.record(
        e.StepFired(
            at=look.now,
            by=origin.by,
            number=look.number,
            rule=origin.rule,
            step=origin.step,
            cycle=origin.cycle,
            outcome=outcome,
            due_at=look.now if item.due_us == look.now_us else from_us(item.due_us),
            episode=item.episode,
            clock=origin.clock,
            since=item.since,
        )
    )


def item_of(look: Look, due: Due) -> Item:
    rule = due.rule
    holds, since = look.crossed(rule, due.timed, due.cycle, due.due_us)
    return Item(
        origin=Origin(rule.rule.id, due.timed.step.id, rule.clock, due.cycle.number),
        actions=due.timed.step.actions,
        due_us=due.due_us,
        episode=False,
        holds=holds,
        since=since,
        deadline_us=due.deadline_us,
    )


def _escalations(look: Look, items: Sequence[Item]) -> dict[int, tuple[Destination, StepOutcome]]:
    """For each escalating item where it points and whether it is made: one a look, the highest; the earliest of
    equals. Asking experts and sending out to another system compete with nobody."""
    wanted = {
        place: destination(look.case, look.compiled.policy, item.actions.escalate)
        for place, item in enumerate(items)
        if item.holds and item.actions.escalate is not None
    }
    overtaken = {place for place in wanted if items[place].origin.key_of_step in look.suppressed}
    climbing = [
        place
        for place, to in wanted.items()
        if to.kind is Kind.LEVEL and not to.already and to.rank > look.highest and place not in overtaken
    ]
    winner = max(climbing, key=lambda place: (wanted[place].rank, -place), default=None)
    outcomes = {}
    for place, to in wanted.items():
        if place in overtaken:
            outcomes[place] = (to, StepOutcome.OVERTAKEN)
        elif to.kind is not Kind.LEVEL or place == winner:
            outcomes[place] = (to, StepOutcome.FIRED)
        elif to.already or (winner is not None and to.level == wanted[winner].level):
            outcomes[place] = (to, StepOutcome.ALREADY_THERE)
        else:
            outcomes[place] = (to, StepOutcome.OVERTAKEN)
    return outcomes


def _not_overtaken(items: Sequence[Item]) -> set[int]:
    """The items whose notices are still news: no later step of the same rule and cycle fires in this look."""
    newest: dict[tuple[str, int], int] = {}
    for place, item in enumerate(items):
        if item.holds:
            newest[item.origin.rule, item.origin.cycle] = place
    return set(newest.values())


def _only_says(actions: Actions) -> bool:
    """Whether a step does nothing but send notices."""
    return not (
        actions.escalate or actions.priority or actions.assign or actions.unassign or actions.tag or actions.close
    )


def _do(look: Look, item: Item, to: Destination | None, *, with_notices: bool) -> None:
    actions, origin = item.actions, item.origin
    if actions.priority is not None:
        _set_priority(look, origin, actions)
    if actions.tag:
        added = tuple(tag for tag in actions.tag if tag not in look.case.tags)
        if added:
            look.record(e.Tagged(at=look.now, by=origin.by, number=look.number, added=added))
    if to is not None:
        escalate(look, origin, actions, to)
    if actions.assign is not None:
        _assign(look, item)
    if with_notices:
        _say(look, item)
    if actions.unassign and look.case.assignee is not None:
        look.record(e.Assigned(at=look.now, by=origin.by, number=look.number, assignee=None))
    if actions.then is Status.PENDING and look.case.turn is Turn.OURS:
        look.record(e.Waited(at=look.now, by=origin.by, number=look.number))
    elif actions.then is Status.RESOLVED and not look.case.status.is_over:
        look.record(e.Resolved(at=look.now, by=origin.by, number=look.number))
    if actions.close is not None and not look.case.status.is_over:
        look.record(e.Closed(at=look.now, by=origin.by, number=look.number, why=actions.close))


def _set_priority(look: Look, origin: Origin, actions: Actions) -> None:
    wish = actions.priority or ""
    priority = asked_priority(look.case.priority, wish, with_escalation=actions.escalate is not None)
    if priority is not look.case.priority:
        look.record(
            e.PrioritySet(
                at=look.now, by=origin.by, number=look.number, priority=priority, reasons=(actors.rule(origin.rule),)
            )
        )


def _assign(look: Look, item: Item) -> None:
    """`least_busy`: present members of the holding team, not those a rule took off this ticket; ties by name."""
    case, wish = look.case, item.actions.assign
    if wish == "least_busy":
        team = team_of(case.level, look.compiled.policy)
        free = [p for p in look.roster.present(look.now, team=team) if p.handle not in case.excused]
        chosen = min(free, key=lambda person: (person.load, person.handle)).handle if free else None
    else:
        word = wish if wish is None or wish in ("lead", "owner") or ":" in wish else addresses.agent(wish)
        chosen = addresses.agent_of(new_owner(look, word or "").to)
    if chosen is not None and chosen != case.assignee:
        look.record(e.Assigned(at=look.now, by=item.origin.by, number=look.number, assignee=chosen))
    elif chosen is None and not look.roster.staffed:
        instead = lead(look, instead_of=wish)
        look.say(_notice(look, item, NoticeKind.MOMENT, instead.to, Subject.NOTIFICATION, instead_of=wish))


def _say(look: Look, item: Item) -> None:
    actions, case = item.actions, look.case
    again = item.episode and item.origin.rule in case.replied
    if actions.reply is not None and not again:
        look.record(e.AutoReplied(at=look.now, by=item.origin.by, number=look.number, reply=actions.reply))
        look.say(_notice(look, item, NoticeKind.REPLY, addresses.CUSTOMER, Subject.CANNED_REPLY, what=actions.reply))
    if actions.comment is not None and case.links:
        look.say(
            _notice(look, item, NoticeKind.COMMENT, addresses.LINKED, Subject.LINKED_COMMENT, what=actions.comment)
        )
    if actions.page is not None:
        look.say(
            _notice(look, item, NoticeKind.PAGE, Address(actions.page), Subject.PAGE, what=actions.page, exempt=True)
        )
    told: set[str] = set()
    for word in actions.notify:
        for who in recipients(look, word):
            if who.to not in told:
                told.add(who.to)
                look.say(
                    _notice(look, item, NoticeKind.MOMENT, who.to, Subject.NOTIFICATION, instead_of=who.instead_of)
                )
    if actions.remind is not None:
        for who in recipients(look, actions.remind):
            calls = None if who.to.startswith("agent:") else actions.call or "team"
            to, instead = who.to, who.instead_of
            look.say(_notice(look, item, NoticeKind.MOMENT, to, Subject.REMINDER, what=calls, instead_of=instead))


def _notice(
    look: Look,
    item: Item,
    kind: NoticeKind,
    to: Address,
    subject: Subject,
    *,
    what: str | None = None,
    exempt: bool = False,
    instead_of: str | None = None,
) -> Notice:
    origin = item.origin
    return Notice(
        kind=kind,
        to=to,
        subject=subject,
        key=f"{origin.key(to)}/{subject}",
        event=look.case.number,
        rule=origin.rule,
        step=origin.step,
        cycle=origin.cycle,
        what=what,
        priority=look.case.priority,
        deadline=None if item.deadline_us is None else from_us(item.deadline_us),
        exempt=exempt,
        instead_of=instead_of,
    )


#: Clocks whose end takes back the offers a rule made on them.
WITHDRAWING = frozenset(
    {
        ClockName.FIRST_RESPONSE,
        ClockName.NEXT_RESPONSE,
        ClockName.UNASSIGNED,
        ClockName.IDLE,
        ClockName.UNACCEPTED,
    }
)

"""A ticket drawn as a card: how it stands at this moment, for people who decide from the card alone."""

from datetime import datetime

from django.conf import settings

from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.case.late_events import as_they_count
from rung.core.receipt.outlook import clock_views, upcoming
from rung.core.reckoning import workflows as common
from rung.core.reckoning.effects import NoticeKind
from rung.core.reckoning.look import Look
from rung.core.vocabulary import METRICS, Status
from rung.outbox.addresses import APP
from rung.outbox.models import Delivery
from rung.outbox.ports import Card, Deadline, Move, NextStep, OpenOffer, WasTold
from rung.outbox.sentences import english
from rung.people.models import Agent
from rung.people.who_is_there import roster_at
from rung.policies.versions import compiled
from rung.tickets.answer_states import SAYS_WHY, WORDS, AnswerState, arrivals
from rung.tickets.history import events_of
from rung.tickets.models import Attachment, Direction, Message, Ticket
from rung.tickets.ticket_columns import AT_RISK
from rung.tickets.timeline_text import Names, tell_actions

LONGEST_EXCERPT = 500
MOST_FILES = 10


def draw(ticket: Ticket, case: Case, delivery: Delivery, now: datetime) -> Card:
    """The card of an offer or of triage, as it should look now."""
    events = events_of(ticket.number)
    is_offer = delivery.kind == NoticeKind.OFFER_CARD
    offered = next((ev for ev in events if isinstance(ev, e.Offered) and ev.number == delivery.event), None)
    over = case.status.is_over or (is_offer and case.offer(delivery.event) is None)
    fields, missing = _handoff(ticket, case, offered)
    look = Look(case, compiled(case.policy), roster_at(now), now)
    names, asked = Names.read(look.compiled.policy, events), _asked(ticket, events)
    return Card(
        key=delivery.key,
        to=delivery.destination,
        kind=NoticeKind(delivery.kind),
        offer=delivery.event if is_offer else None,
        reason=offered.reason if offered else None,
        ticket=ticket.number,
        title=ticket.subject,
        url=f"{settings.BASE_URL}/tickets/{ticket.number}" if settings.BASE_URL else "",
        status=case.status,
        turn=case.turn,
        priority=case.priority,
        priority_reasons=_priority_reasons(events),
        critical=case.critical,
        category=case.category,
        tags=tuple(case.tags),
        customer=ticket.customer.name if ticket.customer else case.customer,
        tier=case.tier,
        requester=ticket.requester.name if ticket.requester else None,
        channel=case.channel,
        level=case.level,
        path=case.path,
        assignee=names.agent(case.assignee) if case.assignee else None,
        offers=tuple(
            OpenOffer(number=offer.number, level=offer.level, path=offer.path, at=offer.at, by=offer.by)
            for offer in case.offers
        ),
        deadlines=deadlines(look),
        next_step=None if over else next_step(look, names),
        offered_by=names.of(offered.by) if offered else "",
        told=_told(ticket, delivery, names) if is_offer else (),
        opened_at=ticket.opened_at,
        excerpt=_short(asked[0].text) if asked else "",
        news=_short(asked[-1].text) if len(asked) > 1 else "",
        files=_files(asked),
        meant=_meant(case, asked),
        thread=ticket.thread,
        arrival=_last_arrival(ticket, now),
        handoff=fields,
        missing=missing,
        links=tuple(case.links),
        workflows=tuple(each.name for each in common.offered(look.compiled.workflows, look.facts, case)),
        moves=_moves(case, is_offer=is_offer, over=over),
        over=over,
        headline=headline(case, events, delivery.event if is_offer else None),
        version=case.number,
        drawn_at=now,
    )


def next_step(look: Look, names: Names) -> NextStep | None:
    """The first step ahead that would act as things stand."""
    ahead = next((step for step in upcoming(look) if step.applies), None)
    if ahead is None:
        return None
    return NextStep(at=ahead.at, what=", ".join(tell_actions(ahead.actions, ahead.to, names)), unless=ahead.unless)


def _last_arrival(ticket: Ticket, now: datetime) -> str:
    """What is wrong with the last answer; nothing where it is sent, or on its way without trouble."""
    found = arrivals(ticket, now)
    if not found:
        return ""
    last = found[max(found)]
    is_well = last.state in (AnswerState.SENT, AnswerState.HELD) or (
        last.state is AnswerState.ON_ITS_WAY and last.why is None
    )
    if is_well:
        return ""
    why = f": {english(last.why)}" if last.why and last.state in SAYS_WHY else ""
    return f"The last answer: {WORDS[last.state]}{why}"


def deadlines(look: Look) -> tuple[Deadline, ...]:
    """The running targets, soonest first."""
    if look.case.status.is_over:
        return ()
    views = [view for view in clock_views(look) if view.clock in METRICS and view.deadline_at is not None]
    return tuple(
        sorted(
            (
                Deadline(
                    clock=view.clock,
                    due_at=view.deadline_at,
                    missed=view.missed,
                    at_risk=view.goal is not None and view.ran >= AT_RISK * view.goal,
                )
                for view in views
                if view.deadline_at is not None
            ),
            key=lambda deadline: deadline.due_at,
        )
    )


def excerpt(ticket: Ticket, events: list[e.AnyEvent]) -> str:
    """What the customer said last, shortened."""
    asked = _asked(ticket, events)
    return _short(asked[-1].text) if asked else ""


def _asked(ticket: Ticket, events: list[e.AnyEvent]) -> list[Message]:
    """The customer's words, oldest first; thanks, out-of-office mails and the like are not what they want."""
    wrote = (event for event in as_they_count(events) if isinstance(event, e.CustomerWrote))
    empty = [event.message for event in wrote if event.automatic is not None and event.message is not None]
    return list(ticket.messages.filter(direction=Direction.INBOUND).exclude(pk__in=empty).order_by("at", "pk"))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_EXCERPT else text[: LONGEST_EXCERPT - 1] + "…"


def _files(asked: list[Message]) -> tuple[str, ...]:
    found = Attachment.objects.filter(message__in=[message.pk for message in asked]).order_by("pk")
    return tuple(found.values_list("name", flat=True)[:MOST_FILES])


def _meant(case: Case, asked: list[Message]) -> tuple[str, ...]:
    """Whom the customer calls by name, else who answers for the account."""
    said = " ".join(message.text for message in asked)
    if "@" in said:
        people = Agent.objects.filter(is_active=True).values_list("handle", "name")
        called = [name for handle, name in people if f"@{name}" in said or f"@{handle}" in said]
        if called:
            return tuple(sorted(called))
    owner = Agent.objects.filter(handle=case.account_owner, is_active=True).first() if case.account_owner else None
    return (owner.name,) if owner else ()


def headline(case: Case, events: list[e.AnyEvent], offer: int | None) -> str:
    """One sentence on how it stands; for an offer, on what became of it."""
    if case.status is Status.RESOLVED:
        return "Resolved"
    if case.status is Status.CLOSED:
        return f"Merged into #{case.merged_into}" if case.merged_into else "Closed"
    if offer is not None and case.offer(offer) is None:
        return _end_of_offer(events, offer)
    if case.offers:
        return f"Offered to {case.offers[-1].level}"
    if case.assignee:
        return f"{case.assignee} has it at {case.level}"
    return f"Waits at {case.level}" if case.level else "New"


def handoff_text(ticket: Ticket) -> str:
    """All that the next one needs, as text: the handoff's fields, then what was said, oldest first."""
    lines = []
    newest = ticket.handoffs.first()
    if newest is not None:
        lines += [newest.note, *(f"{name}: {words}" for name, words in newest.fields.items())]
    for message in ticket.messages.order_by("at", "pk"):
        who = message.author_name or message.author
        lines.append(f"{message.at:%Y-%m-%d %H:%M} UTC, {who} ({message.get_direction_display()}):\n{message.text}")
    return "\n\n".join(line for line in lines if line)


def _end_of_offer(events: list[e.AnyEvent], offer: int) -> str:
    for event in reversed(events):
        match event:
            case e.Claimed(agent=agent, level=level, closes=closes) if offer in closes:
                return f"Claimed by {agent} at {level}"
            case e.OfferReturned(offer=returned, by=by) if returned == offer:
                return f"Returned by {by.partition(':')[2] or by}"
            case e.OfferWithdrawn(offer=withdrawn, why=why) if withdrawn == offer:
                return f"Withdrawn: {why.replace('_', ' ')} has ended" if why != "by_hand" else "Withdrawn"
            case _:
                pass
    return "No longer offered"


def _told(ticket: Ticket, delivery: Delivery, names: Names) -> tuple[WasTold, ...]:
    """Who has heard of the offer beside its card."""
    heard = ticket.deliveries.filter(event=delivery.event, kind=NoticeKind.MOMENT, sent_at__isnull=False)
    rows = heard.exclude(channel=APP).order_by("sent_at").values_list("recipient", "sent_at")[:5]
    return tuple(WasTold(who=names.recipient(to), at=at) for to, at in rows if at is not None)


def _handoff(
    ticket: Ticket, case: Case, offered: e.Offered | None
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The fields given so far, newest words of each, and those of the offer's form still missing."""
    given: dict[str, str] = {}
    for row in ticket.handoffs.order_by("at", "pk"):
        given |= row.fields
    missing = tuple(name for name in (offered.missing if offered else ()) if name not in case.handoff)
    return tuple(given.items()), missing


def _priority_reasons(events: list[e.AnyEvent]) -> tuple[str, ...]:
    newest = next((event for event in reversed(events) if isinstance(event, e.PrioritySet)), None)
    return newest.reasons if newest else ()


def _moves(case: Case, *, is_offer: bool, over: bool) -> tuple[Move, ...]:
    if over:
        return (Move.OPEN,)
    if is_offer:
        return (Move.CLAIM, Move.RETURN, Move.OPEN)
    return (*(() if case.assignee else (Move.ASSIGN_ME,)), Move.ESCALATE, Move.RESOLVE, Move.OPEN)

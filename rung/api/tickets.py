"""Tickets: open, list, show; their messages, timeline, clocks, what happens next, deliveries."""

import json
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from django.db.models import Q
from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja import Status as Reply
from pydantic import ConfigDict, Field

from rung.api.attached import files_of
from rung.api.callers import AGENT, OBSERVER, Caller, caller
from rung.api.problems import Problem, unknown
from rung.api.reading import delivery_out, done, message_out, ticket_out
from rung.api.shapes import (
    ClockOut,
    ClocksOut,
    CustomerNamed,
    DeliveryOut,
    DoneOut,
    EventOut,
    LadderOut,
    MessageOut,
    Moment,
    NewMessage,
    NewTicket,
    NextOut,
    RequesterNamed,
    StepOut,
    TicketOut,
    TicketPage,
)
from rung.core import actors
from rung.core.actors import Actor
from rung.core.case.events import encode
from rung.core.receipt import outlook
from rung.core.receipt.receipt import receipt
from rung.core.vocabulary import Priority, Status
from rung.people.clock import database_now
from rung.people.mail_domains import NotTheirs
from rung.people.models import Customer, Requester, Role
from rung.people.requester_lookup import customer_for, customer_of_address, requester_for
from rung.people.who_is_there import roster_at
from rung.policies.versions import compiled, current_number
from rung.tickets import timeline_text
from rung.tickets.actions import conversation
from rung.tickets.answer_states import arrivals
from rung.tickets.history import events_of
from rung.tickets.message_rows import MessageText
from rung.tickets.models import IS_OPEN, Ticket
from rung.tickets.overview import ladder, look_at
from rung.tickets.visibility import sees_all, visible

router = Router(tags=["tickets"])
MOST = 200


class Filters(Schema):
    """Which tickets. Every filter given must hold."""

    model_config = ConfigDict(extra="forbid")
    state: Literal["open", "over", "all"] = Field(default="all", description="`open`: neither resolved nor closed.")
    status: Status | None = None
    priority: Priority | None = None
    level: str | None = None
    path: str | None = None
    assignee: str | None = Field(default=None, description="An agent's handle; `none`: nobody's.")
    offered_to: str | None = None
    customer: str | None = Field(default=None, description="A customer's name.")
    requester: str | None = Field(default=None, description="A mail address.")
    category: str | None = None
    tag: str | None = None
    channel: str | None = None
    missed: bool | None = Field(default=None, description="A running clock has passed its target.")
    subject: str | None = Field(default=None, description="MessageText of the subject.")
    changed_since: Moment | None = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    cursor: str | None = None


@router.post("/tickets", response={200: DoneOut, 201: DoneOut}, auth=AGENT, summary="Open a ticket")
def open_ticket(request: HttpRequest, body: NewTicket) -> Reply[DoneOut]:
    """A new ticket with the customer's first message. The same `external_id` again names the first."""
    _refuse_unknown_category(body.category)
    customer = _customer(body.customer, body.requester, caller(request))
    requester = _requester(body.requester, customer)
    opened = conversation.open_ticket(
        body.subject,
        MessageText(
            text=body.body,
            author_name=requester.name if requester else "",
            inbox="api",
            external_id=body.external_id,
            files=files_of(body.files),
        ),
        by=_author(requester, caller(request)),
        customer=customer or (requester.customer if requester else None),
        requester=requester,
        category=body.category,
        priority=body.priority,
        tags=tuple(body.tags),
    )
    return done(opened)


@router.get("/tickets", response=TicketPage, auth=OBSERVER, summary="List tickets, the newest first")
def list_tickets(request: HttpRequest, filters: Query[Filters]) -> TicketPage:
    """Up to `limit` tickets. `next_cursor` leads on; what is opened meanwhile does not shift the pages."""
    whole = visible(caller(request).eyes).select_related("customer", "requester")
    found = list(whole.filter(_wanted(filters)).order_by("-number")[: filters.limit + 1])
    page = found[: filters.limit]
    more = len(found) > filters.limit
    return TicketPage(
        tickets=[ticket_out(ticket, request) for ticket in page], next_cursor=str(page[-1].number) if more else None
    )


@router.get("/tickets/{int:number}", response=TicketOut, auth=OBSERVER, summary="Show a ticket")
def show_ticket(request: HttpRequest, number: int) -> TicketOut:
    return ticket_out(the_ticket(request, number), request)


@router.get("/tickets/{int:number}/messages", response=list[MessageOut], auth=OBSERVER, summary="What was written")
def list_messages(request: HttpRequest, number: int) -> list[MessageOut]:
    """Messages of the customer, answers and internal notes, oldest first."""
    ticket = the_ticket(request, number)
    arrived = arrivals(ticket, database_now())
    return [message_out(message, arrived) for message in ticket.messages.prefetch_related("attachments")]


@router.post(
    "/tickets/{int:number}/messages", response={200: DoneOut, 201: DoneOut}, auth=AGENT, summary="The customer wrote"
)
def add_message(request: HttpRequest, number: int, body: NewMessage) -> Reply[DoneOut]:
    """A message of the customer. It makes it our turn; it reopens a resolved ticket, or opens one."""
    asker = _asker(request, number, body.requester)
    words = MessageText(
        text=body.text,
        author_name=asker.name if asker else "",
        inbox="api",
        external_id=body.external_id,
        files=files_of(body.files),
    )
    try:
        return done(
            conversation.customer_message(number, words, by=asker.by if asker else None, automatic=body.automatic)
        )
    except Ticket.DoesNotExist:
        raise _no_ticket(number) from None


@router.get(
    "/tickets/{int:number}/timeline", response=list[EventOut], auth=OBSERVER, summary="Everything that happened"
)
def timeline(request: HttpRequest, number: int) -> list[EventOut]:
    """Every event with who and why, oldest first. `data` is the event itself: facts and numbers, nobody's words."""
    ticket = the_ticket(request, number)
    events = events_of(number)
    names = timeline_text.Names.read(compiled(ticket.policy).policy, events)
    shown = []
    for event in events:
        told = timeline_text.tell(event, names)
        shown.append(
            EventOut(
                number=told.number,
                at=told.at,
                kind=told.kind,
                by=told.by,
                who=told.who,
                text=told.what,
                why=told.why,
                data=json.loads(encode(event)),
            )
        )
    return shown


@router.get("/tickets/{int:number}/clocks", response=ClocksOut, auth=OBSERVER, summary="The running clocks")
def clocks(request: HttpRequest, number: int) -> ClocksOut:
    """Each running clock with its target and deadline, reckoned at this moment."""
    now = database_now()
    look = look_at(the_ticket(request, number), now)
    views = [
        ClockOut(
            clock=view.clock,
            cycle=view.cycle,
            started_at=view.started_at,
            ran=view.ran.total_seconds(),
            goal=None if view.goal is None else view.goal.total_seconds(),
            deadline_at=view.deadline_at,
            counting=view.counting,
            paused=view.paused,
            missed=view.missed,
        )
        for view in outlook.clock_views(look)
    ]
    return ClocksOut(at=now, clocks=views)


@router.get("/tickets/{int:number}/next", response=NextOut, auth=OBSERVER, summary="What happens next, and why")
def what_next(request: HttpRequest, number: int) -> NextOut:
    """The ladder as it stands, and every step that will be due, soonest first, with what would prevent it."""
    ticket, now = the_ticket(request, number), database_now()
    look = look_at(ticket, now)
    names = timeline_text.Names.read(look.compiled.policy)
    rungs = [
        LadderOut(
            level=rung.name,
            team=rung.team,
            place=rung.place.value,
            since=rung.since,
            lead=rung.lead,
            people=list(rung.people),
            responsible_for=rung.responsible_for,
            reachable=rung.reachable,
            opens_at=rung.opens_at,
            offer=rung.offer.number if rung.offer else None,
        )
        for rung in ladder(look)
    ]
    steps = [
        StepOut(
            at=step.at,
            rule=step.rule,
            rule_name=step.rule_name,
            step=step.step,
            clock=step.clock,
            does=list(timeline_text.tell_actions(step.actions, step.to, names)),
            to=list(step.to),
            applies=step.applies,
            unless=step.unless,
            why=f"rule “{step.rule_name}”, on the clock {step.clock.value}",
        )
        for step in outlook.upcoming(look)
    ]
    return NextOut(at=now, ladder=rungs, steps=steps)


@router.get(
    "/tickets/{int:number}/receipt", response=dict[str, Any], auth=OBSERVER, summary="Every second of every clock"
)
def clock_receipt(request: HttpRequest, number: int) -> dict[str, Any]:
    """When each clock ran, was paused, or lay outside hours; what fired and why; what is next, and why not yet.

    Spans are ISO 8601 durations, such as `PT15M`.
    """
    ticket, now = the_ticket(request, number), database_now()
    drawn = receipt(events_of(number), compiled(ticket.policy), roster_at(now), now)
    shown: dict[str, Any] = msgspec.to_builtins(drawn)
    return shown


@router.get("/tickets/{int:number}/deliveries", response=list[DeliveryOut], auth=OBSERVER, summary="Who was told what")
def ticket_deliveries(request: HttpRequest, number: int) -> list[DeliveryOut]:
    """Everything that was or will be said about this ticket, oldest first, with what became of it."""
    return [delivery_out(each) for each in the_ticket(request, number).deliveries.order_by("pk")]


def the_ticket(request: HttpRequest, number: int) -> Ticket:
    """The ticket of that number, if the caller may see it. Raises Problem 404."""
    seen = visible(caller(request).eyes).select_related("customer", "requester")
    ticket = seen.filter(number=number).first()
    if ticket is None:
        raise _no_ticket(number)
    return ticket


def _no_ticket(number: int) -> Problem:
    return Problem(404, f"there is no ticket {number}", place="path.number")


class _Asker(NamedTuple):
    """Whose words a message is: as events name them, and their name."""

    by: Actor
    name: str


def _asker(request: HttpRequest, number: int, named: RequesterNamed | None) -> _Asker | None:
    """The person the request names; None where it is the ticket's requester and the action itself may look.

    Raises Problem 404.
    """
    eyes = caller(request).eyes
    if named is None and sees_all(eyes):
        return None
    seen = visible(eyes).filter(number=number)
    ticket = seen.values_list("customer_id", "requester_id", "requester__name").first()
    if ticket is None:
        raise _no_ticket(number)
    customer, requester, name = ticket
    if named is not None:
        person = _requester(named, Customer.objects.filter(pk=customer).first())
        requester, name = (person.pk, person.name) if person else (requester, name)
    return _Asker(actors.customer(requester), name or "")


def known_categories() -> list[str]:
    """The categories of the policy that judges new tickets."""
    return [rule.name for rule in compiled(current_number()).policy.categories]


def _refuse_unknown_category(category: str | None) -> None:
    known = known_categories()
    if category is not None and known and category not in known:
        raise unknown("category", category, known, place="body.category")


def _customer(named: CustomerNamed | None, person: RequesterNamed | None, who: Caller) -> Customer | None:
    if named is None or not (named.name.strip() or named.domain.strip()):
        return customer_of_address(person.email) if person and person.email else None
    try:
        customer = customer_for(name=named.name, domain=named.domain, tier=named.tier)
    except NotTheirs as refused:
        raise Problem(422, f"body.customer.domain: {refused}", place="body.customer.domain") from refused
    if customer is not None and named.tier and customer.tier != named.tier:
        if not who.may(Role.LEAD):
            said = f'body.customer.tier: {customer.name} is "{customer.tier or "without a tier"}"; a lead changes that'
            raise Problem(409, said, place="body.customer.tier", nearest=customer.tier or None)
        customer.tier = named.tier
        customer.save(update_fields=["tier"])
    return customer


def _requester(named: RequesterNamed | None, customer: Customer | None) -> Requester | None:
    return requester_for(email=named.email, name=named.name, customer=customer) if named else None


def _author(requester: Requester | None, who: Caller) -> Actor:
    return who.by if requester is None else actors.customer(requester.pk)


def _wanted(filters: Filters) -> Q:
    exact = {
        "status": filters.status,
        "priority": filters.priority,
        "level": filters.level,
        "path": filters.path,
        "offered_to": filters.offered_to,
        "customer__name": filters.customer,
        "requester__email": filters.requester and filters.requester.lower(),
        "category": filters.category,
        "channel": filters.channel,
        "missed": filters.missed,
        "changed_at__gte": filters.changed_since,
        "subject__icontains": filters.subject,
    }
    wanted = Q(**{name: value for name, value in exact.items() if value is not None})
    if filters.tag is not None:
        wanted &= Q(tags__contains=[filters.tag])
    if filters.assignee is not None:
        wanted &= Q(assignee=None) if filters.assignee == "none" else Q(assignee=filters.assignee)
    if filters.state != "all":
        wanted &= IS_OPEN if filters.state == "open" else ~IS_OPEN
    if filters.cursor is not None:
        wanted &= Q(number__lt=_cursor(filters.cursor))
    return wanted


def _cursor(word: str) -> int:
    if not word.isascii() or not word.isdigit() or len(word) > 18:
        raise Problem(422, "query.cursor: take it from `next_cursor` of the page before", place="query.cursor")
    return int(word)

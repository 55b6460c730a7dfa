"""Every action on a ticket, one resource each: POST /tickets/42/claim, /answer, /escalate …"""

from collections.abc import Sequence

import msgspec
from django.http import HttpRequest
from ninja import Router
from ninja import Status as Reply

from rung.api.attached import files_of
from rung.api.callers import AGENT, caller
from rung.api.problems import Problem, unknown
from rung.api.reading import done
from rung.api.shapes import (
    Assignment,
    ByAgent,
    CategoryChoice,
    Closing,
    CustomerChoice,
    DoneOut,
    Escalation,
    HandoffFields,
    Hold,
    Merging,
    NewAnswer,
    NewFile,
    NewLink,
    NewNote,
    NewRating,
    OfferReturn,
    PriorityChoice,
    Recount,
    Relating,
    Resolution,
    SendingAgain,
    Snooze,
    Splitting,
    TagChanges,
    Undoing,
)
from rung.api.tickets import the_ticket
from rung.core import actors
from rung.core.actors import Actor
from rung.people.mail_domains import NotTheirs
from rung.people.models import Agent
from rung.people.requester_lookup import customer_for
from rung.policies.versions import compiled
from rung.tickets import canned_answers
from rung.tickets.actions import assignment, conversation, ending, escalation, merging, sending, triage, turns
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Ticket

router = Router(tags=["actions"], auth=AGENT)
Answer = Reply[DoneOut]
BOTH = {200: DoneOut, 201: DoneOut}


# --- who has it -----------------------------------------------------------------------------------------------------


@router.post("/tickets/{int:number}/claim", response=BOTH, summary="Claim an offered ticket")
def claim(request: HttpRequest, number: int, body: ByAgent) -> Answer:
    """The first to claim has it; it moves to the claimer's level. 409 if somebody was quicker."""
    by = caller(request).person(body.agent, "a claim")
    the_ticket(request, number)
    return done(assignment.claim(number, agent=actors.name_of(by)))


@router.post("/tickets/{int:number}/return", response=BOTH, summary="Return an offer with a reason")
def return_offer(request: HttpRequest, number: int, body: OfferReturn) -> Answer:
    """The ticket never left its sender, who hears why."""
    the_ticket(request, number)
    return done(assignment.return_offer(number, body.why, by=caller(request).acting(body.agent), offer=body.offer))


@router.post("/tickets/{int:number}/withdraw", response=BOTH, summary="Take back an offer")
def withdraw_offer(request: HttpRequest, number: int, body: ByAgent) -> Answer:
    """The newest open offer is no longer meant."""
    ticket = the_ticket(request, number)
    newest = ticket.events.filter(kind="offered").order_by("-number").values_list("number", flat=True).first()
    return done(assignment.withdraw_offer(number, newest or 0, by=caller(request).acting(body.agent)))


@router.post("/tickets/{int:number}/assign", response=BOTH, summary="Assign to an agent, or to nobody")
def assign(request: HttpRequest, number: int, body: Assignment) -> Answer:
    """Level and offers stay as they are; the assignee is told."""
    the_ticket(request, number)
    known = Agent.objects.filter(is_active=True).exclude(role="observer")
    if body.assignee is not None and not known.filter(handle=body.assignee).exists():
        raise unknown("agent", body.assignee, known.values_list("handle", flat=True), place="body.assignee")
    return done(assignment.assign(number, body.assignee, by=caller(request).acting(body.agent)))


@router.post("/tickets/{int:number}/escalate", response=BOTH, summary="Escalate: offer it to another level")
def escalate(request: HttpRequest, number: int, body: Escalation) -> Answer:
    """Makes an offer; level and assignee stay until somebody claims. `missing`: what the level asks for in the handoff.

    409 with `opens_at` when nobody can be reached there now; sent again with `anyway` it is obeyed.
    """
    ticket = the_ticket(request, number)
    by = caller(request).acting(body.agent)
    if why := escalation.unknown(body.to, compiled(ticket.policy)):
        raise Problem(422, f"body.to: {why}", place="body.to")
    return done(
        escalation.escalate(
            number, body.to, by=by, reason=body.reason, handoff=body.handoff, note=body.note, anyway=body.anyway
        )
    )


@router.post("/tickets/{int:number}/handoff", response=BOTH, summary="Fill in the handoff")
def give_handoff(request: HttpRequest, number: int, body: HandoffFields) -> Answer:
    """What goes along with an offer, so that nobody asks the customer twice. Before or after the offer is made."""
    the_ticket(request, number)
    by = caller(request).acting(body.agent)
    return done(escalation.give_handoff(number, body.fields, by=by, note=body.note))


# --- what is said ---------------------------------------------------------------------------------------------------


@router.post("/tickets/{int:number}/answer", response=BOTH, summary="Answer the customer")
def answer(request: HttpRequest, number: int, body: NewAnswer) -> Answer:
    """A person's public answer. It passes the turn to the customer unless it is kept open; `kept` says why."""
    by = caller(request).person(body.agent, "an answer")
    refuse_gaps(the_ticket(request, number), body.text)
    words = msgspec.structs.replace(_words(body.text, by, body.files), cc=tuple(body.cc), bcc=tuple(body.bcc))
    return done(conversation.answer(number, words, by=by, keep_open=body.keep_open))


@router.post("/tickets/{int:number}/undo", response=BOTH, summary="Undo an answer that is still held")
def undo(request: HttpRequest, number: int, body: Undoing) -> Answer:
    """Within the seconds of its channel nobody has it yet. It does not count as an answer. 409 when it is too late."""
    the_ticket(request, number)
    return done(sending.undo(number, body.message, by=caller(request).person(body.agent, "an undoing")))


@router.post("/tickets/{int:number}/resend", response=BOTH, summary="Send an answer again that did not arrive")
def send_again(request: HttpRequest, number: int, body: SendingAgain) -> Answer:
    """The same words as a new answer. 409 where it has arrived or is on its way."""
    the_ticket(request, number)
    by = caller(request).person(body.agent, "an answer")
    return done(sending.send_again(number, body.message, by=by, address=body.address or ""))


@router.post("/tickets/{int:number}/note", response=BOTH, summary="Write an internal note")
def note(request: HttpRequest, number: int, body: NewNote) -> Answer:
    """The customer never sees it. `@ada` in it asks ada, who is told."""
    by = caller(request).acting(body.agent)
    the_ticket(request, number)
    return done(conversation.note(number, _words(body.text, by, body.files), by=by))


@router.post("/tickets/{int:number}/recount", response=BOTH, summary="Correct the verdict on a customer's message")
def recount(request: HttpRequest, number: int, body: Recount) -> Answer:
    """Every clock is reckoned as if it had been so from the start."""
    the_ticket(request, number)
    by = caller(request).acting(body.agent)
    return done(conversation.recount(number, body.event, by=by, automatic=body.automatic))


# --- what it is -----------------------------------------------------------------------------------------------------


@router.post("/tickets/{int:number}/priority", response=BOTH, summary="Set the priority")
def set_priority(request: HttpRequest, number: int, body: PriorityChoice) -> Answer:
    """Set by a person, the customer's words change it no more."""
    the_ticket(request, number)
    by = caller(request).acting(body.agent)
    return done(triage.set_priority(number, body.priority, by=by, critical=body.critical))


@router.post("/tickets/{int:number}/category", response=BOTH, summary="Set the category")
def set_category(request: HttpRequest, number: int, body: CategoryChoice) -> Answer:
    """The nature of the problem, by the policy's names; null: not known."""
    ticket = the_ticket(request, number)
    known = [rule.name for rule in compiled(ticket.policy).policy.categories]
    if body.category is not None and known and body.category not in known:
        raise unknown("category", body.category, known, place="body.category")
    return done(triage.set_category(number, body.category, by=caller(request).acting(body.agent)))


@router.post("/tickets/{int:number}/tags", response=BOTH, summary="Add and remove tags")
def tags(request: HttpRequest, number: int, body: TagChanges) -> Answer:
    the_ticket(request, number)
    by = caller(request).acting(body.agent)
    return done(triage.tag(number, by=by, added=tuple(body.add), removed=tuple(body.remove)))


@router.post("/tickets/{int:number}/customer", response=BOTH, summary="Say whose ticket it is")
def set_customer(request: HttpRequest, number: int, body: CustomerChoice) -> Answer:
    """By name, else by mail domain; one that is not known is made. Neither: nobody's."""
    the_ticket(request, number)
    try:
        customer = customer_for(name=body.name, domain=body.domain, tier=body.tier)
    except NotTheirs as refused:
        raise Problem(422, f"body.domain: {refused}", place="body.domain") from refused
    return done(triage.set_customer(number, customer, by=caller(request).acting(body.agent)))


@router.post("/tickets/{int:number}/rating", response=BOTH, summary="The customer's rating")
def rate(request: HttpRequest, number: int, body: NewRating) -> Answer:
    """1 (bad) to 5."""
    ticket = the_ticket(request, number)
    by = actors.customer(ticket.requester_id) if ticket.requester_id else caller(request).by
    return done(triage.rate(number, body.rating, by=by))


# --- whose turn it is -----------------------------------------------------------------------------------------------


@router.post("/tickets/{int:number}/hold", response=BOTH, summary="Wait for a third party")
def hold(request: HttpRequest, number: int, body: Hold) -> Answer:
    the_ticket(request, number)
    return done(turns.hold(number, by=caller(request).acting(body.agent), third_party=body.third_party))


@router.post("/tickets/{int:number}/wait", response=BOTH, summary="Pass the turn to the customer without an answer")
def wait(request: HttpRequest, number: int, body: ByAgent) -> Answer:
    the_ticket(request, number)
    return done(turns.wait(number, by=caller(request).acting(body.agent)))


@router.post("/tickets/{int:number}/turn", response=BOTH, summary="Take the turn back: it is ours again")
def take_turn(request: HttpRequest, number: int, body: ByAgent) -> Answer:
    the_ticket(request, number)
    return done(turns.take_turn(number, by=caller(request).acting(body.agent)))


@router.post(
    "/tickets/{int:number}/snooze", response=BOTH, summary="Out of sight until then, or until the customer writes"
)
def snooze(request: HttpRequest, number: int, body: Snooze) -> Answer:
    """Stops only the clocks `idle` and `unassigned`."""
    the_ticket(request, number)
    return done(turns.snooze(number, body.until, by=caller(request).acting(body.agent)))


@router.post("/tickets/{int:number}/wake", response=BOTH, summary="End a snooze early")
def wake(request: HttpRequest, number: int, body: ByAgent) -> Answer:
    the_ticket(request, number)
    return done(turns.wake(number, by=caller(request).acting(body.agent)))


# --- its end, and a new beginning -----------------------------------------------------------------------------------


@router.post("/tickets/{int:number}/resolve", response=BOTH, summary="Resolve it")
def resolve(request: HttpRequest, number: int, body: Resolution) -> Answer:
    """With a text by a person it is an answer too; without, the policy's reply is sent. Every clock stops."""
    who = caller(request)
    by = who.person(body.agent, "an answer") if body.text else who.acting(body.agent)
    refuse_gaps(the_ticket(request, number), body.text or "")
    return done(ending.resolve(number, by=by, words=_words(body.text, by) if body.text else None))


@router.post("/tickets/{int:number}/close", response=BOTH, summary="Close it without a solution")
def close(request: HttpRequest, number: int, body: Closing) -> Answer:
    the_ticket(request, number)
    return done(ending.close(number, by=caller(request).acting(body.agent), why=body.why))


@router.post("/tickets/{int:number}/reopen", response=BOTH, summary="Reopen it")
def reopen(request: HttpRequest, number: int, body: ByAgent) -> Answer:
    """At the same level, with the same assignee."""
    the_ticket(request, number)
    return done(ending.reopen(number, by=caller(request).acting(body.agent)))


# --- tickets that belong together -----------------------------------------------------------------------------------


@router.post("/tickets/{int:number}/merge", response=BOTH, summary="Merge it into another")
def merge(request: HttpRequest, number: int, body: Merging) -> Answer:
    """This one is closed; its messages are read in the other, and later ones are filed there.

    409 when they are of different customers; sent again with `confirm` it is obeyed.
    """
    the_ticket(request, number)
    _refuse_unknown_ticket(request, body.into, "body.into")
    return done(merging.merge(number, body.into, by=caller(request).acting(body.agent), confirmed=body.confirm))


@router.post("/tickets/{int:number}/split", response=BOTH, summary="Split messages off into a new ticket")
def split(request: HttpRequest, number: int, body: Splitting) -> Answer:
    the_ticket(request, number)
    by = caller(request).acting(body.agent)
    return done(merging.split(number, tuple(dict.fromkeys(body.messages)), body.subject, by=by))


@router.post("/tickets/{int:number}/relations", response=BOTH, summary="Say that two tickets belong together")
def relate(request: HttpRequest, number: int, body: Relating) -> Answer:
    the_ticket(request, number)
    _refuse_unknown_ticket(request, body.ticket, "body.ticket")
    return done(merging.relate(number, body.ticket, by=caller(request).acting(body.agent), relation=body.relation))


@router.delete("/tickets/{int:number}/relations/{int:other}", response=BOTH, summary="Say that they do not")
def unrelate(request: HttpRequest, number: int, other: int) -> Answer:
    """What one came from the other by, a split or a merge, stays."""
    the_ticket(request, number)
    the_ticket(request, other)
    return done(merging.unrelate(number, other, by=caller(request).by))


@router.post("/tickets/{int:number}/links", response=BOTH, summary="Link a ticket elsewhere")
def link(request: HttpRequest, number: int, body: NewLink) -> Answer:
    """It does not pass the turn."""
    the_ticket(request, number)
    if body.url and not body.url.startswith(("https://", "http://")):
        raise Problem(422, "body.url: it starts with https:// or http://", place="body.url")
    by = caller(request).acting(body.agent)
    return done(merging.link(number, body.tracker, body.issue, by=by, url=body.url))


@router.delete("/tickets/{int:number}/links/{tracker}/{issue}", response=BOTH, summary="Unlink a ticket elsewhere")
def unlink(request: HttpRequest, number: int, tracker: str, issue: str) -> Answer:
    """Nothing happens to it elsewhere."""
    the_ticket(request, number)
    return done(merging.unlink(number, tracker, issue, by=caller(request).by))


def refuse_gaps(ticket: Ticket, text: str) -> None:
    """Raises Problem 422 where a gap of a canned answer still stands in words to the customer."""
    if gap := canned_answers.gap_in(text, compiled(ticket.policy)):
        raise Problem(422, f"body.text: {canned_answers.gap_sentence(*gap)}", place="body.text", nearest=gap[1] or None)


def _words(text: str, by: Actor, files: Sequence[NewFile] = ()) -> MessageText:
    name = actors.name_of(by)
    known = Agent.objects.filter(handle=actors.handle_of(by)).values_list("name", flat=True).first()
    return MessageText(text=text, author_name=known or name, files=files_of(files))


def _refuse_unknown_ticket(request: HttpRequest, number: int, place: str) -> None:
    try:
        the_ticket(request, number)
    except Problem as problem:
        raise Problem(422, f"{place}: {problem.sentence[:1].lower()}{problem.sentence[1:]}", place=place) from None

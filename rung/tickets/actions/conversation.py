"""What customers and agents say to one another, and to themselves."""

import re
from collections.abc import Collection
from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction

from rung.core import actors
from rung.core.actors import Actor
from rung.core.calendar import ALWAYS
from rung.core.case import events as e
from rung.core.case import late_events
from rung.core.case.late_events import spoken_at
from rung.core.reckoning.recipients import may_see
from rung.core.reckoning.turns import kept as kept_because
from rung.core.sentences import say
from rung.core.vocabulary import ActorKind, Automatic, Priority, Undelivered
from rung.people.clock import database_now
from rung.people.models import Customer, Requester
from rung.people.who_is_there import roster_at
from rung.policies.versions import current_number
from rung.tickets import action_notices, message_rows, text_facts
from rung.tickets.answer_states import has_page, mails_go_out, reaches
from rung.tickets.history import events_of
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Direction, Message, Relation, Ticket
from rung.tickets.participants import participants
from rung.tickets.relations import relate
from rung.tickets.results import AlreadySo, Answered, Created, Done, Refused
from rung.tickets.transaction import TicketTransaction, asked_before, begin, locked

_MENTION = re.compile(r"(?<![\w@./])@([a-z0-9][a-z0-9._-]*[a-z0-9]|[a-z0-9])")
LONGEST_SUBJECT = 300


def open_ticket(
    subject: str,
    words: MessageText,
    *,
    by: Actor,
    channel: str = "api",
    inbox: str = "",
    thread: str = "",
    customer: Customer | None = None,
    requester: Requester | None = None,
    category: str | None = None,
    priority: Priority | None = None,
    tags: tuple[str, ...] = (),
    client_key: str | None = None,
    now: datetime | None = None,
) -> Created | AlreadySo:
    """A new ticket with the customer's first message. The same message, or the same key, opens nothing again."""
    try:
        with transaction.atomic():
            before = asked_before(client_key) or _written_before(words)
            if before is not None:
                return before
            ticket = Ticket(
                subject=" ".join(subject.split())[:LONGEST_SUBJECT] or _first_line(words.text),
                customer=customer,
                requester=requester,
                channel=channel,
                inbox=inbox,
                thread=thread,
            )
            opened = msgspec.structs.replace(
                _opened(ticket, words, by=by, now=now or database_now()), category=category, priority=priority
            )
            started, message = _begin(ticket, words, opened, client_key=client_key)
            if tags:
                started.record(e.Tagged(at=started.now, by=by, added=tags))
            started.write()
            return Created(ticket.number, 1, message.pk)
    except IntegrityError:
        # Another process was opening the same at this very moment; what it wrote is visible now.
        before = asked_before(client_key) or _written_before(words)
        if before is None:
            raise
        return before


def customer_message(
    ticket: int,
    words: MessageText,
    *,
    by: Actor | None,
    automatic: Automatic | None = None,
    client_key: str | None = None,
    now: datetime | None = None,
) -> Done | Created | AlreadySo:
    """The customer wrote. Long after the end it opens a new ticket, which continues this one; sooner it reopens.

    `by`: None is the ticket's requester, whose name the words then have. `automatic`: why it counts as nobody's words;
    a bare "thanks" is found here, for every channel.
    """
    try:
        with locked(ticket, client_key=client_key, now=now) as at:
            if by is None:
                by = actors.customer(at.ticket.requester_id)
                words = msgspec.structs.replace(words, author_name=at.requester_name)
            went_into = at.case.merged_into or _continuation(at, words, automatic)
            if went_into is None:
                return _hear(at, words, by=by, automatic=automatic)
    except IntegrityError:
        before = asked_before(client_key, ticket) or _written_before(words)
        if before is None:
            raise
        return before
    # Only once this ticket is free again: two locks in another order than a merge takes them could block each other.
    return customer_message(went_into, words, by=by, automatic=automatic, client_key=client_key, now=now)


def customer_edit(
    ticket: int,
    words: MessageText,
    *,
    of: int,
    by: Actor,
    client_key: str | None = None,
    now: datetime | None = None,
) -> Done | Created | AlreadySo:
    """The customer has changed the words of an earlier message, `of`. They are kept beside it, and their facts are
    heard. It is no new message: it counts in nothing, and makes it our turn, or reopens a ticket that is over, only
    where a phrase of the policy appears that they had not said. What counted as nobody's words becomes a message."""
    if _counted_for_nothing(ticket, of) and text_facts.verdict_on(words.text) is None:
        return customer_message(ticket, words, by=by, client_key=client_key, now=now)
    with locked(ticket, client_key=client_key, now=now) as at:
        if before := at.before or _written_before(words):
            return before
        if (into := at.case.merged_into) is None:
            facts = text_facts.facts_of(words.text, at.case.policy)
            message = message_rows.write(ticket, Direction.INBOUND, by, words, at.now)
            news = not set(facts.matched) <= set(at.case.matched)
            edited = e.CustomerEdited(at=at.now, by=by, message=message.pk, facts=facts, news=news)
            return Done(ticket, at.record(edited), message.pk)
    return customer_edit(into, words, of=of, by=by, client_key=client_key, now=now)


def answer(
    ticket: int,
    words: MessageText,
    *,
    by: Actor,
    keep_open: bool | None = None,
    client_key: str | None = None,
    now: datetime | None = None,
) -> Answered | AlreadySo | Refused:
    """A person answers the customer. `keep_open`: whose turn it is afterwards; None leaves it to the policy.

    What a bot says (`by` is no agent) reaches the customer too, but is no answer: it stops no clock, passes no turn. A
    ticket that went into another is answered there: here no clock would hear it.
    """
    with locked(ticket, client_key=client_key, now=now) as at:
        if before := at.before or _written_before(words):
            return before
        if (into := at.case.merged_into) is not None:
            return at.refused(say("it was merged into ticket %(merged_into)s; answer there", merged_into=into))
        if (words.cc or words.bcc) and not mails_go_out():
            return at.refused(say("no mail goes out from here, so nobody can be in copy"))
        message = message_rows.write(ticket, Direction.PUBLIC, by, words, at.now)
        if actors.kind_of(by) is not ActorKind.AGENT:
            number = at.record(e.AutoReplied(at=at.now, by=by, message=message.pk))
            action_notices.customer(at, message, event=number)
            return Answered(ticket, number, message.pk, "by_bot")
        kept = kept_because(at.case_at(message.at), at.policy.policy, words.text, chosen=keep_open)
        answered = e.Answered(at=at.now, by=by, message=message.pk, said=words.said, kept=kept)
        number = at.record(answered)
        action_notices.customer(at, message, event=number)
        if not (has_page(at.ticket) or reaches((at.ticket, *participants(at.ticket)))):
            why, answered_at = Undelivered.NO_WAY, spoken_at(answered)
            at.record(e.TakenBack(at=at.now, by=actors.SYSTEM, event=number, why=why, answered_at=answered_at))
            return Answered(ticket, number, message.pk, why.value)
        return Answered(ticket, number, message.pk, kept.value if kept else "")


def note(
    ticket: int, words: MessageText, *, by: Actor, client_key: str | None = None, now: datetime | None = None
) -> Done | AlreadySo:
    """A note that customers do not see. `@ada` in it mentions ada, who is told."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if before := at.before or _written_before(words):
            return before
        message = message_rows.write(ticket, Direction.NOTE, by, words, at.now)
        roster = roster_at(at.now)
        mentions = mentioned(words.text, roster.people)
        number = at.record(e.Noted(at=at.now, by=by, message=message.pk, mentions=mentions))
        action_notices.mentioned(at, mentions, by=by, event=number)
        untold = tuple(
            handle
            for handle in mentions
            if not (roster.is_active(handle) and may_see(handle, at.case, at.policy.policy, roster))
        )
        return Done(ticket, number, message.pk, untold)


def recount(
    ticket: int, event: int, *, by: Actor, automatic: Automatic | None, now: datetime | None = None
) -> Done | AlreadySo | Refused:
    """Correct the verdict on a customer's message: the case and every clock are reckoned as if it had been so."""
    with locked(ticket, now=now) as at:
        verdicts = _verdicts(ticket)
        if event not in verdicts:
            return at.refused(
                say("event %(event)s of ticket %(ticket)s is not a message of the customer", event=event, ticket=ticket)
            )
        if verdicts[event] == automatic:
            return AlreadySo(ticket, say("that is already the verdict"), event)
        return at.done(e.Recounted(at=at.now, by=by, event=event, automatic=automatic))


def take_back(
    ticket: int, event: int, *, why: Undelivered, by: Actor = actors.SYSTEM, now: datetime | None = None
) -> Done | AlreadySo | Refused:
    """An answer is known not to have arrived: it ended nothing, its clocks go on from their own start, and the turn is
    ours. `event`: the number of the answer, or of the resolution with one, in its ticket."""
    with locked(ticket, now=now) as at:
        history = events_of(ticket)
        given = next((each for each in history if each.number == event), None)
        if not isinstance(given, e.Answered | e.Resolved) or given.message is None:
            return at.refused(say("event %(event)s of ticket %(ticket)s is not an answer", event=event, ticket=ticket))
        if any(isinstance(each, e.TakenBack) and each.event == event for each in history):
            return AlreadySo(ticket, say("it is taken back already"), event)
        answered_at = spoken_at(given) if isinstance(given, e.Answered) else given.at
        return at.done(e.TakenBack(at=at.now, by=by, event=event, why=why, answered_at=answered_at))


def mentioned(text: str, people: Collection[str]) -> tuple[str, ...]:
    """The people named in a note as `@handle`, each once, in the order of the text."""
    return tuple(dict.fromkeys(name for name in _MENTION.findall(text) if name in people))


def _hear(
    at: TicketTransaction, words: MessageText, *, by: Actor, automatic: Automatic | None
) -> Done | Created | AlreadySo:
    ticket = at.ticket.number
    if at.before:
        return at.before
    verdict = automatic or text_facts.verdict_on(words.text)
    said_at = at.now if words.said is None else late_events.said_at(words.said, at.now)
    if verdict is None and _is_too_late_to_reopen(at, said_at):
        return _written_before(words) or _continued(at, words, by=by)
    message = message_rows.write_once(ticket, Direction.INBOUND, by, words, at.now)
    if message is None:
        return _came_before(words)
    event = e.CustomerWrote(
        at=at.now,
        by=by,
        message=message.pk,
        said=words.said,
        facts=text_facts.facts_of(words.text, at.case.policy),
        automatic=verdict,
    )
    return Done(ticket, at.record(event), message.pk)


def _begin(
    ticket: Ticket, words: MessageText, event: e.Opened, *, client_key: str | None
) -> tuple[TicketTransaction, Message]:
    """The ticket's row, its first event and the customer's words."""
    ticket.opened_at, ticket.changed_at = spoken_at(event), event.at
    ticket.snapshot = b"{}"
    ticket.save(force_insert=True)
    message = message_rows.write(ticket.number, Direction.INBOUND, event.by, words, event.at)
    opened = msgspec.structs.replace(event, message=message.pk)
    return begin(ticket, opened, client_key=client_key), message


def _opened(ticket: Ticket, words: MessageText, *, by: Actor, now: datetime) -> e.Opened:
    version = current_number()
    customer = ticket.customer
    return e.Opened(
        at=now,
        by=by,
        policy=version,
        channel=ticket.channel,
        customer=customer.name if customer else None,
        tier=(customer.tier or None) if customer else None,
        account_owner=customer.account_owner.handle if customer and customer.account_owner else None,
        requester=str(ticket.requester_id) if ticket.requester_id else None,
        said=words.said,
        facts=text_facts.facts_of(f"{ticket.subject}\n\n{words.text}", version),
    )


def _continued(old: TicketTransaction, words: MessageText, *, by: Actor) -> Created:
    """A message long after the end: a new ticket of the same customer in the same place, related to the old one."""
    before = old.ticket
    ticket = Ticket(
        subject=before.subject,
        customer=before.customer,
        requester=before.requester,
        channel=before.channel,
        inbox=before.inbox,
        thread=before.thread,
    )
    opened = _opened(ticket, words, by=by, now=old.now)
    new, message = _begin(ticket, words, opened, client_key=old.take_key())
    relate(new, old, "continues", by=by)
    new.write()
    return Created(ticket.number, 1, message.pk, continues=before.number)


def _continuation(at: TicketTransaction, words: MessageText, automatic: Automatic | None) -> int | None:
    """The ticket that an earlier message long after the end has opened already; None: this one would be the first."""
    said_at = at.now if words.said is None else late_events.said_at(words.said, at.now)
    if at.before or not _is_too_late_to_reopen(at, said_at) or automatic or text_facts.verdict_on(words.text):
        return None
    continued = Relation.objects.filter(other=at.ticket.number, kind="continues").order_by("-ticket_id")
    return continued.values_list("ticket_id", flat=True).first()


def _is_too_late_to_reopen(at: TicketTransaction, said_at: datetime) -> bool:
    within = at.policy.policy.closing.reopen_within
    if at.case.over_at is None or within is None:
        return False
    return said_at > at.case.over_at + within.on(ALWAYS)


def _written_before(words: MessageText) -> AlreadySo | None:
    known = message_rows.known(words)
    return AlreadySo(known[0], say("this message has already been received"), message=known[1]) if known else None


def _came_before(words: MessageText) -> AlreadySo:
    before = _written_before(words)
    if before is None:
        raise IntegrityError(f"{words.external_id} was there and is gone")
    return before


def _verdicts(ticket: int) -> dict[int, Automatic | None]:
    """The number of each message of the customer -> the verdict in force."""
    verdicts: dict[int, Automatic | None] = {}
    for event in events_of(ticket):
        match event:
            case e.CustomerWrote(number=number, automatic=automatic):
                verdicts[number] = automatic
            case e.Recounted(event=number, automatic=automatic):
                verdicts[number] = automatic
    return verdicts


def _counted_for_nothing(ticket: int, message: int) -> bool:
    wrote = [each.number for each in events_of(ticket) if isinstance(each, e.CustomerWrote) and each.message == message]
    return any(_verdicts(ticket)[number] is not None for number in wrote)


def _first_line(text: str) -> str:
    lines = text.strip().splitlines()
    return (lines[0] if lines else "(no subject)")[:LONGEST_SUBJECT]

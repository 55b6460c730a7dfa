"""Tickets that belong together: merge, split, relate, link and unlink."""

from datetime import datetime

from django.db import transaction

from rung.core import actors
from rung.core.actors import Actor
from rung.core.case import events as e
from rung.core.reckoning import merging as core
from rung.core.sentences import say, word
from rung.core.vocabulary import Priority, Status
from rung.tickets import text_facts
from rung.tickets.models import Link, Message, Ticket
from rung.tickets.relations import relate as relate_both
from rung.tickets.relations import unrelate as unrelate_both
from rung.tickets.results import AlreadySo, Created, Done, Refused, Unconfirmed
from rung.tickets.transaction import begin, locked


def merge(
    ticket: int, into: int, *, by: Actor, confirmed: bool = False, now: datetime | None = None
) -> Done | AlreadySo | Refused | Unconfirmed:
    """This ticket goes into another and is closed; its messages are read there too, later ones are filed there.

    An open ticket is not merged into one that is over, and its turn goes along: nothing is left without a clock.
    The people who asked in either get the answers from then on. Of the earlier conversation they see only their own.
    `confirmed`: the caller knows that these are two people.
    """
    if ticket == into:
        return Refused(ticket, say("a ticket cannot be merged into itself"))
    with transaction.atomic():
        # Always the lower number first, so that two merges crossing each other wait instead of locking up.
        first, second = sorted((ticket, into))
        with locked(first, now=now) as one, locked(second, now=now) as other:
            gone, kept = (one, other) if ticket == first else (other, one)
            if gone.case.merged_into is not None:
                return gone.already(say("it was merged into ticket %(merged_into)s", merged_into=gone.case.merged_into))
            if kept.case.merged_into is not None:
                return gone.refused(
                    say(
                        "ticket %(into)s was itself merged into %(merged_into)s",
                        into=into,
                        merged_into=kept.case.merged_into,
                    )
                )
            if not confirmed and core.of_different_customers(gone.case, kept.case):
                return Unconfirmed(ticket, into, gone=_whose(gone.ticket), kept=_whose(kept.ticket))
            waits_for_us = gone.case.status is Status.OPEN
            if kept.case.status.is_over and not gone.case.status.is_over:
                sentence = say(
                    "ticket %(into)s is %(status)s, where nobody would look at this one; reopen it first",
                    into=into,
                    status=word(kept.case.status),
                )
                return gone.refused(sentence)
            priority, critical = core.higher(gone.case, kept.case, kept.policy)
            waited, fired = core.waited(gone.case, kept.now), core.fired(gone.case)
            done = gone.done(e.Merged(at=gone.now, by=by, into=into, participates=True))
            kept.record(e.Absorbed(at=kept.now, by=by, ticket=ticket, waited=waited, fired=fired))
            if (priority is not None or critical) and not kept.case.status.is_over:
                kept.record(
                    e.PrioritySet(
                        at=kept.now,
                        by=actors.SYSTEM,
                        priority=priority or kept.case.priority or Priority.NORMAL,
                        critical=critical or None,
                        reasons=(f"merged:{ticket}",),
                    )
                )
            if waits_for_us and kept.case.status is not Status.OPEN:
                # What the customer asked in the ticket that is gone waits for us still.
                kept.record(e.TurnTaken(at=kept.now, by=by))
            theirs = Message.objects.filter(ticket_id=ticket)
            theirs.filter(came_from=None).update(came_from=ticket)
            theirs.update(ticket_id=into)
            return done


def split(
    ticket: int,
    messages: tuple[int, ...],
    subject: str,
    *,
    by: Actor,
    thread: str | None = None,
    client_key: str | None = None,
    now: datetime | None = None,
) -> Created | AlreadySo | Refused:
    """Messages that are about something else become a ticket of their own, opened now, related to this one.

    `thread`: where its conversation goes on; None: where this one's does.
    """
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        rows = list(Message.objects.filter(ticket_id=ticket, pk__in=messages).order_by("at", "pk"))
        if len(rows) != len(set(messages)) or not rows:
            return at.refused(say("not all of those messages are on ticket %(ticket)s", ticket=ticket))
        old = at.ticket
        new = Ticket(
            subject=" ".join(subject.split())[:300] or old.subject,
            customer=old.customer,
            requester=old.requester,
            channel=old.channel,
            inbox=old.inbox,
            thread=old.thread if thread is None else thread,
            opened_at=at.now,
            changed_at=at.now,
            snapshot=b"{}",
        )
        new.save(force_insert=True)
        case = at.case
        opened = e.Opened(
            at=at.now,
            by=by,
            policy=case.policy,
            channel=old.channel,
            customer=case.customer,
            tier=case.tier,
            account_owner=case.account_owner,
            requester=case.requester,
            message=rows[0].pk,
            facts=text_facts.facts_of("\n\n".join(row.text for row in rows if row.direction == "inbound"), case.policy),
        )
        started = begin(new, opened)
        Message.objects.filter(pk__in=[row.pk for row in rows]).update(ticket=new)
        number = at.record(e.SplitOff(at=at.now, by=by, ticket=new.number, messages=tuple(row.pk for row in rows)))
        relate_both(started, at, "split_from", by=by)
        started.write()
        return Created(new.number, number, rows[0].pk, continues=ticket)


def relate(
    ticket: int, other: int, *, by: Actor, relation: str = "related", now: datetime | None = None
) -> Done | AlreadySo | Refused:
    """Two tickets that should know of each other. `relation`: one of `relations.BY_HAND`, as the first sees it."""
    if ticket == other:
        return Refused(ticket, say("a ticket is not related to itself"))
    first, second = sorted((ticket, other))
    with locked(first, now=now) as one, locked(second, now=now) as two:
        mine, theirs = (one, two) if ticket == first else (two, one)
        if not relate_both(mine, theirs, relation, by=by):
            return mine.already(say("they are already related"))
        return Done(ticket, mine.case.number)


def unrelate(ticket: int, other: int, *, by: Actor, now: datetime | None = None) -> Done | AlreadySo | Refused:
    """They need not know of each other any more. What one came from the other by (a split, a merge) stays."""
    if ticket == other:
        return Refused(ticket, say("a ticket is not related to itself"))
    first, second = sorted((ticket, other))
    with locked(first, now=now) as one, locked(second, now=now) as two:
        mine, theirs = (one, two) if ticket == first else (two, one)
        if not unrelate_both(mine, theirs, by=by):
            return mine.already(say("they are not related"))
        return Done(ticket, mine.case.number)


def link(
    ticket: int,
    tracker: str,
    issue: str,
    *,
    by: Actor,
    url: str = "",
    origin: str = "there",
    key: str | None = None,
    client_key: str | None = None,
    now: datetime | None = None,
) -> Done | AlreadySo:
    """A ticket elsewhere belongs to this one. `origin`: `rung` if we made it, under `key`."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        _, is_new = Link.objects.get_or_create(
            ticket=at.ticket,
            tracker=tracker,
            issue=issue,
            defaults={"url": url, "origin": origin, "key": key, "linked_at": at.now},
        )
        if not is_new:
            return at.already(say("%(tracker)s:%(issue)s is linked already", tracker=tracker, issue=issue))
        event = e.Linked(at=at.now, by=by, tracker=tracker, issue=issue, url=url)
        return at.done(event)


def unlink(ticket: int, tracker: str, issue: str, *, by: Actor, now: datetime | None = None) -> Done | AlreadySo:
    """It no longer belongs to this one; nothing happens to it elsewhere."""
    with locked(ticket, now=now) as at:
        gone, _ = Link.objects.filter(ticket=at.ticket, tracker=tracker, issue=issue).delete()
        if not gone:
            return at.already(say("%(tracker)s:%(issue)s is not linked", tracker=tracker, issue=issue))
        return at.done(e.Unlinked(at=at.now, by=by, tracker=tracker, issue=issue))


def third_party_moved(
    ticket: int,
    tracker: str,
    issue: str,
    *,
    by: Actor,
    status: str | None = None,
    own: bool = False,
    client_key: str | None = None,
    now: datetime | None = None,
) -> Done | AlreadySo:
    """Something happened on a linked ticket. `own`: by us or a bot, so no sign of life."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        moved = {"moved_at": at.now} | ({"status": status} if status else {})
        Link.objects.filter(ticket=at.ticket, tracker=tracker, issue=issue).update(**moved)
        event = e.ThirdPartyMoved(at=at.now, by=by, tracker=tracker, issue=issue, status=status, own=own)
        return at.done(event)


def _whose(ticket: Ticket) -> str:
    """The customer, and who asks there."""
    return " / ".join(str(each) for each in (ticket.customer, ticket.requester) if each is not None)

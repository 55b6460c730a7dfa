"""What a ticket is: priority, category, tags, customer."""

from datetime import datetime

from rung.core.actors import Actor
from rung.core.case import events as e
from rung.core.sentences import say, word
from rung.core.vocabulary import Priority
from rung.people.models import Customer
from rung.tickets.results import AlreadySo, Done, Refused
from rung.tickets.transaction import locked

#: What a person can read at a glance: characters of a tag, tags added at a time, tags of a ticket.
LONGEST_TAG, TAGS_AT_A_TIME, MOST_TAGS = 60, 20, 50


def set_priority(
    ticket: int,
    priority: Priority,
    *,
    by: Actor,
    critical: bool | None = None,
    reasons: tuple[str, ...] = (),
    client_key: str | None = None,
    now: datetime | None = None,
) -> Done | AlreadySo:
    """Set by hand, a priority is not changed by words any more. `critical` None leaves that flag as it is."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        same_flag = critical is None or critical is at.case.critical
        if at.case.priority is priority and same_flag:
            return at.already(say("the priority is %(priority)s already", priority=word(priority)))
        event = e.PrioritySet(at=at.now, by=by, priority=priority, critical=critical, reasons=reasons)
        return at.done(event)


def set_category(
    ticket: int,
    category: str | None,
    *,
    by: Actor,
    reasons: tuple[str, ...] = (),
    client_key: str | None = None,
    now: datetime | None = None,
) -> Done | AlreadySo:
    """The nature of the problem, by the policy's names; None: not known."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        if at.case.category == category:
            return at.already(say("the category is %(category)s already", category=category or say("not set")))
        event = e.CategorySet(at=at.now, by=by, category=category, reasons=reasons)
        return at.done(event)


def tag(
    ticket: int,
    *,
    by: Actor,
    added: tuple[str, ...] = (),
    removed: tuple[str, ...] = (),
    client_key: str | None = None,
    now: datetime | None = None,
) -> Done | AlreadySo | Refused:
    """Add and remove tags. Tags added by hand stay within what a person can read at a glance."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        new = tuple(sorted({name.strip() for name in added if name.strip()} - set(at.case.tags)))
        gone = tuple(sorted(set(removed) & set(at.case.tags)))
        if not new and not gone:
            return at.already(say("the tags are already like this"))
        if new and len(at.case.tags) - len(gone) + len(new) > MOST_TAGS:
            return at.refused(
                say("ticket %(ticket)s would have more than %(most)s tags", ticket=ticket, most=MOST_TAGS)
            )
        return at.done(e.Tagged(at=at.now, by=by, added=new, removed=gone))


def set_customer(
    ticket: int, customer: Customer | None, *, by: Actor, client_key: str | None = None, now: datetime | None = None
) -> Done | AlreadySo:
    """Whose ticket it is; also to be called when the customer's tier or account owner has changed."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        name = customer.name if customer else None
        tier = (customer.tier or None) if customer else None
        owner = customer.account_owner.handle if customer and customer.account_owner else None
        if (at.case.customer, at.case.tier, at.case.account_owner) == (name, tier, owner):
            return at.already(say("this is already the customer"))
        at.ticket.customer = customer
        event = e.CustomerChanged(at=at.now, by=by, customer=name, tier=tier, account_owner=owner)
        return at.done(event)


def rate(
    ticket: int,
    rating: int,
    *,
    by: Actor,
    comment: int | None = None,
    client_key: str | None = None,
    now: datetime | None = None,
) -> Done | AlreadySo:
    """The customer's rating, 1 (bad) to 5. `comment`: the row of the words that came with it."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        if at.case.rating == rating and comment is None:
            return at.already(say("this is already the rating"))
        return at.done(e.Rated(at=at.now, by=by, rating=rating, message=comment))

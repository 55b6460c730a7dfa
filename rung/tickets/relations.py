"""Two of our own tickets that belong together, on both timelines."""

from rung.core.actors import Actor
from rung.core.case import events as e
from rung.tickets.models import Relation
from rung.tickets.transaction import TicketTransaction

#: How the other ticket sees it.
MIRRORED = {
    "continues": "continued_by",
    "split_from": "split_into",
    "related": "related",
    "duplicate_of": "duplicated_by",
    "caused_by": "causes",
}
#: Those a person may choose.
BY_HAND = ("related", "duplicate_of", "caused_by")


def relate(one: TicketTransaction, other: TicketTransaction, relation: str, *, by: Actor) -> bool:
    """Record on both that `one` continues, was split from, belongs with … `other`. False: it was known."""
    _, is_new = Relation.objects.get_or_create(ticket=one.ticket, other=other.ticket, kind=relation)
    if not is_new:
        return False
    mirrored = MIRRORED[relation]
    Relation.objects.get_or_create(ticket=other.ticket, other=one.ticket, kind=mirrored)
    one.record(e.Related(at=one.now, by=by, ticket=other.ticket.number, relation=relation))
    other.record(e.Related(at=other.now, by=by, ticket=one.ticket.number, relation=mirrored))
    return True


def unrelate(one: TicketTransaction, other: TicketTransaction, *, by: Actor) -> bool:
    """Record on both that nobody holds them together any more. False: nobody had, or one came from the other."""
    both = Relation.objects.filter(ticket__in=[one.ticket, other.ticket], other__in=[one.ticket, other.ticket])
    gone, _ = both.filter(kind__in=[word for kind in BY_HAND for word in (kind, MIRRORED[kind])]).delete()
    if not gone:
        return False
    one.record(e.Unrelated(at=one.now, by=by, ticket=other.ticket.number))
    other.record(e.Unrelated(at=other.now, by=by, ticket=one.ticket.number))
    return True

"""Who has a ticket: assign, claim, return."""

from datetime import datetime

from rung.core import actors
from rung.core.actors import Actor
from rung.core.case import events as e
from rung.core.oncall.roster import Person
from rung.core.reckoning.claims import HeldBy, MayNot, Take, TakeHere, claiming
from rung.core.sentences import say
from rung.core.vocabulary import Turn
from rung.people.who_is_there import roster_at
from rung.tickets import action_notices, message_rows
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Direction
from rung.tickets.results import AlreadyClaimed, AlreadySo, Claimed, Done, Refused
from rung.tickets.transaction import TicketTransaction, locked


def assign(
    ticket: int, to: str | None, *, by: Actor, client_key: str | None = None, now: datetime | None = None
) -> Done | AlreadySo | Refused:
    """Give a ticket to an agent (by handle), or to nobody. Level and offers stay as they are."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        if at.case.assignee == to:
            return at.already(say("it already belongs to %(to)s", to=to) if to else say("it already belongs to nobody"))
        if at.case.turn is Turn.NOBODY:
            return at.refused_as_over()
        if to is not None and not roster_at(at.now).people.get(to):
            return at.refused(say("no agent is called %(to)r", to=to))
        number = at.record(e.Assigned(at=at.now, by=by, assignee=to))
        if to is not None:
            action_notices.assignee(at, to, by=by, event=number)
        return Done(ticket, number)


def claim(
    ticket: int, *, agent: str, client_key: str | None = None, now: datetime | None = None
) -> Claimed | AlreadyClaimed | AlreadySo | Refused:
    """Take an offered ticket, or one of the agent's own level. The first has it; a second claim changes nothing."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        person = roster_at(at.now).people.get(agent)
        if person is None:
            return at.refused(say("no agent is called %(agent)r", agent=agent))
        return _claim(at, person)


def return_offer(
    ticket: int,
    why: str,
    *,
    by: Actor,
    offer: int | None = None,
    client_key: str | None = None,
    now: datetime | None = None,
) -> Done | AlreadySo | Refused:
    """Send an offer back with a reason: the ticket never left its sender. `offer`: its number, else the newest."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        returned = at.case.open_offer if offer is None else at.case.offer(offer)
        if returned is None:
            return at.already(say("that offer is not open") if offer else say("no offer is open"))
        if not why.strip():
            return at.refused(say("a return needs a reason, so that the sender knows what is missing"))
        message = message_rows.write(ticket, Direction.NOTE, by, MessageText(text=why), at.now)
        number = at.record(
            e.OfferReturned(at=at.now, by=by, offer=returned.number, level=returned.level, message=message.pk)
        )
        action_notices.returned(at, returned.by, event=number)
        return Done(ticket, number, message.pk)


def withdraw_offer(
    ticket: int, offer: int, *, by: Actor, client_key: str | None = None, now: datetime | None = None
) -> Done | AlreadySo:
    """Take back an offer that is no longer meant."""
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        if at.case.offer(offer) is None:
            return at.already(say("that offer is not open"))
        event = e.OfferWithdrawn(at=at.now, by=by, offer=offer, why="by_hand")
        return at.done(event)


def _claim(at: TicketTransaction, person: Person) -> Claimed | AlreadyClaimed | AlreadySo | Refused:
    ticket, agent = at.ticket.number, person.handle
    match claiming(at.case, at.policy.policy, person):
        case Take() as take:
            return _take(at, agent, take)
        case TakeHere():
            number = at.record(e.Assigned(at=at.now, by=actors.agent(agent), assignee=agent))
            return Claimed(ticket, number, at.case.level or "")
        case HeldBy(agent=holder):
            return at.already(say("it is yours already")) if holder == agent else AlreadyClaimed(ticket, holder)
        case MayNot(why=why):
            return at.refused(why)


def _take(at: TicketTransaction, agent: str, take: Take) -> Claimed:
    number = at.record(
        e.Claimed(
            at=at.now,
            by=actors.agent(agent),
            agent=agent,
            level=take.level,
            path=take.path,
            offer=take.offer,
            closes=take.closes,
        )
    )
    wanted = at.policy.policy.levels[take.level].link
    if wanted is not None:
        tracker, _, project = wanted.partition(":")
        if not _is_linked_there(at, tracker, project):
            action_notices.wanted_elsewhere(at, tracker, project, event=number)
    return Claimed(at.ticket.number, number, take.level, take.closes)


def _is_linked_there(at: TicketTransaction, tracker: str, project: str) -> bool:
    """An issue of that project is linked already, and is used."""
    return any(link == f"{tracker}:{project}" or link.startswith(f"{tracker}:{project}-") for link in at.case.links)

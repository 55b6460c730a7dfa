"""Whom an action by hand concerns: the notices that go with its event, in the same transaction."""

from collections.abc import Iterable

import msgspec

from rung.core import actors, addresses
from rung.core.actors import Actor
from rung.core.addresses import Address
from rung.core.oncall.duty import on_call_of_team
from rung.core.reckoning.effects import Notice, NoticeKind, Subject
from rung.core.reckoning.look import Look
from rung.core.reckoning.recipients import lead_of, owner, owners, team_of
from rung.core.vocabulary import Priority
from rung.outbox.addresses import CustomerAddress
from rung.people.who_is_there import roster_at
from rung.policies.outlets import outlets
from rung.tickets.models import Message
from rung.tickets.transaction import TicketTransaction


def customer(at: TicketTransaction, message: Message, *, event: int, again: bool = False) -> None:
    """A public message goes to the customer, where they wrote, and by mail to those in copy. `again`: it went out
    before."""
    notice = Notice(
        kind=NoticeKind.REPLY,
        to=addresses.CUSTOMER,
        subject=Subject.ANSWER,
        key=f"message/{message.pk}" + (f"/again/{event}" if again else ""),
        event=event,
        priority=at.case.priority,
        exempt=True,
    )
    at.say(notice, message=message)
    for address in () if again else (*message.cc, *message.bcc):
        copy = msgspec.structs.replace(notice, key=f"{notice.key}/copy/{address}")
        at.say(copy, message=message, where=CustomerAddress(outlets().by_mail(), "", address))


def assignee(at: TicketTransaction, handle: str, *, by: Actor, event: int) -> None:
    """Somebody was given a ticket by somebody else."""
    if by != actors.agent(handle):
        at.say(_moment(at, addresses.agent(handle), Subject.ASSIGNED, event))


def mentioned(at: TicketTransaction, handles: Iterable[str], *, by: Actor, event: int) -> None:
    """People named in a note are asked for what they know."""
    for handle in handles:
        if by != actors.agent(handle):
            at.say(_moment(at, addresses.agent(handle), Subject.EXPERT_ASKED, event))


def offered(at: TicketTransaction, level: str, *, event: int) -> None:
    """An offer by hand: its card, and those on call while the level's people are not there."""
    at.say(
        Notice(
            kind=NoticeKind.OFFER_CARD,
            to=addresses.level(level),
            subject=Subject.OFFER,
            key=f"offer/{event}",
            event=event,
            priority=at.case.priority,
            exempt=True,
        )
    )
    if at.policy.level_calendar(level).is_open(at.now):
        return
    policy = at.policy.policy
    for handle in on_call_of_team(policy.schedules, roster_at(at.now), team_of(level, policy), at.now):
        at.say(_moment(at, addresses.agent(handle), Subject.OFFER, event, exempt=True))


def last_level(at: TicketTransaction, level: str, *, event: int) -> None:
    """Offered again where there is nothing above: the lead and the desk's owners hear of it."""
    policy, roster = at.policy.policy, roster_at(at.now)
    team = team_of(level, policy)
    handle = lead_of(team, policy, roster)
    told = {addresses.agent(handle) if handle else addresses.team(team): None}
    told.update((who.to, None) for who in owners(_look(at)))
    for to in told:
        at.say(_moment(at, to, Subject.LAST_LEVEL, event))


def returned(at: TicketTransaction, offered_by: Actor, *, event: int) -> None:
    """The person who offered it is told that it came back; for a rule's offer, the ticket's owner."""
    handle = actors.handle_of(offered_by)
    to = owner(_look(at)).to if handle is None else addresses.agent(handle)
    at.say(_moment(at, to, Subject.RETURNED, event))


def wanted_elsewhere(at: TicketTransaction, tracker: str, project: str, *, event: int) -> None:
    """A ticket is to be opened, or found, in another system."""
    at.say(
        Notice(
            kind=NoticeKind.LINK,
            to=addresses.elsewhere(tracker, project),
            subject=Subject.NEW_LINK,
            key=f"link/{tracker}/{project}/{event}",
            event=event,
            what=project,
            priority=at.case.priority,
            exempt=True,
        )
    )


def _look(at: TicketTransaction) -> Look:
    """The ticket as the rules see it at this moment, to ask whom they would tell."""
    return Look(at.case, at.policy, roster_at(at.now), at.now)


def _moment(at: TicketTransaction, to: Address, subject: Subject, event: int, *, exempt: bool = False) -> Notice:
    return Notice(
        kind=NoticeKind.MOMENT,
        to=to,
        subject=subject,
        key=f"{subject}/{event}/{to}",
        event=event,
        priority=at.case.priority,
        exempt=exempt or (subject is Subject.OFFER and at.case.priority is Priority.URGENT),
    )

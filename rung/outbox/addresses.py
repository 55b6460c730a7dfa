"""Where a recipient is reached: which channel, which address in it, and what to try when that fails."""

from collections.abc import Mapping
from typing import NamedTuple

from rung.core import addresses
from rung.core.policy.model import Policy
from rung.core.reckoning.effects import NoticeKind
from rung.core.reckoning.recipients import team_of
from rung.outbox import registry
from rung.people.models import Agent, ContactMethod
from rung.policies.outlets import outlets

#: The list inside Rung: never fails, and takes whatever has no other way.
APP = "app"
#: Kinds a paging system or a tracker takes, rather than a channel.
_ELSEWHERE = (NoticeKind.PAGE, NoticeKind.LINK, NoticeKind.COMMENT)


class ContactPoint(NamedTuple):
    """A channel's name and a destination in its own terms."""

    channel: str
    destination: str


class CustomerAddress(NamedTuple):
    """Where a customer reads: the medium they wrote by, the place there, and their mail address."""

    channel: str
    thread: str
    email: str


class AddressBook:
    """Who is reached how, read once and asked many times."""

    def __init__(self, policy: Policy, contacts: Mapping[str, tuple[ContactPoint, ...]]) -> None:
        self._policy = policy
        self._contacts = contacts

    @classmethod
    def read(cls, policy: Policy) -> "AddressBook":
        """The contact methods of everybody active, as they stand now; the sign-in address of those who have none."""
        by_mail = outlets().by_mail()
        unsaid = Agent.objects.filter(is_active=True, contact_methods=None).values_list("handle", "email")
        contacts: dict[str, tuple[ContactPoint, ...]] = {
            handle: (ContactPoint(by_mail, email),) for handle, email in unsaid
        }
        rows = ContactMethod.objects.filter(is_active=True, agent__is_active=True).order_by("agent", "position")
        for handle, channel, address in rows.values_list("agent__handle", "channel", "address"):
            contacts[handle] = (*contacts.get(handle, ()), ContactPoint(channel, address))
        return cls(policy, contacts)

    def of(self, to: str, kind: NoticeKind, customer: CustomerAddress | None = None) -> tuple[ContactPoint, ...]:
        """The addresses to try in order; the last is always a list in the app, so nothing is ever lost."""
        wanted, listed = self._named(to, customer)
        return (*(address for address in wanted if is_configured(address, kind)), ContactPoint(APP, listed))

    def _named(self, to: str, customer: CustomerAddress | None) -> tuple[tuple[ContactPoint, ...], str]:
        """The addresses the recipient has, configured or not, and their list in the app."""
        head, rest = addresses.parts(to)
        match head:
            case "agent" | "account_owner":
                return self._contacts.get(rest, ()), addresses.agent(rest)
            case "team":
                return self._channel_of_team(rest), addresses.team(rest)
            case "level":
                level = self._policy.levels.get(rest)
                return _spoken(level.channel if level else None), addresses.team(team_of(rest, self._policy))
            case "triage":
                return _spoken(self._policy.triage_channel), addresses.DESK
            case "customer":
                return ways_to(customer), "customer"
            case _:
                return _spoken(to), self._list_of_channel(to)

    def _channel_of_team(self, team: str) -> tuple[ContactPoint, ...]:
        spoken = (_spoken(level.channel) for level in self._policy.levels.values() if level.team == team)
        return next((found for found in spoken if found), ())

    def _list_of_channel(self, channel: str) -> str:
        """The team whose channel it is, so that its members find it in the app."""
        teams = (level.team for level in self._policy.levels.values() if level.channel == channel)
        return next((addresses.team(team) for team in teams), addresses.DESK)


def is_configured(address: ContactPoint, kind: NoticeKind) -> bool:
    """Whether there is an adapter for this channel that takes this kind."""
    if kind in _ELSEWHERE:
        found = registry.trackers().get(address.channel) or registry.pagers().get(address.channel)
        return found is not None and kind in found.takes
    channel = registry.channels().get(address.channel)
    return channel is not None and kind in channel.takes


def ways_to(customer: CustomerAddress | None) -> tuple[ContactPoint, ...]:
    """How a customer is reached, configured or not: where they wrote; failing that, by mail."""
    if customer is None:
        return ()
    mail = outlets().by_mail()
    place = customer.email if customer.channel == mail else customer.thread
    by_mail = (ContactPoint(mail, customer.email),) if customer.email and customer.channel != mail else ()
    return (ContactPoint(customer.channel, place), *by_mail) if place else by_mail


def _spoken(channel: str | None) -> tuple[ContactPoint, ...]:
    """As the policy writes them: a word, and mostly a colon and what follows it."""
    if not channel:
        return ()
    return (ContactPoint(*addresses.parts(channel)),)

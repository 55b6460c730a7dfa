"""The people a log names, as the record knows them: agents by handle, customers and requesters as rows."""

import re

import msgspec

from rung.core import actors
from rung.core.actors import Actor
from rung.core.case import events as e
from rung.core.log.events import History
from rung.people.models import Agent, Customer, Requester
from rung.people.requester_lookup import customer_for, customer_of_address, requester_for

#: Enough of an address to be kept as one.
_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,180}")
LONGEST_CATEGORY = 80
LONGEST_HANDLE = 60
LONGEST_ACTOR = 80
#: Customers, and requesters, remembered at a time.
MOST_REMEMBERED = 20_000


class Translator:
    """Remembers whom it has met lately."""

    def __init__(self) -> None:
        self._handles = {name: agent.handle for agent in Agent.objects.all() for name in _names(agent)}
        self._customers: dict[str, Customer | None] = {}
        self._requesters: dict[tuple[str, str], Requester | None] = {}

    def people(self, history: History) -> tuple[Customer | None, Requester | None]:
        """Whose ticket it is; those not known yet are made."""
        opened = history.events[0]
        if not isinstance(opened, e.Opened):
            return None, None
        asking = opened.requester or ""
        email = asking if _ADDRESS.fullmatch(asking) else ""
        customer = self._customer(opened.customer or "", opened.tier or "", email)
        known = (asking, opened.customer or "")
        if known not in self._requesters:
            if len(self._requesters) == MOST_REMEMBERED:
                self._requesters.clear()
            name = "" if email else asking
            self._requesters[known] = requester_for(email=email, name=name[:200], customer=customer)
        return customer, self._requesters[known]

    def in_our_words(self, history: History, customer: Customer | None, requester: Requester | None) -> History:
        """The same events, about the people of the record."""
        asks = actors.customer(requester.pk if requester else None)
        events = tuple(self._event(event, asks, customer, requester) for event in history.events)
        return msgspec.structs.replace(history, events=events)

    def _event(
        self, event: e.AnyEvent, asks: str, customer: Customer | None, requester: Requester | None
    ) -> e.AnyEvent:
        by = asks if actors.is_customer(event.by) else self._actor(event.by)
        match event:
            case e.Opened():
                owner = customer.account_owner if customer is not None else None
                return msgspec.structs.replace(
                    event,
                    by=by,
                    customer=customer.name if customer else None,
                    tier=(customer.tier or None) if customer else None,
                    account_owner=owner.handle if owner else None,
                    requester=str(requester.pk) if requester else None,
                    category=event.category and event.category[:LONGEST_CATEGORY],
                )
            case e.CategorySet(category=str(category)):
                return msgspec.structs.replace(event, by=by, category=category[:LONGEST_CATEGORY])
            case e.Assigned(assignee=str(assignee)):
                return msgspec.structs.replace(event, by=by, assignee=self._handle(assignee))
            case e.Claimed():
                return msgspec.structs.replace(event, by=by, agent=self._handle(event.agent))
            case _:
                return msgspec.structs.replace(event, by=by)

    def _customer(self, name: str, tier: str, email: str) -> Customer | None:
        key = name or email.rpartition("@")[2]
        if key not in self._customers:
            if len(self._customers) == MOST_REMEMBERED:
                self._customers.clear()
            found = customer_for(name=name[:200], tier=tier[:60]) if name else customer_of_address(email)
            self._customers[key] = found
        return self._customers[key]

    def _actor(self, by: Actor) -> Actor:
        name = actors.handle_of(by)
        return Actor(by[:LONGEST_ACTOR]) if name is None else actors.agent(self._handle(name))

    def _handle(self, name: str) -> str:
        """The handle of an agent known by that name or address, else one made of it."""
        known = name.casefold()
        found = self._handles.get(known)
        if found is None:
            made = re.sub(r"[^a-z0-9._-]+", "-", known.partition("@")[0]).strip("-._")[:LONGEST_HANDLE]
            found = self._handles[known] = made or "unknown"
        return found


def _names(agent: Agent) -> tuple[str, ...]:
    return agent.handle, agent.email.casefold(), agent.name.casefold()

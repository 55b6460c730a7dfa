"""The whole product over a real PostgreSQL, with a fixed cast and time that is cranked by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.core import mail
from django.db import connection

from rung.core.reckoning.effects import NoticeKind
from rung.escalation import due, ticker
from rung.escalation.audit import audit
from rung.escalation.roster_cache import RosterCache
from rung.outbox import queues, registry
from rung.outbox.courier import Courier, source
from rung.outbox.models import Delivery
from rung.outbox.ports import (
    Card,
    CustomerMessage,
    Digest,
    Lane,
    Later,
    Method,
    Moment,
    Outcome,
    Sent,
    Unclear,
)
from rung.people import clock
from rung.people.models import Agent, ContactMethod, Customer, Membership, Requester, Role, Team
from rung.policies.publishing import Published, publish
from rung.policies.versions import compiled
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Event, Ticket

MONDAY_MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

POLICY = """
name: Acme support
timezone: UTC
calendars:
  office:
    timezone: UTC
    hours: {mon-fri: [08:00-16:00]}
triage: {channel: "slack:#triage"}
holding: [looking, checking]
teams: {frontline: {lead: sam}, specialists: {}, engineering: {}, leads: {}}
levels:
  L1: {team: frontline, channel: "slack:#triage", calendar: office}
  L2: {team: specialists, channel: "slack:#escalations", calendar: office, handoff: {require: [impact, tried]}}
  L3: {team: engineering, calendar: always, link: "webhook:eng"}
  management: {team: leads, calendar: always}
paths: {support: [L1, L2, L3, management]}
routing: [{path: support}]
priority:
  default: normal
  rules:
    - {when: {text: ["everyone is down"]}, set: urgent, critical: true}
targets:
  - {when: {priority: urgent}, first_response: 15m, resolution: 4h, calendar: always}
  - {first_response: 1h, next_response: 4h, resolution: 3d, calendar: office}
rules:
  - name: Nobody has answered
    clock: first_response
    steps:
      - {at: 50%, remind: triage}
      - {at: 100%, escalate: next, reason: time}
  - name: Nobody has answered again
    clock: next_response
    steps:
      - {at: 100%, escalate: next, reason: time}
  - name: Assigned, then silent
    clock: idle
    steps:
      - {at: 45m, notify: [assignee]}
  - name: Critical incident
    when: {critical: true}
    do: {escalate: L3, reason: severity}
follow_up:
  clock: customer_silence
  calendar: office
  steps:
    - {at: 2d, reply: still-there}
    - {at: 4d, close: no_answer}
replies:
  still-there: "Hi {requester.first_name}, is this still a problem?"
  resolved: "Hi {requester.first_name}, we believe this is solved."
closing: {tell_customer: resolved, reopen_within: 14d}
"""


class HandCrank:
    """A clock that stands still until it is cranked."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Chat:
    """A channel that keeps what it is told, and can be told to fail. Its addresses are `#names` and `@handles`."""

    name: str = "slack"
    takes: frozenset[NoticeKind] = frozenset(
        {NoticeKind.MOMENT, NoticeKind.DIGEST, NoticeKind.OFFER_CARD, NoticeKind.TRIAGE_CARD, NoticeKind.REPLY}
    )
    repeats_safely: bool = False
    #: What the next calls answer, before it behaves again.
    answers: list[Outcome] = field(default_factory=list)
    said: list[Moment | Digest | CustomerMessage] = field(default_factory=list)
    cards: dict[str, Card] = field(default_factory=dict)
    edits: int = 0

    def lane(self, method: Method, to: str) -> Lane:
        return Lane(f"chat/{method}/{to}")

    def send_moment(self, moment: Moment) -> Outcome:
        return self._say(moment)

    def send_digest(self, digest: Digest) -> Outcome:
        return self._say(digest)

    def send_message(self, message: CustomerMessage) -> Outcome:
        return self._say(message)

    def find_message(self, message: CustomerMessage) -> Sent | Unclear | Later | None:
        return Sent(message.key) if any(said.key == message.key for said in self.said) else None

    def post_card(self, card: Card) -> Outcome:
        outcome = self.answers.pop(0) if self.answers else Sent()
        if isinstance(outcome, Sent | Unclear):
            assert card.key not in self.cards, "the card was posted twice"
            self.cards[card.key] = card
        return Sent(card.key) if isinstance(outcome, Sent) else outcome

    def edit_card(self, card: Card, external_id: str) -> Outcome:
        outcome = self.answers.pop(0) if self.answers else Sent(external_id)
        if isinstance(outcome, Sent):
            self.cards[external_id] = card
            self.edits += 1
        return outcome

    def find_card(self, card: Card) -> Sent | Later | None:
        return Sent(card.key) if card.key in self.cards else None

    def _say(self, what: Moment | Digest | CustomerMessage) -> Outcome:
        outcome = self.answers.pop(0) if self.answers else Sent(what.key)
        if isinstance(outcome, Sent | Unclear):
            self.said.append(what)
        return outcome

    def heard_by(self, to: str) -> list[str]:
        """What was said to one address, as titles."""
        return [what.text if isinstance(what, CustomerMessage) else what.title for what in self.said if what.to == to]

    def cards_in(self, to: str) -> list[Card]:
        return [card for card in self.cards.values() if card.to == to]


class Person:
    """Somebody of a customer's."""

    def __init__(self, world: "World", requester: Requester) -> None:
        self._world = world
        self.row = requester
        self.by = f"customer:{requester.pk}"

    def writes(self, text: str, **facts: object) -> "Case":
        """A new ticket."""
        opened = actions.open_ticket(
            text[:60],
            MessageText(text=text, author_name=self.row.name),
            by=self.by,
            channel="slack",
            thread=f"@{self.row.name.split()[0].lower()}",
            customer=self.row.customer,
            requester=self.row,
            **facts,  # type: ignore[arg-type]
        )
        self._world.settle()
        return Case(self._world, opened.ticket, self)


class Case:
    """A ticket as the people of a story handle it."""

    def __init__(self, world: "World", number: int, customer: Person) -> None:
        self._world = world
        self.number = number
        self.customer = customer

    def does(self, action: str, *facts: object, **named: object) -> object:
        """One of the actions, and whatever follows from it at this moment."""
        result = getattr(actions, action)(self.number, *facts, **named)
        self._world.settle()
        return result

    def replied(self, text: str) -> object:
        """The customer writes again."""
        return self.does("customer_message", MessageText(text=text), by=self.customer.by)

    def answered(self, by: str, text: str, **named: object) -> object:
        return self.does("answer", MessageText(text=text), by=f"agent:{by}", **named)

    @property
    def row(self) -> Ticket:
        return Ticket.objects.get(number=self.number)

    @property
    def timeline(self) -> list[str]:
        return list(Event.objects.filter(ticket=self.number).order_by("number").values_list("kind", flat=True))

    def events(self, kind: str) -> list[dict[str, object]]:
        return list(
            Event.objects.filter(ticket=self.number, kind=kind).order_by("number").values_list("data", flat=True)
        )

    def deliveries(self, **facts: object) -> list[Delivery]:
        return list(Delivery.objects.filter(ticket=self.number, **facts).order_by("pk"))


class World:
    """One desk. `chat` stands for Slack; mail goes to Django's outbox."""

    def __init__(self, time: HandCrank, chat: Chat) -> None:
        self.time = time
        self.chat = chat
        self._courier = Courier(source())
        for handle, level, team, role in (
            ("sam", "L1", "frontline", Role.AGENT),
            ("ben", "L2", "specialists", Role.AGENT),
            ("ada", "L3", "engineering", Role.AGENT),
            ("carla", "management", "leads", Role.OWNER),
        ):
            agent = Agent.objects.create_user(
                f"{handle}@desk.example", handle=handle, name=handle.title(), level=level, role=role
            )
            Membership.objects.create(agent=agent, team=Team.objects.get_or_create(name=team)[0])
            ContactMethod.objects.create(agent=agent, channel="slack", address=f"@{handle}")
        acme = Customer.objects.create(name="Acme", tier="enterprise")
        globex = Customer.objects.create(name="Globex", tier="business")
        self.acme = Person(self, Requester.objects.create(customer=acme, name="Kim Poe", email="kim@acme.example"))
        self.globex = Person(self, Requester.objects.create(customer=globex, name="Lou", email="lou@globex.example"))

    def publishes(self, text: str) -> int:
        published = publish(text, author="agent:carla", reason="story", now=self.time.at)
        assert isinstance(published, Published), published
        return published.number

    def settle(self) -> None:
        """Ticker and courier do what is due at this moment."""
        for _ in range(20):
            if not ticker.look_at_all_due(RosterCache()) + self._courier.send_all():
                return
        raise AssertionError("the desk does not come to rest")

    def passes(self, **time: float) -> None:
        """Time goes by; whatever becomes due on the way happens at its own moment."""
        self.reaches(self.time.at + timedelta(**time))

    def reaches(self, end: datetime) -> None:
        """As `passes`, until that moment. May be asked again if the desk died on the way."""
        self.settle()
        while (at := self._next()) is not None and at <= end:
            assert at > self.time.at, "something stays due however often it is looked at"
            self.time.at = at
            self.settle()
        self.time.at = end
        self.settle()

    def starts_again(self) -> None:
        """The desk was killed: its transaction is gone, and so is what its courier had in hand."""
        connection.close()
        self._courier.close()
        self._courier = Courier(source())

    def jumps(self, **time: float) -> None:
        """The desk was down for so long."""
        self.time.at += timedelta(**time)
        self.settle()

    def in_app(self, name: str) -> list[str]:
        """What a list in the app shows as still true."""
        shown = Delivery.objects.filter(channel="app", destination=name, state="sent", over_at=None).order_by("pk")
        return [str(title) for title in shown.values_list("title", flat=True)]

    @property
    def mail(self) -> list[str]:
        return [message.subject for message in mail.outbox]

    def differences(self) -> list[object]:
        return [difference for _, found in audit() for difference in found]

    def close(self) -> None:
        self._courier.close()

    def _next(self) -> datetime | None:
        return min((at for at in (due.next_due_at(), queues.next_at()) if at is not None), default=None)


@contextmanager
def desk(at: datetime = MONDAY_MORNING) -> Iterator[World]:
    """A desk with the cast and the policy above, at that moment."""
    crank, chat = HandCrank(at), Chat()
    _forget_versions()
    registry.forget()
    registry.channels()["slack"] = chat
    with clock.cranked(crank):
        world = World(crank, chat)
        world.publishes(POLICY)
        try:
            yield world
        finally:
            world.close()
            registry.forget()
            _forget_versions()


def _forget_versions() -> None:
    """Versions never change, except from one test to the next."""
    compiled.cache_clear()

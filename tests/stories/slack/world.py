"""The whole product over a real PostgreSQL, the fake Slack and the genuine slack_sdk, with time cranked by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import LazySettings
from django.test import Client

from rung.channels.slack.connection import manifest, signature
from rung.channels.slack.events import history
from rung.channels.slack.models import SlackChannel, Workspace
from rung.channels.slack.outbound import mentions
from rung.escalation import due, ticker
from rung.escalation.audit import audit
from rung.escalation.roster_cache import RosterCache
from rung.intake import batch, sort
from rung.outbox import queues, registry
from rung.outbox.courier import Courier, source
from rung.people import clock
from rung.people.models import Agent, ContactMethod, Customer, Membership, Role, Team
from rung.people.vault import seal
from rung.policies.publishing import Published, publish
from rung.policies.versions import compiled
from rung.tickets.models import Event, Ticket
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.gateways import Answer
from tests.fakes.slack.model import Channel, Message, User
from tests.reference import REFERENCE

#: Ten in the morning in Berlin, on a working Tuesday: inside every office of the reference policy.
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CHANNELS = ("triage", "escalations", "eng-escalations", "billing", "leads")
CAST = (
    ("sam", "L1", "frontline", Role.AGENT),
    ("ben", "L2", "specialists", Role.AGENT),
    ("ada", "L3", "engineering", Role.AGENT),
    ("carla", "management", "leads", Role.OWNER),
)


class SlackWorld:
    """The desk of Rung in its workspace, the customer Acme in another one, and a channel both share."""

    def __init__(self) -> None:
        self.now = TUESDAY
        self.client = Client(enforce_csrf_checks=True)
        self.slack = FakeSlack(self.seconds, self.over_http)
        self.slack.configure(manifest.manifest("Rung", "http://desk.example"), url="http://testserver")
        self.team, self.acme = self.slack.team("Rung Desk"), self.slack.team("Acme")
        self.people = {handle: self.slack.user(self.team, handle) for handle, *_ in CAST}
        self.zoe, self.max = self.slack.user(self.acme, "zoe"), self.slack.user(self.acme, "max")
        self.channels = {name: self.slack.channel(self.team, name, *self.people.values()) for name in CHANNELS}
        self.shared = self.slack.channel(
            self.team, "acme-support", *self.people.values(), self.zoe, self.max, shared_with=(self.acme,)
        )
        self.installation = self.slack.install(self.team, *self.channels.values(), self.shared)
        self._hire()
        self._connect()
        self.courier = Courier(source())

    def seconds(self) -> float:
        return self.now.timestamp()

    def over_http(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Slack's requests, through Django's own handling of them."""
        given = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        got = self.client.generic("POST", urlsplit(url).path, body, content_type=headers["Content-Type"], **given)
        return Answer(got.status_code, got.content, dict(got.headers))

    def settle(self) -> None:
        """Slack delivers, the sorter sorts, the ticker looks, the courier sends, until all are at rest."""
        for _ in range(50):
            done = self.slack.deliveries.pump() + sort.sort_all_due()
            if not done + ticker.look_at_all_due(RosterCache()) + self.courier.send_all():
                return
        raise AssertionError("the desk does not come to rest")

    def passes(self, **units: float) -> None:
        """Time goes by; whatever becomes due on the way happens at its own moment."""
        end = self.now + timedelta(**units)
        self.settle()
        while (at := self._next()) is not None and at <= end:
            self.now = max(self.now, at)
            self.settle()
        self.now = end
        self.settle()

    def _next(self) -> datetime | None:
        slack = [datetime.fromtimestamp(one.due, UTC) for one in self.slack.deliveries.waiting]
        known = (due.next_due_at(), queues.next_at(), batch.next_due_at(), *slack)
        return min((at for at in known if at is not None), default=None)

    def says(self, user: User, text: str, channel: Channel | None = None, **how: Any) -> Message:
        message = self.slack.people.says(user, channel or self.shared, text, **how)
        self.settle()
        return message

    def presses(self, who: str | User, message: Message, action: str, **how: Any) -> Answer:
        user = self.people[who] if isinstance(who, str) else who
        answer = self.slack.hands.presses(user, message, action, **how)
        self.settle()
        return answer

    def submits(self, who: str, values: dict[str, Any] | None = None) -> Answer:
        answer = self.slack.hands.submits(self.people[who], values)
        self.settle()
        return answer

    def shown(self, name: str) -> list[str]:
        """The channel's messages as people see them."""
        return self.slack.screen.channel(self.channels[name])

    def cards(self, name: str) -> list[Message]:
        return self.channels[name].top_level()

    def thread(self, message: Message) -> list[str]:
        return self.slack.screen.thread(message)

    def said_to(self, user: User | str, channel: Channel) -> list[str]:
        """What only that person was told there."""
        return self.slack.screen.ephemerals(self.people[user] if isinstance(user, str) else user, channel)

    def direct(self, who: str | User) -> list[str]:
        """The direct messages between the bot and somebody."""
        user = self.people[who] if isinstance(who, str) else who
        bot = self.slack.bot_of(self.installation)
        return self.slack.screen.channel(self.slack.people.direct(user, bot))

    @property
    def tickets(self) -> list[Ticket]:
        return list(Ticket.objects.order_by("number"))

    def events(self, kind: str) -> list[dict[str, Any]]:
        return list(Event.objects.filter(kind=kind).order_by("id").values_list("data", flat=True))

    def differences(self) -> list[object]:
        """What the audit finds; nothing, or the record is wrong."""
        return [difference for _, found in audit() for difference in found]

    def close(self) -> None:
        self.courier.close()
        self.slack.close()

    def _hire(self) -> None:
        for handle, level, team, role in CAST:
            agent = Agent.objects.create_user(
                f"{handle}@desk.example", handle=handle, name=f"{handle.title()} Miller", level=level, role=role
            )
            Membership.objects.create(agent=agent, team=Team.objects.get_or_create(name=team)[0])
            address = f"{self.team.id}/{self.people[handle].id}"
            ContactMethod.objects.create(agent=agent, channel="slack", address=address)
        frontline = Team.objects.get(name="frontline")
        frontline.lead = Agent.objects.get(handle="sam")
        frontline.save()

    def _connect(self) -> None:
        self.workspace = Workspace.objects.create(
            team=self.team.id,
            name=self.team.name,
            app=self.slack.state.app.id,
            bot_user=self.installation.bot_user_id,
            bot=self.installation.bot_id,
            scopes=sorted(self.installation.scopes),
            token=seal(self.slack.token_of(self.installation)),
            signing_secret=seal(self.slack.state.app.signing_secret),
            connected_at=self.now - timedelta(hours=1),
        )
        # By the story's clock: the database's stands in the future on some days, and in the past on others.
        Workspace.objects.update(connected_at=self.now - timedelta(minutes=1))
        self.workspace.refresh_from_db()
        signature.secrets.read()
        acme = Customer.objects.create(name="Acme", tier="business")
        for channel in self.channels.values():
            self.knows(channel)
        self.knows(self.shared, watched=True, customer=acme, is_external=True)

    def knows(self, channel: Channel, **facts: Any) -> SlackChannel:
        """Connect a channel to the desk."""
        known = {"name": channel.name, "is_member": True, **facts}
        return SlackChannel.objects.create(workspace=self.workspace, channel=channel.id, **known)


@contextmanager
def slack_world(settings: LazySettings, policy: str | None = None) -> Iterator[SlackWorld]:
    """A desk under the reference policy, or under another."""
    _forget()
    made: list[SlackWorld] = []
    with clock.cranked(lambda: made[0].now if made else TUESDAY):
        world = SlackWorld()
        made.append(world)
        settings.SLACK_API_URL = world.slack.api_url
        settings.BASE_URL = "https://desk.example"
        published = publish(policy or REFERENCE, author="agent:carla", reason="story", now=world.now)
        assert isinstance(published, Published), published
        try:
            yield world
        finally:
            world.close()
            _forget()


def _forget() -> None:
    """What a process remembers of the desk it serves: another story is another desk, with a version 1 of its own."""
    compiled.cache_clear()
    registry.forget()
    history.forget()
    mentions.forget()

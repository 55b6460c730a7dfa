"""A desk whose Slack is the fake one, over a real PostgreSQL, with a clock that is cranked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings

from rung.channels.slack.connection import manifest
from rung.channels.slack.models import SlackChannel, Workspace
from rung.outbox import registry
from rung.people.clock import cranked
from rung.people.vault import seal
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.model import Channel

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class SlackDesk:
    """Our workspace with ann and ben, the customer Acme with zoe, a shared channel, #triage and #escalations."""

    def __init__(self) -> None:
        self.now = TUESDAY
        self.slack = FakeSlack(self.seconds)
        self.slack.configure(manifest.manifest("Rung", "http://desk.example"))
        self.team, self.acme = self.slack.team("Desk"), self.slack.team("Acme")
        self.ann, self.ben = self.slack.user(self.team, "ann"), self.slack.user(self.team, "ben")
        self.zoe = self.slack.user(self.acme, "zoe")
        self.triage = self.slack.channel(self.team, "triage", self.ann, self.ben)
        self.escalations = self.slack.channel(self.team, "escalations", self.ben)
        self.shared = self.slack.channel(self.team, "acme", self.ann, self.zoe, shared_with=(self.acme,))
        self.installation = self.slack.install(self.team, self.triage, self.escalations, self.shared)
        self.workspace = Workspace.objects.create(
            team=self.team.id,
            name="Desk",
            app=self.slack.state.app.id,
            bot_user=self.installation.bot_user_id,
            bot=self.installation.bot_id,
            scopes=sorted(self.installation.scopes),
            token=seal(self.slack.token_of(self.installation)),
            signing_secret=seal(self.slack.state.app.signing_secret),
        )
        for channel in (self.triage, self.escalations, self.shared):
            self.knows(channel)

    def seconds(self) -> float:
        return self.now.timestamp()

    def knows(self, channel: Channel, **details: object) -> SlackChannel:
        facts = {"name": channel.name, "is_member": True, **details}
        row, _ = SlackChannel.objects.update_or_create(workspace=self.workspace, channel=channel.id, defaults=facts)
        return row

    def passes(self, **units: float) -> None:
        self.now += timedelta(**units)


@pytest.fixture
def desk(db: None, settings: LazySettings) -> Iterator[SlackDesk]:
    made = SlackDesk()
    settings.SLACK_API_URL = made.slack.api_url
    registry.forget()
    with cranked(lambda: made.now):
        yield made
    made.slack.close()
    registry.forget()

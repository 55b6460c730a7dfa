"""What the benchmarks of Slack's events share: a workspace without any Slack, and messages as it sends them."""

import hashlib
import hmac
import time
from typing import Any

from rung.channels.slack.models import PersonSeen, SlackChannel, Workspace
from rung.people.clock import database_now
from rung.people.models import Customer
from rung.people.vault import seal

TEAM, SECRET = "T0BENCH", "bench-signing-secret"
PEOPLE = 200
#: Of one customer each, as support by Slack has them.
CHANNELS = 20
#: Every fourth message begins a conversation; the others go on in it.
A_CONVERSATION = 4


def connect() -> None:
    """A workspace, a watched channel, and people Slack has described, so that nobody is asked."""
    workspace = Workspace.objects.create(
        team=TEAM, name="Bench", bot_user="U0BOT", bot="B0BOT", app="A0BENCH", signing_secret=seal(SECRET)
    )
    for number in range(CHANNELS):
        customer = Customer.objects.create(name=f"Acme {number}", tier="business")
        SlackChannel.objects.create(
            workspace=workspace,
            channel=channel(number),
            name=f"acme-{number}",
            watched=True,
            customer=customer,
            is_member=True,
        )
    now = database_now()
    PersonSeen.objects.bulk_create(
        PersonSeen(workspace=workspace, user=f"U{number:04d}", team="T0ACME", name=f"Person {number}", asked_at=now)
        for number in range(PEOPLE)
    )


def channel(person: int) -> str:
    """Where that person writes."""
    return f"C{person % CHANNELS:04d}"


def message(number: int, began: float) -> dict[str, Any]:
    """The envelope of the message of that number. Conversations are a day apart, so that no two are one burst."""
    conversation, place = divmod(number, A_CONVERSATION)
    root = began - 86_400 * (conversation // PEOPLE + 1) + 10 * (conversation % PEOPLE)
    event: dict[str, Any] = {
        "type": "message",
        "channel": channel(conversation % PEOPLE),
        "channel_type": "channel",
        "user": f"U{conversation % PEOPLE:04d}",
        "user_team": "T0ACME",
        "text": f"Order {number} has not arrived and we need it as soon as possible, please look.",
        "ts": f"{root + place:.6f}",
    }
    if place:
        event["thread_ts"] = f"{root:.6f}"
    return {
        "type": "event_callback",
        "event_id": f"Ev{number:08d}",
        "team_id": TEAM,
        "authorizations": [{"team_id": TEAM}],
        "event": event,
    }


def signed(body: bytes) -> dict[str, str]:
    """The headers by which Slack proves itself."""
    at = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": f"v0={digest}",
    }

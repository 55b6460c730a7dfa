"""A workspace has let us go: nothing is sent there any more, and the desk's owners hear why, by another way."""

from __future__ import annotations

import json
from datetime import datetime

from slack_sdk.errors import SlackApiError, SlackClientError

from rung.channels.slack.clients import client_of
from rung.channels.slack.models import Workspace
from rung.channels.slack.outcomes import DISCONNECTED, code_of, of_error
from rung.core.effects import NoticeKind, Subject
from rung.outbox import enqueue
from rung.outbox.addresses import APP, AddressBook
from rung.outbox.enqueue import NewDelivery
from rung.outbox.models import Rank, State
from rung.outbox.ports import Never
from rung.people.models import Agent, Role
from rung.policies.versions import compiled, current_number


def switch_off(team: str, why: str, now: datetime) -> None:
    """Once: a workspace that is off already stays as it is."""
    if not Workspace.objects.filter(team=team, active=True).update(active=False, off_why=why[:300]):
        return
    name = Workspace.objects.get(team=team).name
    book = AddressBook.read(compiled(current_number()).policy)
    owners = Agent.objects.filter(role=Role.OWNER, is_active=True).values_list("handle", flat=True)
    rows = [_told(handle, f"Slack: {name} is switched off", why, book, now) for handle in owners]
    enqueue.insert(rows)


def look(now: datetime) -> None:
    """Ask each workspace whether it still knows us: where only customers write, nothing else would notice."""
    for workspace in Workspace.objects.filter(active=True):
        try:
            client_of(workspace, now).auth_test()
        except (SlackApiError, SlackClientError, OSError) as error:
            outcome = of_error("auth.test", error)
            if code_of(error) in DISCONNECTED and isinstance(outcome, Never):
                switch_off(workspace.team, outcome.reason, now)


def _told(handle: str, title: str, why: str, book: AddressBook, now: datetime) -> NewDelivery:
    to = f"agent:{handle}"
    first, *others = (one for one in book.of(to, NoticeKind.MOMENT) if one.channel != "slack")
    in_app = first.channel == APP
    return NewDelivery(
        key=f"slack-off/{now.isoformat()}/{to}",
        ticket_id=None,
        event=0,
        kind=NoticeKind.MOMENT.value,
        subject=Subject.ALERT.value,
        rule="",
        step="",
        cycle=None,
        recipient=to,
        instead_of="",
        channel=first.channel,
        destination=first.destination,
        fallbacks=json.dumps(others),
        lane="" if in_app else enqueue.lane_of(first.channel, NoticeKind.MOMENT, first.destination),
        rank=Rank.OFFER,
        priority="",
        exempt=True,
        title=title,
        words=f"{why} Nothing is lost: what was to be said there waits in the app.",
        message_id=None,
        what="",
        state=State.SENT if in_app else State.WAITING,
        next_attempt_at=None if in_app else now,
        due_at=now,
        created_at=now,
        deadline=None,
        sent_at=now if in_app else None,
    )

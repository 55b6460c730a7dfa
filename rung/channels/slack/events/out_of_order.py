"""Slack keeps no order: what is said about a message may come before the message."""

from __future__ import annotations

from datetime import datetime, timedelta

from rung.channels.slack.models import SlackChannel, Workspace
from rung.intake.batch import NotYet

#: Slack repeats what it could not tell after one and after five minutes.
MAY_STILL_COME = timedelta(minutes=10)


def for_message(workspace: Workspace, channel: str, ts: str, now: datetime) -> None:
    """Raises NotYet while a message written at about `ts` may still come, where it would be somebody's request."""
    if now.timestamp() - float(ts or 0) >= MAY_STILL_COME.total_seconds():
        return
    rows = SlackChannel.objects.filter(workspace=workspace, channel=channel, watched=True)
    if channel.startswith("D") or rows.exists():
        raise NotYet("the message it is about has not come yet")

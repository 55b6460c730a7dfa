"""Home tabs that may still be before somebody's eyes are drawn again when what they list has changed."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from slack_sdk.errors import SlackApiError, SlackClientError

from rung.channels.slack.api.members import CannotAsk
from rung.channels.slack.home import content
from rung.channels.slack.models import HomeTab

log = structlog.get_logger(__name__)

#: So long after it was opened or pressed in, a tab is taken to be open.
OPEN_FOR = timedelta(minutes=30)
#: How often each is looked at, at most.
LOOK_EVERY = timedelta(seconds=10)
#: In one round: with a round every ten seconds, 60 a minute of the 100 that Slack grants `views.publish`.
AT_ONCE = 10


def redraw(now: datetime) -> int:
    """One round; how many were drawn anew. Only what has changed is sent. Any number of processes may do it."""
    HomeTab.objects.filter(opened_at__lt=now - OPEN_FOR).delete()
    drawn = 0
    for tab in _claimed(now):
        try:
            drawn += content.draw_again(tab, now)
        except (CannotAsk, SlackApiError, SlackClientError, OSError) as error:
            log.info("a Home tab could not be drawn again", user=tab.user, error=str(error))
    return drawn


def _claimed(now: datetime) -> list[HomeTab]:
    """Those nobody has looked at lately, the longest ago first."""
    with transaction.atomic():
        waiting = HomeTab.objects.filter(looked_at__lte=now - LOOK_EVERY, workspace__active=True)
        locked = waiting.select_related("workspace").select_for_update(skip_locked=True, of=("self",))
        claimed = list(locked.order_by("looked_at", "pk")[:AT_ONCE])
        HomeTab.objects.filter(pk__in=[tab.pk for tab in claimed]).update(looked_at=now)
    return claimed

"""The database's clock went back: what was to happen a moment later is not to wait for hours."""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F

from rung.outbox.models import ClockStep, Delivery, Heartbeat, LaneState, State

log = structlog.get_logger(__name__)

#: Clocks are corrected by less than this all the time.
NOTICED = timedelta(seconds=2)


def stepped_back(loop: str, now: datetime) -> timedelta | None:
    """How far the clock went back since this was last asked for that loop, by whichever process; None: it did not."""
    with transaction.atomic():
        Heartbeat.objects.get_or_create(loop=f"clock {loop}", process="", defaults={"at": now})
        mark = Heartbeat.objects.select_for_update().get(loop=f"clock {loop}", process="")
        back, mark.at = mark.at - now, now
        mark.save(update_fields=["at"])
    return back if back > NOTICED else None


def look(now: datetime) -> None:
    """Called with the courier's heartbeat: what waits for a moment that has moved away goes on."""
    back = stepped_back("courier", now)
    if back is None:
        return
    log.warning("the database's clock went back", seconds=round(back.total_seconds(), 1))
    with transaction.atomic():
        ClockStep.objects.create(at=now, back=back)
        LaneState.objects.filter(free_at__gt=now).update(free_at=F("free_at") - back)
        ahead = Delivery.objects.filter(next_attempt_at__gt=now, state=State.WAITING)
        ahead.update(next_attempt_at=F("next_attempt_at") - back)
        Delivery.objects.filter(leased_until__gt=now, state=State.SENDING).update(leased_until=F("leased_until") - back)
        # What a process that has died since reported would look like news for as long as the clock went back.
        Heartbeat.objects.filter(at__gt=now + NOTICED).delete()

"""What runs beside the sorter: the log of changes goes out to the endpoint an owner chose, in its order."""

import threading

import structlog
from django.db import close_old_connections, connection, transaction

from rung.channels.webhook.adapter import send_change
from rung.channels.webhook.models import Endpoint
from rung.outbox.ports import Sent
from rung.people.changes import LogStream, UntoldChange
from rung.people.database_errors import AWAY

log = structlog.get_logger(__name__)

LOOK_EVERY = 2.0
#: Seconds until a change that was not taken is sent again; doubled each time, up to the second.
FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0


def begin(stop: threading.Event) -> None:
    """Until asked to stop."""
    wait = FIRST_WAIT
    try:
        while not stop.is_set():
            taken = _round(stop)
            stop.wait(LOOK_EVERY if taken else wait)
            wait = FIRST_WAIT if taken else min(wait * 2, LONGEST_WAIT)
    finally:
        connection.close()


def _round(stop: threading.Event) -> bool:
    try:
        close_old_connections()
        return send_waiting(stop)
    except AWAY as lost:
        log.warning("the log of changes waits for the database", error=str(lost).strip())
    except Exception:  # it is tried again, and said
        log.exception("a change could not be sent out")
    return False


def send_waiting(stop: threading.Event | None = None) -> bool:
    """Send what waits, the oldest first. False: one was not taken, and is still there.

    Each is deleted once it was taken, so none is lost; one that was taken and not deleted comes again under the same
    `webhook-id`. Of several hosts one sends at a time: the row is locked meanwhile.
    """
    while stop is None or not stop.is_set():
        with transaction.atomic():
            waiting = UntoldChange.objects.select_for_update(of=("self",)).select_related("change")
            first = waiting.order_by("change_id").first()
            if first is None:
                return True
            stream = LogStream.objects.first()
            name = stream.to.removeprefix("webhook:") if stream else ""
            endpoint = Endpoint.objects.filter(name=name, disabled_at=None).first()
            if endpoint is None or not isinstance(send_change(endpoint, first.change), Sent):
                return False
            first.delete()
    return True

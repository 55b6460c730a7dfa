"""What a pigeon brings from a customer opens a ticket, or joins the one that is open from its loft."""

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rung.people.requester_lookup import requester_for
from rung.tickets.actions import conversation
from rung.tickets.message_rows import MessageText
from rung.tickets.models import IS_OPEN, Ticket

#: Set by `begin`, so that a test sees it was called.
BEGUN = threading.Event()


def sort(envelope: Mapping[str, Any], now: datetime) -> str:
    """`{"id", "loft", "from", "text"}`."""
    asker = requester_for(name=str(envelope["from"]))
    assert asker is not None
    by = f"customer:{asker.pk}"
    words = MessageText(text=str(envelope["text"]), author_name=asker.name, external_id=str(envelope["id"]))
    open_one = Ticket.objects.filter(IS_OPEN, channel="pigeon", thread=envelope["loft"]).first()
    if open_one is not None:
        conversation.customer_message(open_one.number, words, by=by, now=now)
        return f"joined ticket {open_one.number}"
    made = conversation.open_ticket(
        words.text, words, by=by, channel="pigeon", thread=str(envelope["loft"]), requester=asker, now=now
    )
    return f"opened ticket {made.ticket}"


def begin(stop: threading.Event) -> None:
    BEGUN.set()
    stop.wait()

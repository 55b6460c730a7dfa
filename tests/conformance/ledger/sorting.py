"""What the ledger tells us of an entry: `{"id", "issue", "status", "by_us"}`, by its hook or by a poll."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rung.tickets.actions import merging
from rung.tickets.models import Link


def sort(envelope: Mapping[str, Any], now: datetime) -> str:
    link = Link.objects.filter(tracker="ledger", issue=envelope["issue"]).first()
    if link is None:
        return "nobody here knows this entry"
    merging.third_party_moved(
        link.ticket_id,
        "ledger",
        link.issue,
        by="bot:ledger",
        status=envelope.get("status"),
        own=bool(envelope.get("by_us")),
        client_key=f"ledger/{envelope['id']}",  # its hook and a poll may both tell us
        now=now,
    )
    return f"moved: {link.issue}"

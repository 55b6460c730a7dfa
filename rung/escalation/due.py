"""The tickets that are due: claimed in batches, each by one ticker, with all that a look at them needs."""

from datetime import datetime
from typing import NamedTuple

from django.db import connection

from rung.core.case import case as cases
from rung.core.case.case import Case
from rung.outbox.addresses import CustomerAddress
from rung.outbox.enqueue import About

BATCH = 250

_COLUMNS = """
    t.number, t.snapshot, t.wake_at, t.subject, t.channel, t.thread, c.name, r.email, t.attempts
    FROM tickets_ticket t
    LEFT JOIN people_customer c ON c.id = t.customer_id
    LEFT JOIN people_requester r ON r.id = t.requester_id
"""
CLAIM = f"""
    SELECT {_COLUMNS}
    WHERE t.wake_at <= %s ORDER BY t.wake_at LIMIT %s
    FOR NO KEY UPDATE OF t SKIP LOCKED
"""
_CLAIM_ONE = f"""
    SELECT {_COLUMNS}
    WHERE t.number = %s AND t.wake_at <= %s
    FOR NO KEY UPDATE OF t SKIP LOCKED
"""


class DueTicket(NamedTuple):
    """A claimed row. `attempts`: how often its look has raised before."""

    number: int
    snapshot: bytes
    wake_at: datetime
    about: About
    attempts: int

    def case(self) -> Case:
        """Read when it is looked at, so that a ticket which cannot be read stops only its own look."""
        return cases.decode(self.snapshot)


def claim_batch(now: datetime, most: int = BATCH) -> list[DueTicket]:
    """Those due longest, locked until the transaction ends; what another ticker holds is passed over."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [now, most])
        return [_due(row) for row in cursor.fetchall()]


def claim_one(number: int, now: datetime) -> DueTicket | None:
    """One ticket, if it is still due and nobody holds it."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_ONE, [number, now])
        row = cursor.fetchone()
    return _due(row) if row else None


def next_due_at() -> datetime | None:
    """When the next ticket will be due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(wake_at) FROM tickets_ticket WHERE wake_at IS NOT NULL")
        (at,) = cursor.fetchone()
    return at if isinstance(at, datetime) else None


def _due(row: tuple[object, ...]) -> DueTicket:
    number, snapshot, wake_at, subject, channel, thread, customer, email, attempts = row
    assert isinstance(number, int)  # noqa: S101  for the type checker
    return DueTicket(
        number=number,
        snapshot=bytes(snapshot),  # type: ignore[call-overload]
        wake_at=wake_at,  # type: ignore[arg-type]
        about=About(
            ticket=number,
            subject=str(subject),
            customer=str(customer) if customer else None,
            where=CustomerAddress(str(channel), str(thread), str(email or "")),
        ),
        attempts=int(str(attempts)),
    )

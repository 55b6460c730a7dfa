"""Due tickets are looked at: the one place that draws conclusions from the passing of time."""

import threading
import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial

import structlog
from django.db import transaction

from rung.core.reckoning.earlier_case import EarlierCase
from rung.core.reckoning.reckon import reckon_in_place
from rung.escalation import due, poison_tickets
from rung.escalation.apply import Looked, write
from rung.escalation.due import DueTicket
from rung.escalation.heartbeat import call_heartbeat_url
from rung.escalation.roster_cache import RosterCache
from rung.outbox import loop, notify
from rung.outbox.loop import Loop
from rung.people.clock import database_now
from rung.people.database_errors import AWAY
from rung.policies.versions import compiled
from rung.tickets.history import events_of

log = structlog.get_logger(__name__)


def run(stop: threading.Event) -> None:
    """Until asked to stop."""
    rosters = RosterCache()

    def rounds() -> int:
        ends, done = time.monotonic() + loop.ROUND_LASTS, 0
        while not stop.is_set() and time.monotonic() < ends and (looked := look_at_batch(rosters)):
            done += looked
        return done

    loop.run(
        Loop(
            name="ticker",
            channel=notify.TICKER,
            round=rounds,
            next_at=due.next_due_at,
            beat=call_heartbeat_url,
        ),
        stop,
    )


def look_at_all_due(rosters: RosterCache | None = None) -> int:
    """Look until nothing is due at this moment; how many looks that took. For stories and commands."""
    known = rosters or RosterCache()
    done = 0
    while looked := look_at_batch(known):
        done += looked
    return done


def look_at_batch(rosters: RosterCache, most: int = due.BATCH) -> int:
    """One batch, one transaction; how many tickets were looked at. If one raises, they are taken one by one."""
    numbers: list[int] = []
    try:
        with transaction.atomic():
            now = database_now()
            batch = due.claim_batch(now, most)
            numbers = [ticket.number for ticket in batch]
            _look(batch, rosters, now)
        return len(numbers)
    except AWAY:
        raise  # the database, not a ticket
    except Exception:
        if not numbers:
            raise
        log.exception("a look at a batch of tickets raised; taking them one by one", tickets=len(numbers))
        rosters.forget()
    return sum(_look_alone(number, rosters) for number in numbers)


def _look_alone(number: int, rosters: RosterCache) -> int:
    try:
        with transaction.atomic():
            now = database_now()
            ticket = due.claim_one(number, now)
            _look([ticket] if ticket else [], rosters, now)
    except AWAY:
        raise
    except Exception as raised:
        log.exception("a look at a ticket raised; it is parked", ticket=number)
        rosters.forget()
        poison_tickets.park(number, raised)
    return 1


def _look(batch: Sequence[DueTicket], rosters: RosterCache, now: datetime) -> None:
    if not batch:
        return
    roster, looked = rosters.at(now), []
    for ticket in batch:
        case = ticket.case()
        policy = compiled(case.policy)
        assigned = case.assignee
        decision = reckon_in_place(case, policy, roster, now, past=EarlierCase(partial(events_of, ticket.number)))
        if decision.case.assignee != assigned:
            rosters.shift_load(assigned, decision.case.assignee)
        looked.append(Looked(ticket, decision, policy))
    write(looked, roster, now)

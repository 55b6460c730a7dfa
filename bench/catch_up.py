"""After an outage: 100,000 tickets are due at once. Tickets a second, against bare SQL doing the same row work.

Two references in the same run: `bare_sql`, a client that claims the rows and writes as many rows of the same size with
the ticker's own kinds of statement, all of them prepared beforehand; and `one_statement`, where nothing leaves the
database at all. Neither reads a case, decides, or knows a policy.
"""

import json
from datetime import datetime, timedelta

from django.db import connection, transaction

from bench import filled_desk
from bench.workers import in_processes
from rung.escalation.due import BATCH, CLAIM
from rung.escalation.ticker import look_at_all_due
from rung.outbox import registry
from rung.outbox.models import Delivery
from rung.people.clock import database_now
from rung.tickets.models import Event, Ticket

BAR = 0.40
TICKETS = 100_000
EVENTS = 20
CONNECTIONS = 2


def run(scale: float = 1.0) -> dict[str, object]:
    """Fill a desk, let one, two and four tickers catch up, then do the same row work to the same tickets bare."""
    tickets = round(TICKETS * scale)
    policy = filled_desk.make_desk()
    now = database_now()
    history, case = filled_desk.waiting_history(filled_desk.read_reference()[1], now, EVENTS)
    filled_desk.fill(tickets + 2 * (tickets // 4), history, case, None, events=True)
    others = {count: _catch_up(tickets // 4, count, now) for count in (1, 4)}
    before = _rows()
    seconds = _catch_up(tickets, CONNECTIONS, now)
    made = {name: count - before[name] for name, count in _rows().items()}
    written = _rows()
    bare_seconds = _reference("bare_sql", tickets, now, len(history))
    bare = {name: count - written[name] for name, count in _rows().items()}
    one_statement_seconds = _reference("one_statement", tickets, now, len(history))
    return {
        "policy": policy,
        "tickets": tickets,
        "events_a_ticket": len(history),
        "connections": CONNECTIONS,
        "written_by_rung": made,
        "written_by_bare_sql": bare,
        "escalations_per_second": round(made["offers"] / seconds),
        "with_tickers": {str(count): round(tickets // 4 / spent) for count, spent in others.items()},
        "bare_sql_per_second": round(tickets / bare_seconds),
        "one_statement_per_second": round(tickets / one_statement_seconds),
        "ratio": round(bare_seconds / seconds, 3),
        "ratio_to_one_statement": round(one_statement_seconds / seconds, 3),
        "bar": BAR,
    }


def _catch_up(tickets: int, tickers: int, now: datetime) -> float:
    """Make so many tickets due that nobody has looked at yet, and let tickers look at them. Seconds."""
    asleep = Ticket.objects.filter(wake_at=None).order_by("number").values("number")[:tickets]
    Ticket.objects.filter(number__in=asleep).update(wake_at=now - timedelta(minutes=1))
    filled_desk.settle()
    connection.close()
    return in_processes(__name__, "catch_up", tickers)


def prepare() -> None:
    """What a ticker that has run for a while has done: its adapters are loaded, its connection is open."""
    registry.channels()
    database_now()


def catch_up() -> int:
    """One ticker's share."""
    return look_at_all_due()


def bare_sql(length: int) -> int:
    """Claim a batch, update it, copy its events, insert its deliveries: rows prepared once, nothing read or decided."""
    rows = _Rows(length, shift=1000)
    now = database_now()
    done = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(CLAIM, [now, BATCH])
            numbers = [row[0] for row in cursor.fetchall()]
            if not numbers:
                return done
            cursor.execute(rows.update, ["[" + ",".join(rows.ticket % number for number in numbers) + "]"])
            with cursor.copy(_COPY_EVENTS) as copy:
                copy.write("".join(line % number for number in numbers for line in rows.events))
            said = ",".join(one % (number, number) for number in numbers for one in rows.deliveries)
            cursor.execute(rows.insert, [f"[{said}]"])
        done += len(numbers)


def one_statement(length: int) -> int:
    """The same in one statement on the server, from rows that are there already."""
    rows = _Rows(length, shift=2000)
    now = database_now()
    values: dict[str, str | int | datetime] = {
        "now": now,
        "batch": BATCH,
        "snapshot": rows.snapshot,
        "events": rows.events_json,
        "first": rows.first,
    }
    done = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(rows.all_at_once, values)
            (moved,) = cursor.fetchone()
        if not moved:
            return done
        done += moved


class _Rows:
    """What the ticker wrote for the first ticket, as templates for every other: `%s` stands for its number."""

    def __init__(self, length: int, shift: int) -> None:
        first = Ticket.objects.order_by("-number").first()
        assert first is not None  # noqa: S101  the desk was filled
        self.first = first.number
        self.snapshot = bytes(first.snapshot).decode()
        fresh = Event.objects.filter(ticket=first, number__gt=length, number__lt=1000).order_by("number")
        events = [(shift + one.number, one.kind, one.by, _other_cycle(one.data, shift)) for one in fresh]
        at = first.changed_at.isoformat()
        self.events = [
            f"%s\t{number}\t{at}\t{kind}\t{by}\t{_escaped(json.dumps(data))}\n" for number, kind, by, data in events
        ]
        self.events_json = json.dumps(
            [{"number": number, "kind": kind, "by": by, "data": data} for number, kind, by, data in events]
        )
        wake_at = (first.changed_at + timedelta(days=1)).isoformat()
        self.ticket = f'{{"number":%s,"wake_at":"{wake_at}","at":"{at}","snapshot":{_escaped(self.snapshot, "%")}}}'
        self.update = """
            UPDATE tickets_ticket t SET snapshot = convert_to(new.snapshot::text, 'UTF8'), wake_at = new.wake_at,
                changed_at = new.at, offered_at = new.at, events_count = t.events_count + 1
            FROM json_to_recordset(%s::json) AS new (number bigint, wake_at timestamptz, at timestamptz, snapshot json)
            WHERE t.number = new.number
        """
        columns = [str(field.column) for field in Delivery._meta.concrete_fields]
        names = [column for column in columns if column not in ("id", "key", "ticket_id")]
        told = Delivery.objects.filter(ticket=first, created_at__gte=first.changed_at)
        self.deliveries = [f'{{"ticket":%s,"key":"%s/{shift}/{one.pk}","like":{one.pk}}}' for one in told]
        self.insert = f"""
            INSERT INTO outbox_delivery (key, ticket_id, {", ".join(names)})
            SELECT new.key, new.ticket, {", ".join("d." + name for name in names)}
            FROM json_to_recordset(%s::json) AS new (ticket bigint, key text, "like" bigint)
            JOIN outbox_delivery d ON d.id = new."like"
        """  # noqa: S608  made of column names
        self.all_at_once = f"""
            WITH due AS (
                SELECT number FROM tickets_ticket WHERE wake_at <= %(now)s ORDER BY wake_at LIMIT %(batch)s
                FOR NO KEY UPDATE SKIP LOCKED
            ), moved AS (
                UPDATE tickets_ticket t SET snapshot = convert_to(%(snapshot)s, 'UTF8'), wake_at = '{wake_at}',
                    changed_at = %(now)s, offered_at = %(now)s, events_count = t.events_count + 1
                FROM due WHERE t.number = due.number RETURNING t.number
            ), written AS (
                INSERT INTO tickets_event (ticket_id, number, at, kind, by, data)
                SELECT m.number, x.number, %(now)s, x.kind, x.by, x.data
                FROM moved m, jsonb_to_recordset(%(events)s::jsonb) AS x (number int, kind text, by text, data jsonb)
            ), said AS (
                INSERT INTO outbox_delivery (key, ticket_id, {", ".join(names)})
                SELECT m.number || '/{shift}/' || d.id, m.number, {", ".join("d." + name for name in names)}
                FROM moved m, outbox_delivery d WHERE d.id IN ({", ".join(str(one.pk) for one in told)})
            )
            SELECT count(*) FROM moved
        """  # noqa: S608  made of column names and numbers


def _reference(name: str, tickets: int, now: datetime, length: int) -> float:
    """Make as many due again, let the database settle, and time one reference."""
    Ticket.objects.update(wake_at=None)
    again = Ticket.objects.order_by("-number").values("number")[:tickets]
    Ticket.objects.filter(number__in=again).update(wake_at=now - timedelta(minutes=1))
    filled_desk.settle()
    connection.close()
    return in_processes(__name__, name, CONNECTIONS, length)


def _other_cycle(data: dict[str, object], shift: int) -> dict[str, object]:
    """The same event, of another cycle: steps fire once in a cycle, and the schema holds that here too."""
    cycle = data.get("cycle")
    return {**data, "cycle": cycle + shift} if isinstance(cycle, int) else data


def _escaped(text: str, also: str = "") -> str:
    r"""Ready for COPY, and for Python's `%`. With `also`, only the latter."""
    return (text if also else text.replace("\\", "\\\\")).replace("%", "%%")


_COPY_EVENTS = "COPY tickets_event (ticket_id, number, at, kind, by, data) FROM STDIN"


def _rows() -> dict[str, int]:
    return {
        "offers": Event.objects.filter(kind="offered").count(),
        "events": Event.objects.count(),
        "deliveries": Delivery.objects.count(),
    }

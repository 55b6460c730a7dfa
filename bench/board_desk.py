"""A desk of a million tickets for the `board` benchmark, made by the database itself: ten thousand of them open, with
two messages each and everything that is written on them to be searched."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from bench import filled_desk
from rung.core.case import case as cases
from rung.people.models import Agent, Role
from rung.tickets.models import Ticket
from rung.tickets.ticket_columns import columns

#: Different texts of messages; tickets share them, as those of one product do.
TEXTS = 20_000
VOCABULARY = 30_000
CUSTOMERS = 2_000
#: Of ten open tickets, as many are among the newest twentieth of all.
RECENT = 7
SPAN = timedelta(days=730)


def fill(count: int, open_count: int, now: datetime) -> None:
    """`count` tickets, `open_count` of them open, the other ones resolved over the last two years."""
    _people()
    history, case = filled_desk.waiting_history(filled_desk.read_reference()[1], now, 6)
    first = Ticket.objects.create(
        subject="x", opened_at=history[0].at, changed_at=now, snapshot=cases.encode(case), **columns(case)
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX ticket_words")
        for table in ("tickets_ticket", "tickets_message", "tickets_ticketwords"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in (_TEXTS, _PEOPLE):
            cursor.execute(statement, {"texts": TEXTS, "vocabulary": VOCABULARY, "customers": CUSTOMERS})
        facts: dict[str, Any] = {"count": count, "open": open_count, "first": first.number, "now": now}
        facts |= {"texts": TEXTS, "customers": CUSTOMERS, "recent": RECENT, "span": SPAN}
        cursor.execute(_tickets(), facts)
        cursor.execute("DELETE FROM tickets_ticket WHERE number = %(first)s", facts)
        cursor.execute(_MESSAGES, facts)
        cursor.execute(_WORDS, facts)
        for table in ("tickets_ticket", "tickets_message", "tickets_ticketwords"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute("CREATE INDEX ticket_words ON tickets_ticketwords USING gin (words)")
    for table in ("tickets_ticket", "tickets_message", "tickets_ticketwords", "people_customer"):
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def _people() -> None:
    for place in range(40):
        handle, level = f"agent-{place}", ("L1", "L2", "L3")[place % 3]
        Agent.objects.create_user(
            f"{handle}@localhost", handle=handle, name=f"Agent {place}", role=Role.AGENT, level=level
        )


def _tickets() -> str:
    """One INSERT of them all: the columns that lists look at are drawn at random, the rest is the first one's."""
    drawn = {
        "subject": "(SELECT subject FROM bench_text b WHERE b.place = 1 + t.n %% %(texts)s)",
        "status": "CASE WHEN NOT t.open THEN 'resolved' WHEN t.turn = 'customer' THEN 'pending'"
        " WHEN t.turn = 'third_party' THEN 'on_hold' ELSE 'open' END",
        "turn": "CASE WHEN t.open THEN t.turn ELSE 'nobody' END",
        "priority": "(ARRAY['urgent','high','normal','low'])[t.rank + 1]",
        "priority_rank": "t.rank",
        "critical": "t.a < 0.002",
        "category": "(ARRAY['outage','billing','sso','question','other',''])[1 + t.n %% 6]",
        "path": "CASE WHEN t.n %% 10 = 0 THEN 'billing' ELSE 'support' END",
        "level": "(ARRAY['L1','L1','L1','L2','L2','L3','management'])[1 + t.n %% 7]",
        "assignee_id": "CASE WHEN t.b < 0.15 AND t.open THEN NULL ELSE 'agent-' || (t.n * 7 %% 40) END",
        "offered_to": "CASE WHEN t.open AND t.c < 0.03 THEN 'L2' ELSE '' END",
        "offered_at": "CASE WHEN t.open AND t.c < 0.03 THEN %(now)s - interval '1 hour' * t.a END",
        "customer_id": "(SELECT min(id) FROM people_customer) + t.n * 31 %% %(customers)s",
        "requester_id": "(SELECT min(id) FROM people_requester) + t.n * 31 %% %(customers)s",
        "opened_at": "t.at",
        "changed_at": "least(%(now)s, t.at + interval '2 days' * t.b)",
        "over_at": "CASE WHEN NOT t.open THEN least(%(now)s, t.at + interval '2 days' * t.b) END",
        "next_deadline_at": "CASE WHEN t.open AND t.turn = 'ours' THEN %(now)s + interval '2 days' * (t.c - 0.05) END",
        "at_risk_at": "CASE WHEN t.open AND t.turn = 'ours' THEN %(now)s + interval '2 days' * (t.c - 0.15) END",
        "missed": "t.open AND t.turn = 'ours' AND t.c < 0.05",
        "snoozed_until": "CASE WHEN t.open AND t.a > 0.97 THEN %(now)s + interval '1 day' END",
        "wake_at": "CASE WHEN t.open THEN %(now)s + interval '30 days' END",
    }
    names = [str(field.column) for field in Ticket._meta.concrete_fields if field.column != "number"]
    values = ", ".join(drawn.get(name, f"x.{name}") for name in names)
    return f"INSERT INTO tickets_ticket ({', '.join(names)}) SELECT {values} {_DRAWN}"


_DRAWN = """
FROM tickets_ticket x, LATERAL (
    SELECT n, random() AS a, random() AS b, random() AS c,
        %(now)s - %(span)s * ((%(count)s - n)::float / %(count)s) AS at,
        width_bucket(random(), ARRAY[0.03, 0.2, 0.8]) AS rank,
        (ARRAY['ours','ours','customer','customer','third_party'])[1 + (random() * 4)::int] AS turn,
        CASE WHEN n > %(count)s * 0.95 THEN random() < %(open)s * %(recent)s / 10.0 / (%(count)s * 0.05)
            ELSE random() < %(open)s * (10 - %(recent)s) / 10.0 / (%(count)s * 0.95) END AS open
    FROM generate_series(1, %(count)s) n
) t
WHERE x.number = %(first)s ORDER BY t.n
"""

# Words as people use them: the commonest stands in every third text, most in a handful.
_TEXTS = """
CREATE TEMPORARY TABLE bench_text AS
SELECT place, text, left(text, 60) AS subject, to_tsvector('rung_words', text) AS words
FROM (
    SELECT place,
        string_agg('w' || to_hex(1 + floor(power(random(), 4) * %(vocabulary)s)::int + 4096) || 'o', ' ') AS text
    FROM generate_series(1, %(texts)s) place, generate_series(1, 45) word GROUP BY place
) drawn;
CREATE UNIQUE INDEX ON bench_text (place);
ANALYZE bench_text;
"""
_PEOPLE = """
INSERT INTO people_customer (name, tier, domains)
SELECT 'Customer ' || n, (ARRAY['enterprise','business',''])[1 + n %% 3], '{}' FROM generate_series(1, %(customers)s) n;
INSERT INTO people_requester (customer_id, name, email, language)
SELECT id, 'Person ' || id, 'person' || id || '@customer.example', '' FROM people_customer ORDER BY id;
"""
_MESSAGES = """
INSERT INTO tickets_message (ticket_id, direction, author, author_name, text, html, at, inbox)
SELECT t.number, m.direction, m.author, '', b.text, '', t.opened_at, ''
FROM tickets_ticket t,
    (VALUES ('inbound', 'customer:1', 11), ('public', 'agent:agent-1', 13)) m (direction, author, times), bench_text b
WHERE b.place = 1 + t.number * m.times %% %(texts)s
"""
_WORDS = """
INSERT INTO tickets_ticketwords (ticket_id, words)
SELECT t.number, rung_label(t) || one.words || other.words FROM tickets_ticket t
JOIN bench_text one ON one.place = 1 + t.number * 11 %% %(texts)s
JOIN bench_text other ON other.place = 1 + t.number * 13 %% %(texts)s
"""

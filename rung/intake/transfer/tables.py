"""What makes up a desk, and what an export leaves out."""

from collections.abc import Callable, Mapping

import psycopg
from django.db import connection

FORMAT = 1
ATTACHMENTS = "attachments"
MANIFEST = "manifest.json"

#: What makes up a desk, in the order it is written, each table by its key. Left out: secrets (passwords, tokens, links
#: to sign in, connections to other systems) and what only runs (deliveries, messages just received, heartbeats).
TABLES: Mapping[str, str] = {
    "people_agent": "id",
    "people_team": "id",
    "people_membership": "id",
    "people_absence": "id",
    "people_override": "id",
    "people_contactmethod": "id",
    "people_customer": "id",
    "people_requester": "id",
    "people_identity": "id",
    "people_change": "id",
    "intake_senderrule": "id",
    "web_savedview": "id",
    "policies_policyversion": "number",
    "policies_draft": "id",
    "tickets_ticket": "number",
    "tickets_event": "id",
    "tickets_message": "id",
    "tickets_attachment": "id",
    "tickets_handoff": "id",
    "tickets_link": "id",
    "tickets_relation": "id",
    "tickets_revokedlinks": "id",
}
#: Never written; read back as what lets nobody in.
SECRETS: Mapping[tuple[str, str], str] = {("people_agent", "password"): "!"}

ROWS_AT_A_TIME = 5_000

#: Told the table and how many of its rows are done.
OnProgress = Callable[[str, int], None]


class NotMovable(Exception):
    """The folder or the desk is not fit for it; the sentence says why."""


def columns_of(table: str) -> dict[str, str]:
    """Column -> PostgreSQL's type, without secrets."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, CASE WHEN data_type = 'ARRAY' THEN 'array' ELSE data_type END"
            " FROM information_schema.columns WHERE table_name = %s AND table_schema = current_schema()"
            " AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        )
        return {name: kind for name, kind in cursor.fetchall() if (table, name) not in SECRETS}


def attachment_paths() -> list[str]:
    """Of every file that came with a message, once each, in the desk's storage."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT path FROM tickets_attachment ORDER BY path")
        return [path for (path,) in cursor.fetchall()]


def raw() -> "psycopg.Connection[tuple[object, ...]]":
    """Django's own connection, for cursors that stream."""
    connection.ensure_connection()
    own = connection.connection
    assert isinstance(own, psycopg.Connection)  # noqa: S101  for the type checker
    return own

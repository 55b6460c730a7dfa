"""Telling open pages that something they show has changed. Nothing is lost if nobody listens: pages ask again."""

from django.db import connection

CHANNEL = "rung_live"


def changed(*topics: str) -> None:
    """Say, when this transaction commits, that these topics changed: `triage`, `ticket:42`, `person:sam`, `policy`.

    Topics only, never what changed: each page fetches again what its reader may see.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_notify(%s, topic) from unnest(%s::text[]) as topic", [CHANNEL, list(dict.fromkeys(topics))]
        )

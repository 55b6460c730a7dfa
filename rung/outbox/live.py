"""Telling open pages that something they show has changed. Nothing is lost if nobody listens: pages ask again."""

import json

from django.db import connection

CHANNEL = "rung_live"
#: As a statement, for those who have more to say at once; `topics` is an expression there.
CHANGED = f"SELECT pg_notify('{CHANNEL}', topic) FROM unnest({{topics}}) AS topic"  # noqa: S608  our own name
_CHANGED = CHANGED.format(topics="%s::text[]")
#: How a message begins that says who is where, and is passed on as it is.
PRESENCE = "presence "


def changed(*topics: str) -> None:
    """Say, when this transaction commits, that these topics changed: `triage`, `ticket:42`, `person:sam`, `policy`.

    Topics only, never what changed: each page fetches again what its reader may see.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [list(dict.fromkeys(topics))])


def present(topic: str, who: str, said: dict[str, str]) -> None:
    """Tell the open pages of a topic what `who`, a handle, does there now. It is kept nowhere: pages forget it soon."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, %s)", [CHANNEL, f"{PRESENCE}{topic} {who} {json.dumps(said)}"])

"""What was stored in English becomes codes, some thousand rows at a time: a large desk goes on working meanwhile.

Cut off, it goes on where it stopped. Rows whose text an old part changes meanwhile are left to that part's trigger.
"""

import json
from typing import Any

from django.db import migrations, transaction

from rung.outbox.migrations._beside_old_parts import READING
from rung.outbox.migrations._stored_english import reason, title

AT_ONCE = 5_000
_READ = """
    SELECT id, subject, title, outcome, held_why FROM outbox_delivery
    WHERE id > %s AND (title <> '' OR outcome <> '' OR held_why <> '') ORDER BY id LIMIT %s
"""
_WRITE = """
    UPDATE outbox_delivery d SET title = '', outcome = '', held_why = '',
        title_said = coalesce(new.title_said, d.title_said), outcome_said = coalesce(new.outcome_said, d.outcome_said),
        held_why_said = coalesce(new.held_why_said, d.held_why_said)
    FROM jsonb_to_recordset(%s::jsonb) AS new (id bigint, title text, outcome text, held_why text,
        title_said jsonb, outcome_said jsonb, held_why_said jsonb)
    WHERE d.id = new.id AND (d.title, d.outcome, d.held_why) = (new.title, new.outcome, new.held_why)
"""


def read(_apps: Any, schema_editor: Any) -> None:
    """Every row that still has text."""
    last = 0
    while True:
        with transaction.atomic(schema_editor.connection.alias), schema_editor.connection.cursor() as cursor:
            cursor.execute(_READ, [last, AT_ONCE])
            found = cursor.fetchall()
            if not found:
                return
            cursor.execute(READING)
            cursor.execute(_WRITE, [json.dumps([_row(*row) for row in found])])
        last = found[-1][0]


def _row(number: int, subject: str, called: str, outcome: str, held_why: str) -> dict[str, Any]:
    said = {"title_said": title(called, subject), "outcome_said": reason(outcome), "held_why_said": reason(held_why)}
    return {"id": number, "title": called, "outcome": outcome, "held_why": held_why, **said}


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("outbox", "0005_sentences"),
    ]

    operations = [
        migrations.RunPython(read, migrations.RunPython.noop),
    ]

"""A text column that becomes a sentence, while parts of the older version may still read and write it.

The text column stays, with an empty default, until a later version drops it. Whoever still writes it fills the column
of the sentence (its name with `_said`) by a trigger: the words are kept under the code `text`, an empty text empties it.
"""

import json
from typing import Any

from django.db import migrations
from django.db.migrations.operations.base import Operation

from rung.outbox.fields import SentenceField
from rung.outbox.migrations._stored_english import reason

#: Keeps the triggers quiet until the transaction ends: for the migration that reads the old texts.
READING = "SET LOCAL rung.reading_english = 'on'"
_COLUMN = """
    ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT '';
    CREATE FUNCTION {table}_{column}_said() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.{column}_said := CASE WHEN NEW.{column} <> '' THEN
            jsonb_build_object('code', 'text', 'values', jsonb_build_object('text', NEW.{column})) END;
        NEW.{column} := '';
        RETURN NEW;
    END $$;
    CREATE TRIGGER {table}_{column}_inserted BEFORE INSERT ON {table} FOR EACH ROW
        WHEN (NEW.{column} <> '') EXECUTE FUNCTION {table}_{column}_said();
    CREATE TRIGGER {table}_{column}_updated BEFORE UPDATE OF {column} ON {table} FOR EACH ROW
        WHEN (current_setting('rung.reading_english', true) IS DISTINCT FROM 'on')
        EXECUTE FUNCTION {table}_{column}_said();
"""


def still_written(table: str, *columns: str) -> migrations.RunSQL:
    """The operation, for columns whose `COLUMN_said` is there already."""
    return migrations.RunSQL("".join(_COLUMN.format(table=table, column=column) for column in columns))


def becomes_sentence(model: str, table: str, column: str) -> list[Operation]:
    """All of it for one column of a small table: what is stored is read at once."""

    def read(_apps: Any, schema_editor: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(READING)
            cursor.execute(f"SELECT id, {column} FROM {table} WHERE {column} <> ''")  # noqa: S608  of our own names
            read_now = [(json.dumps(reason(words)), number) for number, words in cursor.fetchall()]
            written = f"UPDATE {table} SET {column} = '', {column}_said = %s::jsonb WHERE id = %s"  # noqa: S608  as above
            cursor.executemany(written, read_now)

    return [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField(model, column)]),
        migrations.AddField(model, column, SentenceField(null=True, db_column=f"{column}_said")),
        still_written(table, column),
        migrations.RunPython(read, migrations.RunPython.noop),
    ]

"""Titles, outcomes and reasons are stored as codes and values. The columns of text stay for parts of the old version."""

from django.db import migrations

from rung.outbox.fields import SentenceField
from rung.outbox.migrations._beside_old_parts import still_written

COLUMNS = ("title", "outcome", "held_why")


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0004_clock_step"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField("delivery", name) for name in COLUMNS]
        ),
        migrations.AddField("delivery", "title", SentenceField(null=True, db_column="title_said")),
        migrations.AddField(
            "delivery",
            "outcome",
            SentenceField(null=True, db_column="outcome_said", help_text="what came of it last"),
        ),
        migrations.AddField("delivery", "held_why", SentenceField(null=True, db_column="held_why_said")),
        still_written("outbox_delivery", *COLUMNS),
    ]

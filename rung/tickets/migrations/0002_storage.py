"""How the rows lie on disk: every change of a ticket moves `wake_at`, so its pages need room and frequent cleaning."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE tickets_ticket SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01)",
            "ALTER TABLE tickets_ticket RESET (fillfactor, autovacuum_vacuum_scale_factor)",
        ),
    ]

"""Why a mailbox cannot be read is stored as a code and values."""

from django.db import migrations

from rung.outbox.migrations._beside_old_parts import becomes_sentence


class Migration(migrations.Migration):
    dependencies = [
        ("email", "0001_initial"),
    ]

    operations = becomes_sentence("mailbox", "email_mailbox", "trouble")

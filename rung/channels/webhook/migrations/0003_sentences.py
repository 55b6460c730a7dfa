"""Why an endpoint is off is stored as a code and values."""

from django.db import migrations

from rung.outbox.migrations._beside_old_parts import becomes_sentence


class Migration(migrations.Migration):
    dependencies = [
        ("webhook", "0002_sealed"),
    ]

    operations = becomes_sentence("endpoint", "webhook_endpoint", "disabled_why")

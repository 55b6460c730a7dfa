"""Why a workspace is off is stored as a code and values."""

from django.db import migrations

from rung.outbox.migrations._beside_old_parts import becomes_sentence


class Migration(migrations.Migration):
    dependencies = [
        ("slack", "0006_home_tabs"),
    ]

    operations = becomes_sentence("workspace", "slack_workspace", "off_why")

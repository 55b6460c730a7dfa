"""Places in a lane tell the urgent from the others: what waits now gets the place an ordinary ticket has."""

from django.db import migrations, models

_OLD_TO_NEW = """
    UPDATE outbox_delivery SET rank = CASE rank WHEN 1 THEN 22 WHEN 2 THEN 32 WHEN 3 THEN 42 ELSE 52 END
    WHERE state IN ('waiting', 'held', 'sending') AND rank BETWEEN 1 AND 4
"""


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0008_bounced"),
    ]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="rank",
            field=models.SmallIntegerField(default=40),
        ),
        migrations.RunSQL(_OLD_TO_NEW, migrations.RunSQL.noop),
    ]

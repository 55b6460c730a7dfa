"""The way to the summaries that live, and to what became due for one channel."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0009_urgent_first"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("kind", "summary"), ("over_at", None)),
                fields=["channel", "destination"],
                name="delivery_summary",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("kind", "offer_card")),
                fields=["channel", "destination", "created_at"],
                name="delivery_burst",
            ),
        ),
    ]

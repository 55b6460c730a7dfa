from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policies", "0002_drafts")]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="based_on",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
    ]

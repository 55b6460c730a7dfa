"""What channels were called before."""

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import Value


class Migration(migrations.Migration):
    dependencies = [("slack", "0004_application")]

    operations = [
        migrations.AddField(
            model_name="slackchannel",
            name="former_names",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200),
                blank=True,
                db_default=Value([]),
                default=list,
                size=None,
            ),
        ),
    ]

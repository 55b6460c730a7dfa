"""An agent has one address, ours: what allauth had noted beside it would let in under a former one."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_changes"),
        ("account", "0001_initial"),
    ]

    operations = [migrations.RunSQL("DELETE FROM account_emailaddress", migrations.RunSQL.noop)]

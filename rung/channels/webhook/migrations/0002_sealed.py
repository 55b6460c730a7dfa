"""Secrets of endpoints are sealed with the desk's own key, those that are there already too."""

from django.db import migrations, models

from rung.people.vault import seal, unseal

PLAIN = "whsec_"


def seal_all(apps, _editor):  # type: ignore[no-untyped-def]
    for endpoint in apps.get_model("webhook", "Endpoint").objects.filter(secret__startswith=PLAIN):
        endpoint.secret = seal(endpoint.secret)
        endpoint.save(update_fields=["secret"])


def unseal_all(apps, _editor):  # type: ignore[no-untyped-def]
    for endpoint in apps.get_model("webhook", "Endpoint").objects.exclude(secret__startswith=PLAIN):
        endpoint.secret = unseal(endpoint.secret)
        endpoint.save(update_fields=["secret"])


class Migration(migrations.Migration):
    dependencies = [("webhook", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="endpoint",
            name="secret",
            field=models.TextField(help_text="sealed: whsec_ and base64, shared with the receiver"),
        ),
        migrations.RunPython(seal_all, unseal_all),
    ]

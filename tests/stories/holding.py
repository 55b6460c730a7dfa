"""Claims what is due, says how many that is, then neither commits nor ends: `python -m tests.stories.holding`."""

import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rung.config.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402

with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute("select number from tickets_ticket where wake_at is not null for no key update skip locked")
    print(len(cursor.fetchall()), flush=True)
    time.sleep(600)

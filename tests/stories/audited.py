"""Rebuilds every case of this environment's database and says what differs: `python -m tests.stories.audited`."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rung.config.settings")
django.setup()

from rung.escalation.audit import audit  # noqa: E402

differences = [difference for _, found in audit() for difference in found]
print("\n".join(map(str, differences)) or "every case is as its events say")

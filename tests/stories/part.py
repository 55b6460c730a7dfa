"""One part of a desk as its own process, with two things a story may choose: `python -m tests.stories.part courier`.

RUNG_TEST_LEASE: seconds after which a courier that died is believed dead, so that no story waits two minutes.
RUNG_TEST_CLOCK: a file that holds how many seconds the database's clock is wrong; it may change at any time.
"""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rung.config.settings")
os.environ["RUNG_PART"] = sys.argv[1]
django.setup()

from rung.config import processes  # noqa: E402
from rung.outbox import courier  # noqa: E402
from rung.people import clock  # noqa: E402

courier.LEASE = timedelta(seconds=float(os.environ.get("RUNG_TEST_LEASE", "120")))

if wrong := os.environ.get("RUNG_TEST_CLOCK"):

    def wrong_now() -> datetime:
        return clock._postgres() + timedelta(seconds=float(Path(wrong).read_text() or 0))

    clock._clock = wrong_now

processes.run(sys.argv[1])

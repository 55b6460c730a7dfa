"""What the worker does for tickets by itself: files that belong to no message are swept every night."""

from datetime import timedelta

from procrastinate.contrib.django import app

from rung.people.clock import database_now
from rung.tickets import file_store

#: An upload cut off is kept this long before it is swept.
LEFT_ALONE = timedelta(days=1)


@app.periodic(cron="41 3 * * *")
@app.task(name="sweep_attachments", queueing_lock="sweep_attachments")
def sweep_attachments(timestamp: int) -> int:  # noqa: ARG001  procrastinate's signature
    """Returns how many files were deleted."""
    return file_store.sweep(before=database_now() - LEFT_ALONE)

"""What time it is: the database's, so that every process of a desk agrees."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """PostgreSQL's clock_timestamp(), in UTC. Read it once, at the door, and pass it down."""
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        (now,) = cursor.fetchone()
    assert isinstance(now, datetime)  # noqa: S101  for the type checker
    return now

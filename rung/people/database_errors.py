"""The errors of a database that is away, full, ending or cut off, told apart from mistakes of a statement."""

import psycopg
from django.db import InterfaceError, InternalError, OperationalError

#: Django's own, and the driver's, which reach us from statements that were sent past Django. `InternalError` is what a
#: server says of a transaction that it has ended itself, or that may not write.
AWAY: tuple[type[Exception], ...] = (
    OperationalError,
    InterfaceError,
    InternalError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.InternalError,
)

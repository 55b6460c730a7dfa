"""PostgreSQL's advisory locks: one after the other where there is no row to lock. All keys stand here, so none is
used twice; they stay as they are, because hosts of two versions may run beside each other."""

from typing import NamedTuple

from django.db import connection


class Key(NamedTuple):
    """What the database is asked for, and its values."""

    sql: str
    values: tuple[int | str, ...]


PUBLISHING = Key("%s", (7_241_001,))
#: Preparing a desk: several machines may start at once.
PREPARING = Key("%s", (7_864_871,))


def draft_of(author: str) -> Key:
    return Key("%s, hashtext(%s)", (7_241_002, author))


def intake_lane(lane: int) -> Key:
    return Key("hashtext('intake_received'), %s", (lane,))


def shown_once(press: str) -> Key:
    return _named(press)


def writer(where: str, who: str) -> Key:
    """A person who writes to us through a channel, by the channel's own names."""
    return _named(f"{where}/{who}")


def file_content(path: str) -> Key:
    return _named(path)


def wait(key: Key, *, shared: bool = False) -> None:
    """Hold it until the transaction ends. `shared`: beside others who share it."""
    _ask("pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock", key)


def wait_for_good(key: Key) -> None:
    """Hold it as long as the connection lasts."""
    _ask("pg_advisory_lock", key)


def is_free(key: Key) -> bool:
    """Hold it until the transaction ends, if nobody else does."""
    return bool(_ask("pg_try_advisory_xact_lock", key))


def _ask(function: str, key: Key) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({key.sql})", key.values)
        return cursor.fetchone()[0]


def _named(name: str) -> Key:
    return Key("hashtextextended(%s, 0)", (name,))

"""Whether a call of an adapter has begun to hand something over: before that, nobody can have heard anything."""

import threading


class _Call(threading.local):
    """The call that this thread makes."""

    handed_over = False


_call = _Call()


def begin() -> None:
    """The courier begins a call in this thread."""
    _call.handed_over = False


def handing_over() -> None:
    """An adapter says it right before the first byte of what it sends goes out. All it needs to know of the database,
    its keys and its certificates it has by then: trouble of our own after this cannot be told from an arrival."""
    _call.handed_over = True


def was_handed_over() -> bool:
    """Whether the call of this thread came so far."""
    return _call.handed_over

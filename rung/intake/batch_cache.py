"""What is asked only once while some messages are sorted together: who somebody is, which channel that was."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Answer = TypeVar("Answer")

_kept: ContextVar[dict[tuple[object, ...], Any] | None] = ContextVar("kept", default=None)


@contextmanager
def kept() -> Iterator[None]:
    """Within the block `once` asks once; what it knows is gone with the block, as fast as its transaction."""
    before = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(before)


def once(question: tuple[object, ...], ask: Callable[[], Answer]) -> Answer:
    """The answer, asked now unless it is kept. Outside of `kept` it is asked every time."""
    known = _kept.get()
    if known is None:
        return ask()
    if question not in known:
        known[question] = ask()
    answer: Answer = known[question]
    return answer


def forget() -> None:
    """Something that may have been asked about has changed, or was undone."""
    known = _kept.get()
    if known is not None:
        known.clear()

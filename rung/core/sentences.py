"""Sentences for people: written here in English, said in the reader's language."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: From an English template to the reader's.
Translate = Callable[[str], str]


def _as_written(template: str) -> str:
    return template


_translate: ContextVar[Translate] = ContextVar("translate", default=_as_written)


@contextmanager
def speaking(translate: Translate = _as_written) -> Iterator[None]:
    """Within the block sentences are made with `translate`; without one in English, for machines and files.

    Only the wording depends on it: nothing that is decided, recorded or compared may read a sentence.
    """
    token = _translate.set(translate)
    try:
        yield
    finally:
        _translate.reset(token)


def say(template: str, /, **values: object) -> str:
    """A sentence. Its gaps are written `%(name)s`; with values, a per cent sign of its own is written `%%`."""
    said = _translate.get()(template)
    return said % values if values else said


def counted(number: int, one: str, many: str) -> str:
    """`1 hour`, `2 hours`: both templates have the one gap `%(number)d`."""
    return say(one if number == 1 else many, number=number)


def key(template: str) -> str:
    """A template as it is, marked to be translated: for tables from which `say` is given one."""
    return template


def word(name: str) -> str:
    """A word of the field, such as `on_hold`, as people say it."""
    return say(name.replace("_", " "))

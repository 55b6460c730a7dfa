"""The adapters that are configured: one line each in settings, `CHANNELS` and `TRACKERS`.

Each line names an app; its module `adapter` has a function `adapter()` that returns it, or None while it lacks what it
needs. A paging system stands among the trackers.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import cast

from rung import hooks
from rung.hooks import Folder
from rung.outbox.ports import Adapter, Channel, Pager, Tracker


@cache
def channels() -> dict[str, Channel]:
    """The configured channels by name. `app`, the list inside Rung, is not among them: it needs no adapter."""
    return {channel.name: cast("Channel", channel) for channel in _built(hooks.channels())}


@cache
def trackers() -> dict[str, Tracker]:
    """The configured ticket systems by name; a channel that takes tickets is one too."""
    return {found.name: cast("Tracker", found) for found in _built(hooks.folders()) if hasattr(found, "create")}


@cache
def pagers() -> dict[str, Pager]:
    """The configured paging systems by name."""
    return {found.name: cast("Pager", found) for found in _built(hooks.folders()) if hasattr(found, "page")}


def adapter(name: str) -> Channel | Tracker | Pager | None:
    """The configured adapter of that name, of whatever sort."""
    return channels().get(name) or trackers().get(name) or pagers().get(name)


def shows_tickets(name: str) -> bool:
    """Whether its messages to a person show the ticket they are about and can be acted on."""
    return bool(getattr(channels().get(name), "shows_tickets", False))


def shows_summaries(name: str) -> bool:
    """Whether a burst of offers can stand in it as one living list."""
    return bool(getattr(channels().get(name), "shows_summaries", False))


def forget() -> None:
    """Ask the adapters again: their settings have changed."""
    for known in (channels, trackers, pagers):
        known.cache_clear()


def _built(folders: Iterable[Folder]) -> Iterator[Adapter]:
    for folder in folders:
        built = folder.adapter()
        if built is not None:
            yield cast("Adapter", built)

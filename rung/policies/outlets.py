"""The ways out that a policy of this desk may name: those of the channels and trackers in its settings."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings

from rung.core.policy.outlets import Outlet, Outlets, gathered


def outlets() -> Outlets:
    """As the settings stand. It needs no database, and no app has to be loaded."""
    return _of((*settings.CHANNELS, *settings.TRACKERS), settings.LINKED_BY_HAND)


@cache
def _of(apps: tuple[str, ...], by_hand: str) -> Outlets:
    return gathered([*_brought(apps), *import_module(by_hand).OUTLETS])


def _brought(apps: tuple[str, ...]) -> Iterator[Outlet]:
    for app in apps:
        if find_spec(f"{app}.outlet"):
            yield import_module(f"{app}.outlet").OUTLET

"""The ways out that a policy of this desk may name: those of the channels and trackers in its settings."""

from functools import cache
from importlib import import_module

from django.conf import settings

from rung.core.policy.outlets import Outlets, gathered
from rung.hooks import Folder, folders


def outlets() -> Outlets:
    """As the settings stand. It needs no database, and no app has to be loaded."""
    return _of(folders(), settings.LINKED_BY_HAND)


@cache
def _of(brought: tuple[Folder, ...], by_hand: str) -> Outlets:
    return gathered([*filter(None, (each.outlet for each in brought)), *import_module(by_hand).OUTLETS])

"""What is installed only on request: the extras of the package."""

from importlib import import_module
from typing import Any

from rung.core.sentences import say


class MissingExtra(ValueError):
    """Something needs an extra that is not installed; a sentence that names it."""


def extra(name: str, module: str) -> Any:
    """The module that the extra `name` brings. Raises MissingExtra without it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name != module:
            raise
        raise MissingExtra(
            say(
                'This needs the extra "%(name)s", which is not installed here: pip install "rung[%(name)s]".',
                name=name,
            )
        ) from None

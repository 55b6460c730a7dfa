"""Places of a policy in addresses: `rules/3/steps/0`."""

from urllib.parse import quote, unquote

from rung.core.document.intents import value_at
from rung.core.document.nodes import Path
from rung.core.document.tree import Plain


def place_text(path: Path) -> str:
    """For an address."""
    return "/".join(quote(str(step), safe="") for step in path)


def place_path(text: str, said: Plain) -> Path:
    """Of an address; a step into a list is a number, also one past its end."""
    path: Path = ()
    for step in text.split("/") if text else ():
        name = unquote(step)
        inside = value_at(said, path) if path else said
        path = (*path, int(name) if isinstance(inside, list) and name.isdecimal() and len(name) < 6 else name)
    return path

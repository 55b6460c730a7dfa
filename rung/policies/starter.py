"""The policy a new desk starts with, with as many levels as it has."""

from pathlib import Path

from rung.core.document.intents import Intent, Put, Remove, document, edited, value_at
from rung.core.document.tree import Plain

STARTER = Path(__file__).with_name("starter.yaml")
#: What a desk may choose between, and the levels of its path.
LEVELS = {
    "two": ("L1", "management"),
    "three": ("L1", "L2", "management"),
    "four": ("L1", "L2", "L3", "management"),
}
_ENGINEERING: dict[str, Plain] = {
    "team": "engineering",
    "calendar": "office",
    "responsible_for": "Fixes the product.",
    "handoff": {"require": ["impact", "tried", "reproduction"]},
}


def starter(levels: str = "three") -> str:
    """Its text with one of the choices of LEVELS. Raises KeyError for any other."""
    text = STARTER.read_text()
    path: list[Plain] = list(LEVELS[levels])
    match levels:
        case "two":
            higher = [Put(place, "management") for place in _places_saying(document(text), "escalate", "L2")]
            gone: list[Intent] = [Remove(("levels", "L2")), Remove(("teams", "specialists"))]
            return edited(text, [Put(("paths", "support"), path), *higher, *gone])
        case "four":
            made = [Put(("teams", "engineering"), {}), Put(("levels", "L3"), _ENGINEERING)]
            return edited(text, [*made, Put(("paths", "support"), path)])
    return text


def _places_saying(said: Plain, key: str, value: str, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Where a key has that value."""
    here = value_at(said, path)
    if isinstance(here, dict):
        found = [(*path, key)] if here.get(key) == value else []
        return found + [place for each in here for place in _places_saying(said, key, value, (*path, each))]
    if isinstance(here, list):
        return [place for number in range(len(here)) for place in _places_saying(said, key, value, (*path, number))]
    return []

"""What somebody wants changed in a policy, as values: one place gets, loses or moves something."""

import copy
from collections.abc import Sequence

from msgspec import Struct

from rung.core.calendar.durations import Threshold
from rung.core.document.nodes import Path, place_of
from rung.core.document.rewriting import rewritten
from rung.core.document.tree import CannotEdit, Plain, content, tree


class Put(Struct, frozen=True):
    """This place says this; maps on the way to it that are missing are made."""

    path: Path
    value: Plain


class Remove(Struct, frozen=True):
    """This place is gone; a section that would be empty goes with it."""

    path: Path


class Insert(Struct, frozen=True):
    """The list at this place gets one more item, before the one that has this number now."""

    path: Path
    number: int
    value: Plain


class Move(Struct, frozen=True):
    """An item of the list at this place gets another number."""

    path: Path
    number: int
    to: int


Intent = Put | Remove | Insert | Move


def edited(text: str, intents: Sequence[Intent]) -> str:
    """The text with all of it done, comments and all other lines untouched. Raises CannotEdit with a reason."""
    return rewritten(text, applied(document(text), intents))


def document(text: str) -> dict[str, Plain]:
    """What a text says, without its looks. Raises CannotEdit for one that cannot be read."""
    found = content(tree(text))
    return found if isinstance(found, dict) else {}


def applied(said: dict[str, Plain], intents: Sequence[Intent]) -> dict[str, Plain]:
    """The same done to the content alone; `said` stays as it is."""
    said = copy.deepcopy(said)
    for intent in intents:
        match intent:
            case Put(path, value):
                _put(said, path, value)
            case Remove(path):
                _remove(said, path)
            case Insert(path, number, value):
                _list_at(said, path).insert(number, value)
            case Move(path, number, to):
                items = _list_at(said, path)
                if not (0 <= number < len(items) and 0 <= to < len(items)):
                    raise CannotEdit(f"{place_of(path)} has no item to move there")
                items.insert(to, items.pop(number))
    return said


def value_at(said: Plain, path: Path) -> Plain:
    """What stands at a place; None where there is nothing."""
    for step in path:
        match said, step:
            case dict(), str():
                said = said.get(step)
            case list(), int() if 0 <= step < len(said):
                said = said[step]
            case _:
                return None
    return said


def number_for_step(steps: Plain, at: str) -> int:
    """Where a new step belongs among those of its rule: before the first that is measured alike and later."""
    items = steps if isinstance(steps, list) else []
    try:
        new = Threshold.parse(at)
        for number, item in enumerate(items):
            other = Threshold.parse(item["at"] if isinstance(item, dict) else None)
            alike = other.measured is new.measured
            if alike and (other.percent, other.duration.elapsed) > (new.percent, new.duration.elapsed):
                return number
    except (ValueError, KeyError):
        pass
    return len(items)


def _put(said: dict[str, Plain], path: Path, value: Plain) -> None:
    inside: Plain = said
    for step in path[:-1]:
        if isinstance(inside, dict) and isinstance(step, str) and inside.get(step) is None:
            inside[step] = {}
        inside = value_at(inside, (step,))
    match inside, path[-1]:
        case dict(), str(key):
            inside[key] = value
        case list(), int(number) if 0 <= number < len(inside):
            inside[number] = value
        case _:
            raise CannotEdit(f"{place_of(path)} is not there any more")


def _remove(said: dict[str, Plain], path: Path) -> None:
    match value_at(said, path[:-1]) if path[:-1] else said, path[-1]:
        case dict() as inside, str(key) if key in inside:
            del inside[key]
        case list() as inside, int(number) if 0 <= number < len(inside):
            del inside[number]
        case _:
            raise CannotEdit(f"{place_of(path)} is not there any more")
    if len(path) > 1 and path[-2] not in {"steps"} and value_at(said, path[:-1]) in ([], {}):
        _remove(said, path[:-1])


def _list_at(said: dict[str, Plain], path: Path) -> list[Plain]:
    if value_at(said, path) is None:
        _put(said, path, [])
    found = value_at(said, path)
    if not isinstance(found, list):
        raise CannotEdit(f"{place_of(path)} is not a list")
    return found

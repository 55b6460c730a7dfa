"""Which item of an old list is which of the new one: kept, changed, moved, gone or new."""

from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from rung.core.document.tree import Plain


@dataclass(slots=True)
class Plan:
    """Numbers count in the old list, places in the new one."""

    #: number -> place, of items that stay where they are and say something else.
    changed: dict[int, int] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)
    #: (the number it comes after, None: first; place), in the order of the new list.
    new: list[tuple[int | None, int]] = field(default_factory=list)
    #: place -> number, of items that are only moved: gone at the one, new at the other.
    moved: dict[int, int] = field(default_factory=dict)


def matched(said: list[str], old: list[Plain], wanted: list[Plain], saying: Callable[[Plain], str]) -> Plan:
    """Equal items keep their order as far as possible; between them, those of one name are the same, then in turn."""
    plan, wishes = Plan(), [saying(each) for each in wanted]
    stays: dict[int, int] = {}
    rest: list[tuple[list[int], list[int]]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, said, wishes, autojunk=False).get_opcodes():
        if tag == "equal":
            stays |= dict(zip(range(j1, j2), range(i1, i2), strict=True))
        else:
            rest.append((list(range(i1, i2)), list(range(j1, j2))))
    left = [number for numbers, _places in rest for number in numbers]
    for _numbers, places in rest:
        for place in list(places):
            same = next((number for number in left if said[number] == wishes[place]), None)
            if same is not None:
                plan.moved[place] = same
                left.remove(same)
    for numbers, places in rest:
        open_numbers = [number for number in numbers if number in left]
        open_places = [place for place in places if place not in plan.moved]
        for number, place in _paired(open_numbers, open_places, old, wanted):
            plan.changed[number] = place
            stays[place] = number
            left.remove(number)
    plan.gone = sorted([*left, *plan.moved.values()])
    after: int | None = None
    for place in range(len(wanted)):
        if place in stays:
            after = stays[place]
        else:
            plan.new.append((after, place))
    return plan


def _paired(numbers: list[int], places: list[int], old: list[Plain], wanted: list[Plain]) -> list[tuple[int, int]]:
    """Which of the left ones are the same thing, changed: by name, else in turn."""
    pairs: list[tuple[int, int]] = []
    named = [(number, place) for number in numbers for place in places if _name(old[number]) is not None]
    for number, place in named:
        later = not pairs or (number > pairs[-1][0] and place > pairs[-1][1])
        if later and _name(old[number]) == _name(wanted[place]):
            pairs.append((number, place))
    if pairs and len(numbers) != len(places):
        return pairs
    return list(zip(numbers, places, strict=False))


def _name(item: Plain) -> str | None:
    for key in ("id", "name"):
        if isinstance(item, dict) and isinstance(item.get(key), str):
            return str(item[key])
    return None

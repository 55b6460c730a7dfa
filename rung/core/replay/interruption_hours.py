"""Whom a policy interrupts at which hour, in working time and outside: counted, and set side by side."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field

#: How many people and channels are named, those interrupted most; all are counted.
NAMED = 15
_HOURS = 24
_LABEL, _SIDE = 24, 23


def _none() -> list[int]:
    return [0] * _HOURS


class Hours(Struct):
    """Interruptions of one person or channel by hour of the day, 0 to 23. Mutable while a comparison runs."""

    #: While the level that holds the ticket is there, and while it is not.
    inside: list[int] = field(default_factory=_none)
    outside: list[int] = field(default_factory=_none)

    @property
    def total(self) -> int:
        return sum(self.inside) + sum(self.outside)

    def add(self, other: "Hours") -> None:
        for mine, theirs in ((self.inside, other.inside), (self.outside, other.outside)):
            mine[:] = [a + b for a, b in zip(mine, theirs, strict=True)]


#: Person or channel -> when they are interrupted.
ByWhom = Mapping[str, Hours]


def most_interrupted(old: ByWhom, new: ByWhom) -> list[tuple[str, Hours, Hours]]:
    """(who, before, after), those interrupted most first, and no more than are named."""
    names = dict.fromkeys([*old, *new])
    rows = [(name, old.get(name, Hours()), new.get(name, Hours())) for name in names]
    return sorted(rows, key=lambda row: (-max(row[1].total, row[2].total), row[0]))[:NAMED]


def as_table(old: ByWhom, new: ByWhom, timezone: str) -> str:
    """For a terminal: a line for each person, side and kind of time, a column for each hour; empty without any."""
    rows = most_interrupted(old, new)
    if not rows:
        return ""
    counts = [count for _, *sides in rows for hours in sides for count in (*hours.inside, *hours.outside)]
    width = max(2, len(f"{max(counts)}")) + 1
    title = f"Interruptions by person and hour ({timezone})"
    head = f"{title:<{_LABEL + _SIDE + 2}}" + "".join(f"{hour:>{width}}" for hour in range(_HOURS)) + "     all"
    lines = [line for row in rows for line in _lines(*row, width)]
    left = len({*old, *new}) - len(rows)
    return "\n".join([head, *lines, *([f"  … and {left:,} more"] if left else [])])


def _lines(who: str, before: Hours, after: Hours, width: int) -> Iterator[str]:
    label = who[:_LABEL]
    for side, hours in (("before", before), ("after", after)):
        for kind, counts in (("in working time", hours.inside), ("outside", hours.outside)):
            if any(counts):
                yield f"  {label:<{_LABEL}}{f'{side}, {kind}':<{_SIDE}}{_cells(counts, width)}{sum(counts):>8,}"
                label = ""


def _cells(counts: Sequence[int], width: int) -> str:
    return "".join(f"{count or '·':>{width}}" for count in counts)

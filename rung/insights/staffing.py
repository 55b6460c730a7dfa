"""Who works at a level, as far as a history shows: how many at once, with how many tickets each, what comes back."""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct


class Held(Struct, frozen=True):
    """A ticket in somebody's hands at a level, from taking it to giving it on. Microseconds since 1970."""

    level: str
    #: Empty: the history does not say.
    who: str
    start_us: int
    end_us: int
    resolved: bool
    reopened: bool
    #: How often this level gave the ticket back instead of taking it.
    returned: int = 0


class Staff(Struct, frozen=True):
    """The people of a level. `agents` of them had tickets at once when most did, `each` so many at the busiest moment;
    `returned`: the share of tickets offered that they gave back; `reopened`: of those they resolved, that came back."""

    agents: int
    each: int
    returned: float = 0.0
    reopened: float = 0.0

    @property
    def at_once(self) -> int:
        return self.agents * self.each


def staffing(held: Iterable[Held]) -> dict[str, Staff]:
    """Level -> its people."""
    by_level: dict[str, list[Held]] = {}
    for one in held:
        by_level.setdefault(one.level, []).append(one)
    return {level: _staff(own) for level, own in sorted(by_level.items())}


def _staff(held: Sequence[Held]) -> Staff:
    tickets, people = _busiest(held)
    resolved = sum(one.resolved for one in held)
    returned = sum(one.returned for one in held)
    return Staff(
        agents=people,
        each=-(-tickets // people),
        returned=returned / (returned + len(held)),
        reopened=sum(one.reopened for one in held) / resolved if resolved else 0.0,
    )


def _busiest(held: Sequence[Held]) -> tuple[int, int]:
    """The most tickets, and the most people with tickets, at any moment; at least one of each."""
    changes = [(one.start_us, 1, one.who) for one in held] + [(one.end_us, -1, one.who) for one in held]
    busy: Counter[str] = Counter()
    tickets = people = 1
    count = 0
    for _, change, who in sorted(changes, key=lambda each: each[:2]):
        count += change
        busy[who] += change
        if not busy[who]:
            del busy[who]
        tickets, people = max(tickets, count), max(people, len(busy))
    return tickets, people

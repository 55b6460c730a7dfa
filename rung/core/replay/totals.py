"""What a replay counts. Tallies of parts add up to the tally of the whole, in any order and however it was split."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

from msgspec import Struct

from rung.core.vocabulary import ClockName

Key = TypeVar("Key", bound=Hashable)

#: How many of the worst tickets are named.
WORST = 10


class Goals(Struct):
    """Cycles of one metric that had a goal: ended ones are met or breached, the others running or already over."""

    met: int = 0
    breached: int = 0
    running: int = 0
    running_over: int = 0


class Worst(Struct, frozen=True):
    """A ticket and how far its clocks ran past their goals, in seconds of working time."""

    over: int
    breaches: int
    steps: int
    interruptions: int
    ticket: str

    @property
    def rank(self) -> tuple[int, int, int, int, str]:
        """Smallest for the worst."""
        return -self.over, -self.breaches, -self.interruptions, -self.steps, self.ticket


class Totals(Struct):
    """Mutable while a replay runs."""

    tickets: int = 0
    #: Rows of the log.
    rows: int = 0
    #: Events recorded in the log, and those the policy added.
    events: int = 0
    concluded: int = 0
    looks: int = 0
    #: Rows whose time was before that of the row they follow.
    moved: int = 0
    #: Rows alike in every cell to another of their ticket: one of each counts.
    repeated: int = 0
    #: Tickets on which the policy never came to rest.
    restless: list[str] = []
    targets: dict[ClockName, Goals] = {}
    #: rule -> step -> outcome -> how often.
    steps: dict[str, dict[str, dict[str, int]]] = {}
    #: Level -> offers made to it by rules.
    offers: dict[str, int] = {}
    by_person: dict[str, int] = {}
    by_channel: dict[str, int] = {}
    #: Hour of the day, 0 to 23, in the policy's time zone.
    by_hour: dict[int, int] = {}
    #: Interruptions that quiet hours would hold back.
    quieted: int = 0
    pages: int = 0
    cards: int = 0
    replies: int = 0
    worst: list[Worst] = []

    def goals(self, metric: ClockName) -> Goals:
        found = self.targets.get(metric)
        if found is None:
            found = self.targets[metric] = Goals()
        return found

    def step(self, rule: str, step: str, outcome: str, times: int = 1) -> None:
        outcomes = self.steps.setdefault(rule, {}).setdefault(step, {})
        outcomes[outcome] = outcomes.get(outcome, 0) + times

    def rank(self, ticket: Worst) -> None:
        """Keep it if it is among the worst so far."""
        if len(self.worst) < WORST:
            self.worst.append(ticket)
        elif ticket.rank < self.worst[-1].rank:
            self.worst[-1] = ticket
        else:
            return
        self.worst.sort(key=lambda each: each.rank)

    def add(self, other: "Totals") -> None:
        """Count in what another part has counted."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for metric, goals in other.targets.items():
            mine = self.goals(metric)
            for name in Goals.__struct_fields__:
                setattr(mine, name, getattr(mine, name) + getattr(goals, name))
        for rule, steps in other.steps.items():
            for step, outcomes in steps.items():
                _sum(self.steps.setdefault(rule, {}).setdefault(step, {}), outcomes)
        _sum(self.offers, other.offers)
        _sum(self.by_person, other.by_person)
        _sum(self.by_channel, other.by_channel)
        _sum(self.by_hour, other.by_hour)
        self.restless = sorted([*self.restless, *other.restless])
        self.worst = sorted([*self.worst, *other.worst], key=lambda each: each.rank)[:WORST]


_SUMS = ("tickets", "rows", "events", "concluded", "looks", "moved", "repeated", "quieted", "pages", "cards", "replies")


def _sum(into: dict[Key, int], counts: Mapping[Key, int]) -> None:
    for key, count in counts.items():
        into[key] = into.get(key, 0) + count

"""The case: what a ticket's events add up to. It knows nothing of policies or calendars, so it survives both.

Mutable, because folding a year of events must be fast; only `fold` changes it, and `reckon` works on a copy.
Moments that clocks are reckoned from are whole microseconds since 1970 (`_us`): the arithmetic is exact and quick.
"""

from datetime import datetime

import msgspec
from msgspec import Struct

from rung.core.actors import Actor
from rung.core.case.then import Then
from rung.core.vocabulary import ClockName, Priority, Status, Turn


class Span(Struct, frozen=True, omit_defaults=True):
    """From `since` on, until the next span: what decides whether a clock runs."""

    since_us: int
    number: int
    turn: Turn
    #: `idle` and `unassigned` stand still until then.
    snoozed_until_us: int | None = None
    #: An offer made by the assignee is open: `idle` stands still.
    offering: bool = False


class Cycle(Struct, frozen=True, omit_defaults=True):
    """One run of a clock, known by the number of the event that started it."""

    clock: ClockName
    number: int
    started_us: int
    #: None while it runs.
    ended_us: int | None = None
    #: The number of the event that ended it.
    ended: int = 0
    #: Of `unaccepted`: how often the offer had been made before.
    repeat: int = 0
    #: The facts by which it is judged; None while it runs.
    then: Then | None = None
    #: Of a reply clock: the times it ran in a ticket that was merged into this one, up to the merge.
    carried: tuple[tuple[int, int], ...] = ()


class Offer(Struct, frozen=True, omit_defaults=True):
    """An open offer, known by the number of its event."""

    number: int
    at: datetime
    level: str
    path: str
    by: Actor
    rule: str | None = None
    clock: ClockName | None = None
    cycle: int | None = None
    repeat: int = 0
    #: Newer offers were withdrawn and it is the newest again: the cycles that its clock began then.
    renewed: tuple[int, ...] = ()


class LevelStay(Struct, frozen=True):
    level: str
    path: str
    since: datetime
    number: int


class Case(Struct, omit_defaults=True):
    """What has happened to one ticket, folded from its events."""

    number: int = 0
    last_at: datetime | None = None
    opened_at: datetime | None = None
    policy: int = 0
    #: A version was chosen whose crossed steps are to be recorded as passed at the next look.
    settling: bool = False
    arrived: bool = False

    status: Status = Status.OPEN
    turn: Turn = Turn.OURS
    spans: list[Span] = []
    over_at: datetime | None = None

    channel: str = ""
    customer: str | None = None
    tier: str | None = None
    account_owner: str | None = None
    requester: str | None = None

    priority: Priority | None = None
    priority_by_person: bool = False
    critical: bool = False
    category: str | None = None
    category_by_person: bool = False
    tags: list[str] = []

    #: Phrases the customer said since opened or reopened; the newest emotion, rating and opinion of the model.
    matched: list[str] = []
    heard: int = 0
    emotion: str | None = None
    language: str | None = None
    learned_category: str | None = None
    learned_category_confidence: float | None = None
    learned_priority: Priority | None = None
    learned_priority_confidence: float | None = None
    rating: int | None = None
    #: Number of the event that last set the priority: text heard after it may raise it.
    judged: int = 0

    path: str | None = None
    level: str | None = None
    stays: list[LevelStay] = []
    assignee: str | None = None
    #: Agents a rule took off this ticket: `least_busy` passes them by.
    excused: list[str] = []
    snoozed_until: datetime | None = None
    #: Fields of the handoff that somebody has filled in.
    handoff: list[str] = []
    links: list[str] = []
    merged_into: int | None = None
    #: Workflows that were used since opened or reopened.
    workflows: list[str] = []

    offers: list[Offer] = []
    #: Levels that returned it, with how often.
    returns: dict[str, int] = {}

    first_answer_at: datetime | None = None
    answers: int = 0
    attempts: int = 0
    reopens: int = 0
    #: The last public word was a person's answer that nobody has contradicted yet.
    answered_last: bool = False

    running: dict[ClockName, Cycle] = {}
    #: Ended cycles until the next verdict: all those of targets, and the last few of every other clock.
    ended: list[Cycle] = []

    #: "rule/step" -> the cycles in which it was acted upon.
    fired: dict[str, list[int]] = {}
    #: Clockless rules whose `when` holds -> the cycle of the episode; a reopen begins them anew.
    episodes: dict[str, int] = {}
    #: Metric -> the newest cycle whose target was missed.
    missed: dict[ClockName, int] = {}
    #: From when to when it was not known that an answer had not arrived: steps crossed meanwhile are only recorded.
    unknown: list[tuple[int, int]] = []
    #: Rules that have sent the customer a canned answer.
    replied: list[str] = []
    #: Event numbers of pauses whose limit was told.
    overruns: list[int] = []

    def copy(self) -> "Case":
        """Another case, equal and independent: containers are new, the values in them frozen."""
        twin = Case(*(getattr(self, name) for name in _FIELDS))
        for name in _LISTS:
            setattr(twin, name, list(getattr(self, name)))
        for name in _DICTS:
            setattr(twin, name, dict(getattr(self, name)))
        twin.fired = {key: list(cycles) for key, cycles in self.fired.items()}
        return twin

    def become(self, other: "Case") -> None:
        """Be like another again; its containers are shared with it."""
        for name in _FIELDS:
            setattr(self, name, getattr(other, name))

    @property
    def open_offer(self) -> Offer | None:
        """The newest open offer."""
        return self.offers[-1] if self.offers else None

    @property
    def offered_to(self) -> str | None:
        """The level of the newest open offer."""
        return self.offers[-1].level if self.offers else None

    def offer(self, number: int) -> Offer | None:
        # The newest first: it is asked for most.
        return next((offer for offer in reversed(self.offers) if offer.number == number), None)

    def has_fired(self, rule: str, step: str, cycle: int) -> bool:
        return cycle in self.fired.get(f"{rule}/{step}", ())


_FIELDS = Case.__struct_fields__
_LISTS = tuple(f.name for f in msgspec.structs.fields(Case) if getattr(f.type, "__origin__", None) is list)
_DICTS = tuple(
    f.name for f in msgspec.structs.fields(Case) if getattr(f.type, "__origin__", None) is dict and f.name != "fired"
)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Case)


def encode(case: Case) -> bytes:
    """The case as JSON, as kept on the ticket's row."""
    return _encoder.encode(case)


def decode(data: bytes | str) -> Case:
    return _decoder.decode(data)

"""The facts of a ticket at the event that ended a clock's cycle: what judges it, whenever somebody looks."""

from typing import TYPE_CHECKING

from msgspec import Struct

from rung.core.vocabulary import Priority, Status

if TYPE_CHECKING:
    from rung.core.case.case import Case


class Then(Struct, frozen=True, omit_defaults=True):
    """What a `when` may ask, and what an arrival that nobody has looked at yet would be judged by."""

    policy: int = 0
    arrived: bool = False
    status: Status = Status.OPEN
    channel: str = ""
    customer: str | None = None
    tier: str | None = None
    priority: Priority | None = None
    priority_by_person: bool = False
    critical: bool = False
    category: str | None = None
    category_by_person: bool = False
    tags: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()
    heard: int = 0
    judged: int = 0
    emotion: str | None = None
    language: str | None = None
    learned_category: str | None = None
    learned_category_confidence: float | None = None
    learned_priority: Priority | None = None
    learned_priority_confidence: float | None = None
    rating: int | None = None
    path: str | None = None
    level: str | None = None
    offered_to: str | None = None
    attempts: int = 0
    reopens: int = 0


def then(case: "Case") -> Then:
    """The facts of a case as they are now."""
    return Then(
        case.policy,
        case.arrived,
        case.status,
        case.channel,
        case.customer,
        case.tier,
        case.priority,
        case.priority_by_person,
        case.critical,
        case.category,
        case.category_by_person,
        tuple(case.tags),
        tuple(case.matched),
        case.heard,
        case.judged,
        case.emotion,
        case.language,
        case.learned_category,
        case.learned_category_confidence,
        case.learned_priority,
        case.learned_priority_confidence,
        case.rating,
        case.path,
        case.level,
        case.offered_to,
        case.attempts,
        case.reopens,
    )

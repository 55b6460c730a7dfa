"""What a customer is promised: the targets that would judge a plain ticket of theirs, by its priority."""

from msgspec import Struct

from rung.core.policy.model import Fact, Target
from rung.core.reckoning.compiled import Compiled
from rung.core.vocabulary import Priority, Status


class Promise(Struct, frozen=True):
    """`target` None: nothing is promised."""

    priority: Priority
    target: Target | None


def promises(compiled: Compiled, *, customer: str, tier: str) -> tuple[Promise, ...]:
    """One for each priority, the most pressing first. Targets that ask for more than customer, tier and priority,
    such as a category, are passed by: they promise more to some tickets only."""
    found = []
    for priority in Priority:
        known: dict[Fact, str | frozenset[str] | float] = {
            Fact.PRIORITY: priority.value,
            Fact.STATUS: Status.OPEN.value,
            Fact.CRITICAL: "false",
            Fact.CUSTOMER: customer,
            Fact.ATTEMPTS: 0,
            Fact.REOPENS: 0,
        }
        if tier:
            known[Fact.CUSTOMER_TIER] = tier
        place = compiled.target(known)
        found.append(Promise(priority, None if place is None else compiled.targets[place][1]))
    return tuple(found)

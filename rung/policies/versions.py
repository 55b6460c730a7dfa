"""The published versions, compiled once per process: a version never changes, so its compiled form never goes stale."""

from functools import lru_cache

from rung.core.compiled import Compiled
from rung.core.policy import Level, Policy, Team
from rung.policies.models import PolicyVersion
from rung.policies.reading import read

#: What judges tickets while no policy has been published: one team, no targets, no rules.
NONE_PUBLISHED = Policy(
    name="No policy yet",
    timezone="UTC",
    calendars={},
    levels={"L1": Level(name="L1", team="frontline")},
    paths={"support": ("L1",)},
    teams={"frontline": Team("frontline")},
)


def current_number() -> int:
    """The version that judges new tickets; 0 while none has been published."""
    return PolicyVersion.objects.filter(is_current=True).values_list("number", flat=True).first() or 0


@lru_cache(maxsize=64)
def compiled(number: int) -> Compiled:
    """A version ready for reckoning. Raises PolicyVersion.DoesNotExist."""
    if number == 0:
        return Compiled(NONE_PUBLISHED)
    version = PolicyVersion.objects.get(number=number)
    return Compiled(read(version.text, holidays=version.holidays))

"""The published versions, compiled once per process."""

from functools import lru_cache
from time import monotonic

from django.db.models.expressions import RawSQL

from rung.core.policy.model import Level, Policy, Team
from rung.core.reckoning.compiled import Compiled
from rung.people.prepared_statements import prepared
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

#: Seconds for which a version is not asked for again.
FRESH_FOR = 5.0


def current_number() -> int:
    """The version that judges new tickets; 0 while none has been published."""
    with prepared() as cursor:
        cursor.execute("SELECT number FROM policies_policyversion WHERE is_current")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


class Versions:
    """The compiled versions of one process. One is read again when its row has been written anew: with the holidays of
    further years, or without the handle of somebody who was forgotten."""

    def __init__(self) -> None:
        self._looked: dict[int, tuple[float, str]] = {}

    def __call__(self, number: int) -> Compiled:
        """A version ready for reckoning. Raises PolicyVersion.DoesNotExist."""
        if number == 0:
            return _read(0, "")
        looked_at, row = self._looked.get(number, (-FRESH_FOR, ""))
        if monotonic() - looked_at >= FRESH_FOR:
            row = _row_of(number)
            self._looked[number] = (monotonic(), row)
        return _read(number, row)

    def cache_clear(self) -> None:
        """Read everything again."""
        self._looked.clear()
        _read.cache_clear()


compiled = Versions()


@lru_cache(maxsize=64)
def _read(number: int, _row: str) -> Compiled:
    if number == 0:
        return Compiled(NONE_PUBLISHED)
    version = PolicyVersion.objects.get(number=number)
    return Compiled(read(version.text, holidays=version.holidays))


def _row_of(number: int) -> str:
    """Another word whenever what a version says was written anew. Raises PolicyVersion.DoesNotExist."""
    rows = PolicyVersion.objects.annotate(written=RawSQL("md5(text || holidays::text)", ()))
    return str(rows.values_list("written", flat=True).get(number=number))

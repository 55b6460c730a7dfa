"""A policy run over recorded history: what it would have asked for, and when.

What people did is fixed; what the policy concludes (offers, steps, closings) is folded into the replayed case, and the
policy is looked at right after everything recorded and at every moment it asks for, until the end of the log. Nobody in
a log can accept an offer it knows nothing of: offers stand until their clock ends or the ticket is resolved, unless one
assumes how soon they are accepted.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from datetime import datetime
from itertools import islice

from msgspec import Struct

from rung.core.calendar.durations import Duration
from rung.core.log.events import History
from rung.core.oncall.roster import Roster
from rung.core.policy.model import Policy
from rung.core.reckoning.compiled import Compiled
from rung.core.replay.repeated_offers import Known
from rung.core.replay.ticket import Replay
from rung.core.replay.totals import Totals

#: Nothing is known of who was there: every team counts as present.
STAFFED = Roster(staffed=True)

#: Tickets given to an executor at a time: few enough to share them out evenly, many enough to be worth the way.
SHARE = 500

#: Shares given to an executor before the first must be back: histories are read no faster than they are replayed.
UNDER_WAY = 32


def replay(
    histories: Iterable[History],
    policy: Policy,
    *,
    end: datetime,
    roster: Roster = STAFFED,
    accepted: Duration | None = None,
    executor: Executor | None = None,
    on_progress: Callable[[int], None] = lambda _rows: None,
) -> Totals:
    """Run the policy over every ticket until `end`, the last moment of the whole log. Any executor will do, and
    what comes out does not depend on how the tickets were shared out; only a few shares are held at a time.
    `accepted`: assume that every offer is claimed so long after it was made, on the calendar of its level.
    `on_progress` hears how many rows are done."""
    whole = Totals()
    remaining = iter(histories)
    shares = iter(lambda: tuple(islice(remaining, SHARE)), ())
    if executor is None:
        compiled = Compiled(policy)
        parts: Iterator[Totals] = (
            replay_all(share, compiled, end=end, roster=roster, accepted=accepted) for share in shares
        )
    else:
        parts = _shared_out(executor, (_Share(share, policy, end, roster, accepted) for share in shares))
    for part in parts:
        whole.add(part)
        on_progress(whole.rows)
    return whole


def replay_all(
    histories: Iterable[History],
    compiled: Compiled,
    *,
    end: datetime,
    roster: Roster = STAFFED,
    accepted: Duration | None = None,
) -> Totals:
    """`replay` of a policy made ready, here and now."""
    tally = Totals()
    known: Known = {}
    for history in histories:
        Replay(history, compiled, roster, tally, accepted, known=known).run(end)
    return tally


class _Share(Struct, frozen=True):
    histories: tuple[History, ...]
    policy: Policy
    end: datetime
    roster: Roster
    accepted: Duration | None


def _shared_out(executor: Executor, shares: Iterable[_Share]) -> Iterator[Totals]:
    """In the order given, and never more under way than a machine or two needs to be busy."""
    under_way: deque[Future[Totals]] = deque()
    for share in shares:
        under_way.append(executor.submit(_replay_share, share))
        if len(under_way) == UNDER_WAY:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def _replay_share(share: _Share) -> Totals:
    compiled = Compiled(share.policy)
    return replay_all(share.histories, compiled, end=share.end, roster=share.roster, accepted=share.accepted)

"""A replay takes short cuts. Whatever happened to a ticket, they lead to where looking at everything leads."""

from datetime import datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from rung.core.calendar.durations import Duration, Threshold
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.log.events import History
from rung.core.log.record import recorded
from rung.core.policy.model import Actions, Attention, Fact, Is, Policy, Quiet, Rule, Step, Target
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.reckon import reckon_in_place
from rung.core.replay.replay import STAFFED
from rung.core.replay.ticket import MOST_LOOKS, Replay
from rung.core.replay.totals import Totals
from rung.core.vocabulary import ClockName
from tests.core.stories import POLICY, Teller, stories

END = timedelta(days=20)


class _Plain(Replay):
    """Looks at everything as if for the first time, whatever it knows, and takes no looks together."""

    def _look(self, now: datetime, *, until: datetime, most: int = MOST_LOOKS) -> int:
        assert most > 0
        assert now <= until
        self._take_in(reckon_in_place(self.case, self.compiled, self.roster, now), now)
        return 1


def _unaccepted(calendar: str | None, *before: str) -> Rule:
    """Steps that hold only at the second level, then another offer: at the last level it is made again and again."""
    held = Is(Fact.OFFERED_TO, ("L2",))
    steps = [
        Step(f"notify.{n}", Threshold.parse(at), Actions(notify=("lead",)), when=held) for n, at in enumerate(before, 1)
    ]
    again = Step("escalate.1", Threshold.parse("30m"), Actions(escalate="next"))
    return Rule("unaccepted", "Nobody accepts", ClockName.UNACCEPTED, calendar=calendar, steps=(*steps, again))


def _with(rule: Rule, *, targets: tuple[Target, ...] = POLICY.targets, quiet: str | None = None) -> Policy:
    rules = tuple(rule if each.id == rule.id else each for each in POLICY.rules)
    attention = Attention(quiet=None if quiet is None else Quiet(outside=quiet))
    return msgspec.structs.replace(POLICY, rules=rules, targets=targets, attention=attention)


_ONLY_A_GOAL = (Target(resolution=Duration.parse("2d"), calendar="office"),)
_FEW_CLOCKS = msgspec.structs.replace(
    _with(_unaccepted(None, "10m"), targets=_ONLY_A_GOAL),
    rules=(
        _unaccepted(None, "10m"),
        Rule("late", "Late", ClockName.RESOLUTION, steps=(Step("e.1", Threshold.parse("1h"), Actions(escalate="L2")),)),
    ),
)
POLICIES = [
    _with(_unaccepted(None)),
    _with(_unaccepted(None, "10m"), quiet="office"),
    _with(_unaccepted("office", "10m", "20m")),
    POLICY,
    msgspec.structs.replace(_with(_unaccepted(None)), rules=()),
    _FEW_CLOCKS,
]
COMPILED = [Compiled(policy) for policy in POLICIES]


def _history(story: list[tuple[timedelta, str]]) -> History:
    """What people did in it, to the ticket and to the offers that were made then."""
    teller = Teller()
    for gap, move in story:
        teller.passes(gap, awake=True)
        teller.does(move)
    return recorded("T1", teller.history, lambda _message, _opening: e.TextFacts())


def _replayed(kind: type[Replay], history: History, compiled: Compiled, **how: object) -> tuple[Totals, Case]:
    run = kind(history, compiled, STAFFED, Totals(), **how)  # type: ignore[arg-type]
    run.run(history.events[-1].at + END)
    return run.tally, run.case


@given(st.lists(stories, min_size=1, max_size=3), st.sampled_from(COMPILED))
def test_short_cuts_change_no_count_and_no_case(told, compiled):
    known: dict[object, object] = {}
    for story in told:
        history = _history(story)
        assert _replayed(Replay, history, compiled, known=known) == _replayed(_Plain, history, compiled)


@given(stories, st.sampled_from(COMPILED), st.sampled_from(["5m", "25m", "3h"]))
def test_nor_do_they_where_offers_are_accepted(story, compiled, wait):
    history, accepted = _history(story), Duration.parse(wait)
    quick = _replayed(Replay, history, compiled, accepted=accepted)
    assert quick == _replayed(_Plain, history, compiled, accepted=accepted)

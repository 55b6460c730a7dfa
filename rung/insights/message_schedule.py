"""When a policy speaks of a ticket that nobody takes, and to which level."""

from collections.abc import Iterator

from msgspec import Struct

from rung.core.calendar import Calendar
from rung.core.calendar.durations import From
from rung.core.case.case import Case
from rung.core.conditions.evaluation import Facts
from rung.core.policy.model import Actions, Fact
from rung.core.reckoning.compiled import ClockRule, Compiled
from rung.core.reckoning.ladder import Kind, destination
from rung.core.vocabulary import ClockName

#: What makes somebody look at a ticket that nobody has taken.
_CLOCKS = (ClockName.FIRST_RESPONSE, ClockName.UNASSIGNED)
_SECOND_US = 1_000_000


class Alert(Struct, frozen=True):
    """A message after so much running time; `to`: the level it offers the ticket to, None: its owner."""

    after_us: int
    calendar: Calendar
    to: str | None


class MessageSchedule:
    """One policy, asked again and again what it would say. Conditions are judged by the facts a ticket came with."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self._new: dict[tuple[int | None, int], tuple[Alert, ...]] = {}
        self._offered: dict[tuple[int | None, int, str], tuple[Alert, ...]] = {}

    def of_new(self, target: int | None, known: int, facts: Facts) -> tuple[Alert, ...]:
        """Of a new ticket that nobody takes, offers to each further level included; soonest first where alike."""
        key = target, known
        if key not in self._new:
            found = [alert for clock in _CLOCKS for alert in self._alerts(clock, target, facts)]
            self._new[key] = tuple(sorted(found, key=lambda alert: alert.after_us))
        return self._new[key]

    def of_offered(self, target: int | None, known: int, facts: Facts, level: str) -> tuple[Alert, ...]:
        """Of a ticket offered to a level that nobody there claims."""
        key = target, known, level
        if key not in self._offered:
            offered: Facts = {**facts, Fact.OFFERED_TO: level}
            alerts = self._alerts(ClockName.UNACCEPTED, target, offered)
            self._offered[key] = tuple(alert for alert in alerts if alert.to is None)
        return self._offered[key]

    def _alerts(self, clock: ClockName, target: int | None, facts: Facts) -> Iterator[Alert]:
        level = str(facts.get(Fact.LEVEL, ""))
        for rule in self.compiled.by_clock[clock]:
            calendar = self.compiled.calendar(rule.rule, target, level)
            for timed in self.compiled.thresholds(rule, target, calendar):
                actions = timed.step.actions
                if not (rule.when(facts) and timed.when(facts)) or not _speaks(actions):
                    continue
                if actions.escalate is None:
                    yield Alert(timed.threshold_us, calendar, None)
                else:
                    yield from self._offers(actions.escalate, timed.threshold_us, calendar, facts)

    def _offers(self, escalate: str, after_us: int, calendar: Calendar, facts: Facts) -> Iterator[Alert]:
        """To the level meant, and, since nobody accepts, to each further one after the wait for that. The ladder says
        where that is; an expert or another system is no level, so the ticket's owner is told."""
        policy = self.compiled.policy
        case = Case(path=str(facts.get(Fact.PATH, "")), level=str(facts.get(Fact.LEVEL, "")))
        meant = destination(case, policy, escalate)
        if meant.kind is not Kind.LEVEL:
            yield Alert(after_us, calendar, None)
        elif not (meant.already or meant.is_last):
            levels = policy.paths.get(meant.path, ())
            wait = _until_the_next(self.compiled.by_clock[ClockName.UNACCEPTED]) if meant.rank >= 0 else None
            further = levels[meant.rank :] if wait is not None else (meant.level,)
            for step, level in enumerate(further):
                yield Alert(after_us + step * (wait or 0), calendar, level)


def _until_the_next(rules: tuple[ClockRule, ...]) -> int | None:
    """After how long an offer that nobody accepts goes on to the next level, in microseconds."""
    for rule in rules:
        for step in rule.rule.steps:
            if step.at.measured is From.START and step.actions.escalate == "next":
                return round(step.at.duration.elapsed.total_seconds()) * _SECOND_US
    return None


def _speaks(actions: Actions) -> bool:
    return bool(actions.escalate or actions.notify or actions.remind or actions.assign or actions.page)

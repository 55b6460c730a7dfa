"""A policy made ready for reckoning: conditions as functions, rules by clock, thresholds in microseconds."""

from collections.abc import Hashable, Iterable, Iterator

from msgspec import Struct

from rung.core.calendar import ALWAYS, Calendar
from rung.core.calendar.moments import SECOND_US, duration_us
from rung.core.case.case import Case
from rung.core.case.then import Then
from rung.core.conditions.evaluation import Facts, Predicate, facts_of, predicate, whens_of
from rung.core.policy.model import Actions, Fact, Policy, Rule, Step, Target, When
from rung.core.reckoning.clocks import UNLIMITED, Pauses
from rung.core.reckoning.facts import facts
from rung.core.reckoning.workflows import acting_alone
from rung.core.vocabulary import METRICS, ClockName

#: The longest an offer at the last level waits before it is repeated.
LONGEST_REPEAT_US = 8 * 3_600 * SECOND_US

#: Later than anybody waits.
CENTURY_US = 36_525 * 86_400 * SECOND_US

#: Sets of facts remembered per policy; beyond that all are forgotten at once.
MOST_KEPT = 20_000


class TimedStep(Struct, frozen=True):
    step: Step
    #: rule/step, as `Case.fired` knows it.
    key: str
    when: Predicate
    threshold_us: int
    #: Its place in the file: steps of one threshold keep that order.
    place: int


class ClockRule(Struct, frozen=True):
    place: int
    rule: Rule
    clock: ClockName
    when: Predicate
    whens: tuple[Predicate, ...]


class PlainRule(Struct, frozen=True):
    """A rule without a clock."""

    place: int
    rule: Rule
    when: Predicate
    asks_rating: bool


class ApplicableRules:
    """What a policy says to a set of facts: the target, the calendar, and which rules hold."""

    __slots__ = ("_compiled", "_plain", "_whens", "calendar", "facts", "level", "target")

    def __init__(self, compiled: "Compiled", known: Facts, level: str | None) -> None:
        self.facts = known
        self.level = level
        #: The place of the target among those of the policy.
        self.target = compiled.target(known)
        #: The ticket's calendar: its target's, else its level's, else `always`.
        self.calendar = compiled.calendar(None, self.target, level)
        self._compiled = compiled
        self._plain: tuple[PlainRule, ...] | None = None
        self._whens: dict[tuple[int, int], bool] = {}

    @property
    def plain(self) -> tuple[PlainRule, ...]:
        """The rules without a clock that hold."""
        if self._plain is None:
            self._plain = tuple(rule for rule in self._compiled.plain_rules if rule.when(self.facts))
        return self._plain

    def applies(self, rule: ClockRule, timed: TimedStep) -> bool:
        """Whether both the rule and this step of it hold."""
        key = rule.place, timed.place
        known = self._whens.get(key)
        if known is None:
            known = self._whens[key] = rule.when(self.facts) and timed.when(self.facts)
        return known


class Compiled:
    """One policy version, ready. Immutable but for what it remembers of questions whose answers never change."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.targets = tuple((predicate(target.when), target) for target in policy.targets)
        self.priority_rules = tuple((predicate(rule.when), rule) for rule in policy.priority.rules)
        self.routes = tuple((predicate(route.when), route) for route in policy.routing)
        self.clock_rules = tuple(
            ClockRule(place, rule, rule.clock, predicate(rule.when), tuple(predicate(s.when) for s in rule.steps))
            for place, rule in enumerate(policy.rules)
            if rule.clock is not None
        )
        self.plain_rules = tuple(
            PlainRule(place, rule, predicate(rule.when), Fact.RATING in set(facts_of(rule.when)))
            for place, rule in enumerate(policy.rules)
            if rule.clock is None and rule.do is not None
        )
        self.workflows = tuple((predicate(workflow.when), workflow) for workflow in policy.workflows)
        self.plain_rules += tuple(
            PlainRule(len(policy.rules) + place, acting_alone(workflow), when, asks_rating=False)
            for place, (when, workflow) in enumerate(self.workflows)
            if workflow.auto and not workflow.ask
        )
        self.by_clock = {clock: tuple(rule for rule in self.clock_rules if rule.clock is clock) for clock in ClockName}
        self._asks_for_customer = any(Fact.CUSTOMER in facts_of(when) for when in whens_of(policy))
        #: The clocks that a rule or a target looks at.
        self.watched = frozenset(
            clock
            for clock in ClockName
            if self.by_clock[clock] or any(target.goal(clock) is not None for target in policy.targets)
        )
        self._applicable_by_facts: dict[Hashable, ApplicableRules] = {}
        self._thresholds: dict[tuple[int, int, int], tuple[TimedStep, ...]] = {}
        self._goals: dict[tuple[ClockName, int, int], int | None] = {}
        self._least: dict[tuple[ClockName, int | None, str | None], int] = {}
        self._least_of: dict[ClockName, int] = {}
        #: The facts that decide whether and when something is escalated.
        self._climbing = frozenset(fact for when in _climbing(policy) for fact in facts_of(when))
        self._pauses: dict[tuple[int, int], Pauses] = {}
        self._calendar_of_level = {
            name: self._calendar(level.calendar) for name, level in policy.levels.items() if level.calendar
        }
        self._calendar_of_target = tuple(
            self._calendar(target.calendar) if target.calendar else None for target in policy.targets
        )
        self._calendar_of_rule = {
            rule.id: self._calendar(rule.calendar) for rule in policy.rules if rule.calendar is not None
        }

    def applicable(self, case: Case | Then) -> ApplicableRules:
        """What the policy says to the facts of a case: one answer for all cases with the same facts."""
        key = (
            case.status,
            case.priority,
            case.level,
            case.category,
            case.path,
            case.offered_to,
            case.critical,
            case.attempts,
            case.reopens,
            case.tier,
            case.emotion,
            case.rating,
            case.channel,
            case.language,
            case.customer if self._asks_for_customer else None,
            tuple(case.matched),
            tuple(case.tags),
        )
        found = self._applicable_by_facts.get(key)
        if found is None:
            if len(self._applicable_by_facts) >= MOST_KEPT:
                self._applicable_by_facts.clear()
            known = facts(case)
            if not self._asks_for_customer:
                known = {fact: value for fact, value in known.items() if fact is not Fact.CUSTOMER}
            found = self._applicable_by_facts[key] = ApplicableRules(self, known, case.level)
        return found

    def target(self, known: Facts) -> int | None:
        """The place of the first target whose `when` holds."""
        for place, (when, _) in enumerate(self.targets):
            if when(known):
                return place
        return None

    def goals(self, target: int | None) -> Target:
        return _NO_TARGET if target is None else self.targets[target][1]

    def calendar(self, rule: Rule | None, target: int | None, level: str | None) -> Calendar:
        """The rule's own calendar, else that of the ticket's target, else its level's, else `always`."""
        if rule is not None and rule.calendar is not None:
            return self._calendar_of_rule[rule.id]
        if target is not None:
            own = self._calendar_of_target[target]
            if own is not None:
                return own
        if level is not None:
            return self._calendar_of_level.get(level, ALWAYS)
        return ALWAYS

    def level_calendar(self, level: str) -> Calendar:
        """When the people of a level are there."""
        return self._calendar_of_level.get(level, ALWAYS)

    def thresholds(self, rule: ClockRule, target: int | None, calendar: Calendar) -> tuple[TimedStep, ...]:
        """The rule's steps with their running time, earliest first; those that have none are left out."""
        key = (rule.place, -1 if target is None else target, id(calendar))
        cached = self._thresholds.get(key)
        if cached is None:
            cached = self._thresholds[key] = self._reckon_thresholds(rule, target, calendar)
        return cached

    def goal_us(self, metric: ClockName, target: int | None, calendar: Calendar) -> int | None:
        """The target of a metric in microseconds of working time, None without one."""
        if target is None:
            return None
        key = (metric, target, id(calendar))
        if key not in self._goals:
            goal = self.targets[target][1].goal(metric)
            self._goals[key] = None if goal is None else duration_us(goal.on(calendar))
        return self._goals[key]

    def least_us(self, clock: ClockName, target: int | None, level: str | None) -> int:
        """The shortest running time at which anything stands on a clock, microseconds; a century at most."""
        key = (clock, target, level)
        least = self._least.get(key)
        if least is None:
            own = self.calendar(None, target, level)
            times = [
                timed.threshold_us for rule in self.by_clock[clock] for timed in self._of_rule(rule, target, level)
            ]
            goal = self.goal_us(clock, target, own) if clock in METRICS else None
            least = self._least[key] = min(*times, CENTURY_US if goal is None else goal, CENTURY_US)
        return least

    def least_of(self, clock: ClockName) -> int:
        """`least_us`, whatever the target and the level."""
        least = self._least_of.get(clock)
        if least is None:
            targets, levels = (None, *range(len(self.targets))), (None, *self.policy.levels)
            least = min(self.least_us(clock, target, level) for target in targets for level in levels)
            self._least_of[clock] = least
        return least

    def may_climb_again(self, does: Iterable[Actions]) -> bool:
        """Whether what an escalation and those with it change may bring about another escalation at once."""
        changed = {Fact.OFFERED_TO, Fact.STATUS}
        for actions in does:
            changed |= {Fact.PRIORITY} if actions.priority else set()
            changed |= {Fact.TAG} if actions.tag else set()
        return not changed.isdisjoint(self._climbing)

    def _of_rule(self, rule: ClockRule, target: int | None, level: str | None) -> tuple[TimedStep, ...]:
        return self.thresholds(rule, target, self.calendar(rule.rule, target, level))

    def pauses(self, target: int | None, own: Calendar) -> Pauses:
        """What pauses the resolution clock of a ticket with this target, counted on its own calendar."""
        key = (-1 if target is None else target, id(own))
        cached = self._pauses.get(key)
        if cached is None:
            goals = self.goals(target)
            limits = {
                turn: duration_us(goals.pause_at_most[turn].on(own)) if turn in goals.pause_at_most else UNLIMITED
                for turn in goals.pause_on
            }
            cached = self._pauses[key] = Pauses(limits, own)
        return cached

    def _calendar(self, name: str) -> Calendar:
        return self.policy.calendars.get(name, ALWAYS)

    def _reckon_thresholds(self, rule: ClockRule, target: int | None, calendar: Calendar) -> tuple[TimedStep, ...]:
        goal = self.goals(target).goal(rule.clock)
        length = None if goal is None else goal.on(calendar)
        timed = []
        for place, (step, when) in enumerate(zip(rule.rule.steps, rule.whens, strict=True)):
            running = step.at.of(length, calendar)
            if running is not None:
                timed.append(TimedStep(step, f"{rule.rule.id}/{step.id}", when, duration_us(running), place))
        return tuple(sorted(timed, key=lambda each: (each.threshold_us, each.place)))


def _climbing(policy: Policy) -> Iterator[When]:
    """The conditions of everything that escalates, and of the targets by which its steps may be measured."""
    for rule in policy.rules:
        steps = [step for step in rule.steps if step.actions.escalate is not None]
        if steps or (rule.do is not None and rule.do.escalate is not None):
            yield rule.when
            yield from (step.when for step in steps)
    yield from (target.when for target in policy.targets)


_NO_TARGET = Target()


def repeated(timed: TimedStep, repeat: int) -> int:
    """The threshold of a step on the `unaccepted` clock of an offer made again at the last level:
    each repeat waits twice as long, at most 8 h."""
    if repeat == 0 or timed.step.actions.escalate != "next":
        return timed.threshold_us
    return max(timed.threshold_us, min(timed.threshold_us << min(repeat, 32), LONGEST_REPEAT_US))

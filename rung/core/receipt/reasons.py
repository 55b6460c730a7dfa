"""What a policy did on a ticket and through which condition, and why the rest of it has not acted: for the receipt."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from rung.core.calendar.moments import to_us
from rung.core.case import events as e
from rung.core.case.case import Case, Cycle
from rung.core.case.fold import fold
from rung.core.case.late_events import as_they_count
from rung.core.conditions.evaluation import Facts, holds
from rung.core.conditions.explain import Part, deciding
from rung.core.handbook.steps import name_of
from rung.core.policy import plain_words as words
from rung.core.policy.model import Rule, Step, When
from rung.core.reckoning import clocks
from rung.core.reckoning.compiled import ClockRule, Compiled, PlainRule, TimedStep, repeated
from rung.core.reckoning.earlier_case import EarlierCase, as_of
from rung.core.reckoning.facts import facts as facts_of
from rung.core.reckoning.look import Look
from rung.core.sentences import say, word
from rung.core.vocabulary import ClockName

_MICROSECOND = timedelta(microseconds=1)


class Fired(Struct, frozen=True):
    """A step acted upon: when it was due, how late, and through which condition with the facts of that moment."""

    number: int
    rule: str
    rule_name: str
    step: str
    clock: ClockName | None
    cycle: int
    due_at: datetime
    at: datetime
    outcome: e.StepOutcome
    because: tuple[Part, ...]
    #: Since when it is measured so, where that is later than `due_at`.
    since: datetime | None = None
    #: The number of the event that, by what was told later, had ended the clock before the step was due.
    unknown: int | None = None

    @property
    def late(self) -> timedelta:
        return self.at - (self.since or self.due_at)


class NotYet(Struct, frozen=True):
    """Why a rule has not acted, or not gone further: one sentence, and the parts of its condition that decide."""

    rule: str
    rule_name: str
    sentence: str
    parts: tuple[Part, ...] = ()
    #: Only its time has not come: it is among what is next.
    ahead: bool = False


def fired(history: Sequence[e.AnyEvent], compiled: Compiled) -> Iterator[Fired]:
    """Every step that was acted upon, in the order of the events as they count."""
    case = Case()
    rules = {rule.id: rule for rule in compiled.policy.rules}
    plain = {rule.rule.id: rule.rule for rule in compiled.plain_rules}
    every = as_they_count(history)
    for place, event in enumerate(every):
        if isinstance(event, e.StepFired):
            rule = rules.get(event.rule) or plain.get(event.rule)
            yield Fired(
                number=event.number,
                rule=event.rule,
                rule_name=event.rule if rule is None else name_of(rule),
                step=event.step,
                clock=event.clock,
                cycle=event.cycle,
                due_at=event.due_at,
                at=event.at,
                outcome=event.outcome,
                because=()
                if rule is None
                else _because(rule, event.step, _facts_at(event, every[:place], case, compiled)),
                since=event.since,
                unknown=_ended_unknown(event, case),
            )
        fold(case, event)


def _ended_unknown(event: e.StepFired, case: Case) -> int | None:
    """What had ended the step's clock before it, though the desk was told of it only afterwards."""
    if case.number < event.number or event.outcome is not e.StepOutcome.FIRED:
        return None
    ends = (each.ended for each in case.ended if each.clock is event.clock and each.number == event.cycle)
    return next((number for number in ends if number > event.number), None)


def _facts_at(event: e.StepFired, before: Sequence[e.AnyEvent], case: Case, compiled: Compiled) -> Facts:
    """The facts by which a step was judged: those of its crossing, also where the look came late."""
    if event.clock is None or case.last_at is None or event.due_at >= case.last_at:
        return facts_of(case)
    return facts_of(as_of(EarlierCase(lambda: before), compiled, case, to_us(event.due_at))[0])


def _because(rule: Rule, step: str, facts: Facts) -> tuple[Part, ...]:
    whens: list[When] = [rule.when]
    whens += [each.when for each in rule.steps if each.id == step]
    return tuple(part for when in whens for part in deciding(when, facts))


def why_not(look: Look) -> Iterator[NotYet]:
    """Every step and rule that could still act, with what keeps it from it."""
    for rule in look.compiled.clock_rules:
        for step in rule.rule.steps:
            yield _step_not_yet(look, rule, step)
    for plain in look.compiled.plain_rules:
        yield _plain_not_yet(look, plain)


def _step_not_yet(look: Look, of_clock: ClockRule, step: Step) -> NotYet:
    rule = of_clock.rule
    name = f"{name_of(rule)}, {step.at}"
    cycle = look.case.running.get(of_clock.clock)
    if cycle is None:
        return NotYet(rule.id, name, say("its clock %(clock)s is not running", clock=word(of_clock.clock)))
    if look.case.has_fired(rule.id, step.id, cycle.number):
        return NotYet(rule.id, name, say("it has already acted in this cycle, and acts only once"))
    failing = [when for when in (rule.when, step.when) if not holds(when, look.facts)]
    if failing:
        parts = tuple(part for when in failing for part in deciding(when, look.facts))
        return NotYet(rule.id, name, say("its condition does not hold now"), parts)
    calendar = look.compiled.calendar(rule, look.target, look.case.level)
    thresholds = look.compiled.thresholds(of_clock, look.target, calendar)
    timed = next((each for each in thresholds if each.step is step), None)
    if timed is None:
        none = say("this ticket has no target for it, or the target is shorter than the step's time before it")
        return NotYet(rule.id, name, none)
    return _time_not_come(look, rule, cycle, timed)


def _time_not_come(look: Look, rule: Rule, cycle: Cycle, timed: TimedStep) -> NotYet:
    name, calendar = f"{name_of(rule)}, {timed.step.at}", look.compiled.calendar(rule, look.target, look.case.level)
    threshold = repeated(timed, cycle.repeat)
    read = look.read(cycle, calendar)
    at = clocks.crossing(read, threshold, calendar)
    if at is None:
        return NotYet(rule.id, name, say("its clock is paused"))
    if at <= look.now_us:
        return NotYet(rule.id, name, say("its time has come: it acts at the next look"))
    ran = clocks.ran_until(read, look.now_us, calendar) * _MICROSECOND
    has_run = words.span(ran) if ran >= timedelta(seconds=1) else say("no time")
    said = say("its clock has run %(ran)s of %(whole)s", ran=has_run, whole=words.span(threshold * _MICROSECOND))
    if threshold != timed.threshold_us:
        said += say(", since each repeat of an offer waits twice as long")
    return NotYet(rule.id, name, said, ahead=True)


def _plain_not_yet(look: Look, plain: PlainRule) -> NotYet:
    rule = plain.rule
    if plain.when(look.facts):
        if rule.id in look.case.episodes:
            return NotYet(
                rule.id, name_of(rule), say("it has acted, and acts again only after its condition has ceased")
            )
        return NotYet(rule.id, name_of(rule), say("its condition holds: it acts at the next look"))
    return NotYet(rule.id, name_of(rule), say("its condition does not hold"), deciding(rule.when, look.facts))

"""Finds steps that come too late, in the wrong order or never, and tickets that no clock watches."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from rung.core.calendar import Calendar
from rung.core.calendar.durations import Duration, From
from rung.core.check.findings_sheet import Notes
from rung.core.policy.model import All, Fact, Is, Rule, Step, Target
from rung.core.sentences import say
from rung.core.vocabulary import METRICS, ClockName

#: A Monday: calendars are compared over the four weeks from here, holidays of that time included.
_SAMPLE = date(2026, 2, 2)
_SAMPLE_DAYS = 28
_LONGEST_WEEKS = 26


def check(notes: Notes) -> None:
    """Steps against the targets they can meet, targets against the calendars."""
    for place, rule in notes.rules():
        if rule.clock is not None:
            _steps(notes, place, rule, rule.clock)
    for number, target in enumerate(notes.policy.targets):
        _target(notes, f"targets[{number}]", target)


# --- steps


def _steps(notes: Notes, place: str, rule: Rule, clock: ClockName) -> None:
    _repeated(notes, place, rule.steps)
    met = [number for number in range(len(notes.policy.targets)) if _can_meet(notes, rule, number)]
    goals = {number: goal for number in met if (goal := notes.policy.targets[number].goal(clock)) is not None}
    for number, step in enumerate(rule.steps):
        if step.at.needs_target and not goals:
            sets = say("no target that this rule can meet sets %(clock)s", clock=clock)
            notes.error(
                f"{place}.steps[{number}].at",
                say("this step never fires: %(sets)s", sets=sets),
                say("set %(clock)s in a target, or write a time", clock=clock),
            )
    seen: set[str] = set()
    for target, goal in goals.items():
        calendar = notes.calendar_of(rule, target)
        for at, message, remedy in _misplaced(rule.steps, goal, calendar, f"targets[{target}]"):
            if at not in seen:
                seen.add(at)
                notes.warning(f"{place}{at}", message, remedy)
    if not goals:
        for at, message, remedy in _out_of_order(rule.steps, None, notes.calendar_of(rule, None), ""):
            notes.warning(f"{place}{at}", message, remedy)


def _can_meet(notes: Notes, rule: Rule, target: int) -> bool:
    return notes.world.possible(rule.when, notes.selected(target))


def _misplaced(steps: Sequence[Step], goal: Duration, calendar: Calendar, where: str) -> Iterator[tuple[str, str, str]]:
    length = goal.on(calendar)
    earliest = min((at for step in steps if (at := step.at.of(length, calendar)) is not None), default=None)
    for number, step in enumerate(steps):
        at = step.at.of(length, calendar)
        if at is None and step.at.measured is From.TARGET:
            passed = say(
                '"%(at)s" is longer than the %(goal)s of %(where)s, so the step is passed over there',
                at=step.at,
                goal=goal,
                where=where,
            )
            yield f".steps[{number}].at", passed, say("write a share such as 75%")
        elif at is not None and at > length and step.at.measured is From.START:
            late = say('"%(at)s" comes after the %(goal)s of %(where)s', at=step.at, goal=goal, where=where)
            yield (
                f".steps[{number}].at",
                say("%(late)s, which is missed by then", late=late),
                say("write a share such as 75%"),
            )
        elif at is not None and at > length and at == earliest:
            yield (
                f".steps[{number}].at",
                say("the first sign comes after the target is missed (%(where)s)", where=where),
                say("add a step at 75%"),
            )
    yield from _out_of_order(
        steps, length, calendar, say(" where the target is %(goal)s (%(where)s)", goal=goal, where=where)
    )


def _out_of_order(
    steps: Sequence[Step], length: timedelta | None, calendar: Calendar, where: str
) -> Iterator[tuple[str, str, str]]:
    latest: tuple[timedelta, Step] | None = None
    for number, step in enumerate(steps):
        at = step.at.of(length, calendar)
        if at is None:
            continue
        if latest is not None and at < latest[0]:
            message = say(
                '"%(at)s" comes before "%(above)s", the step above it%(where)s',
                at=step.at,
                above=latest[1].at,
                where=where,
            )
            yield f".steps[{number}].at", message, say("write the steps in the order in which they happen")
        if latest is None or at >= latest[0]:
            latest = at, step


def _repeated(notes: Notes, place: str, steps: Sequence[Step]) -> None:
    closed: Step | None = None
    for number, step in enumerate(steps):
        if closed is not None:
            notes.error(
                f"{place}.steps[{number}]",
                say('the ticket is closed at "%(at)s", before this step', at=closed.at),
                say("move it up"),
            )
        elif any(
            (step.at, step.actions, step.when) == (other.at, other.actions, other.when) for other in steps[:number]
        ):
            notes.error(f"{place}.steps[{number}]", say("this repeats a step above it"), say("remove one of the two"))
        if step.actions.close is not None and step.when == All(()):
            closed = step


# --- targets


def _target(notes: Notes, place: str, target: Target) -> None:
    calendar = notes.calendar(target.calendar)
    for metric in METRICS:
        goal = target.goal(metric)
        if goal is not None and goal.on(calendar) > _LONGEST_WEEKS * calendar.ordinary_week:
            weeks = int(goal.on(calendar) / calendar.ordinary_week)
            notes.warning(
                f"{place}.{metric}",
                say("%(goal)s on this calendar takes %(weeks)s weeks", goal=goal, weeks=weeks),
                say("did you mean a shorter time?"),
            )
    first, last = target.first_response, target.resolution
    if first is not None and last is not None and first.on(calendar) > last.on(calendar):
        message = say("the first response (%(first)s) is due after the resolution (%(last)s)", first=first, last=last)
        notes.warning(f"{place}.first_response", message, say("make it shorter"))
    _people_at_work(notes, place, target, calendar)


def _people_at_work(notes: Notes, place: str, target: Target, calendar: Calendar) -> None:
    """Whether somebody of each path's first level works at all while the target's time counts."""
    if calendar.always:
        return
    for path, levels in notes.policy.paths.items():
        level = notes.policy.levels[levels[0]]
        meets = notes.world.example(target.when, Is(Fact.PATH, (path,))) is not None
        if meets and not _overlap(calendar, notes.calendar(level.calendar)):
            notes.error(
                f"{place}.calendar",
                say(
                    "this cannot be met: %(name)s works on %(calendar)s, never while %(targets)s is open",
                    name=level.name,
                    calendar=level.calendar,
                    targets=target.calendar,
                ),
                say("choose calendars that share some hours"),
            )


def _overlap(one: Calendar, other: Calendar) -> bool:
    days = [_SAMPLE + timedelta(days=step) for step in range(_SAMPLE_DAYS)]
    spans = [span for day in days for span in one.intervals(day)]
    others = [span for day in days for span in other.intervals(day)]
    return any(start < other_end and other_start < end for start, end in spans for other_start, other_end in others)

"""Finds tickets that could sleep for ever: states of an open ticket in which no clock wakes anybody."""

from collections.abc import Iterator

from rung.core.check.findings_sheet import Notes
from rung.core.check.unreachable_entries import RUNS_WHILE
from rung.core.conditions.satisfiable import in_words, otherwise
from rung.core.policy.model import Actions, All, AnyOf, Fact, Is, Rule, Step, Target, When
from rung.core.sentences import key, say
from rung.core.vocabulary import METRICS, ClockName, Status, Turn

C = ClockName
#: Every state an open ticket can be in, and the clocks that could wake somebody in it.
STATES: tuple[tuple[str, Status, tuple[ClockName, ...]], ...] = (
    (
        key("a new ticket that nobody has taken"),
        Status.OPEN,
        (C.FIRST_RESPONSE, C.UNASSIGNED, C.AT_LEVEL, C.RESOLUTION),
    ),
    (key("a new ticket whose assignee is silent"), Status.OPEN, (C.FIRST_RESPONSE, C.IDLE, C.AT_LEVEL, C.RESOLUTION)),
    (
        key("a ticket whose customer has written again"),
        Status.OPEN,
        (C.NEXT_RESPONSE, C.IDLE, C.AT_LEVEL, C.RESOLUTION),
    ),
    (key("a ticket whose customer was promised an answer"), Status.OPEN, (C.UPDATE, C.IDLE, C.AT_LEVEL, C.RESOLUTION)),
    (key("a ticket that waits for its customer"), Status.PENDING, (C.CUSTOMER_SILENCE, C.AT_LEVEL, C.RESOLUTION)),
    (key("a ticket that waits for a third party"), Status.ON_HOLD, (C.THIRD_PARTY_SILENCE, C.AT_LEVEL, C.RESOLUTION)),
)
_PAUSABLE = (C.RESOLUTION, C.AT_LEVEL)
_TURN = {Status.PENDING: Turn.CUSTOMER, Status.ON_HOLD: Turn.THIRD_PARTY}


def check(notes: Notes) -> None:
    """Every state of an open ticket against the clocks that could wake somebody in it."""
    policy = notes.policy
    if not policy.rules:
        notes.warning(
            "",
            say("there are no rules, so nobody is reminded and nothing escalates"),
            say("add rules: [{clock: first_response, …}]"),
        )
        return
    for said, status, clocks in STATES:
        waking = [when for clock in clocks for when in _waking(notes, clock, status)]
        ticket = notes.world.example(Is(Fact.STATUS, (status,)), otherwise(waking))
        if ticket is not None:
            shown = in_words({fact: value for fact, value in ticket.items() if fact is not Fact.STATUS})
            which = "" if shown == "any" else f" ({shown})"
            listed = ", ".join(clock for clock in clocks)
            notes.warning(
                "rules",
                say(
                    "%(said)s%(which)s could sleep for ever: no step on %(listed)s wakes anybody",
                    said=say(said),
                    which=which,
                    listed=listed,
                ),
                say("add a rule with clock: %(clock)s and without `when`", clock=clocks[0]),
            )
    _unwatched(notes)
    if not any(rule.clock is C.UNACCEPTED for rule in policy.rules):
        notes.warning(
            "rules",
            say("an offer that nobody accepts is never repeated: no rule watches unaccepted"),
            say("add a rule with clock: unaccepted and {at: 30m, escalate: next}"),
        )


def _unwatched(notes: Notes) -> None:
    """Promises on a clock that wakes nobody: they are broken in silence, whatever else wakes somebody then."""
    for number in range(len(notes.policy.targets)):
        target, selected = notes.policy.targets[number], notes.selected(number)
        if not notes.world.possible(selected):
            continue  # it never counts, which is said where the list is checked
        for metric in METRICS:
            goal = target.goal(metric)
            if goal is not None and not any(
                notes.world.possible(selected, when) for when in _waking(notes, metric, Status.OPEN)
            ):
                notes.warning(
                    f"targets[{number}].{metric}",
                    say(
                        "no rule watches %(metric)s of these tickets, so its %(goal)s can pass without "
                        "anybody being told",
                        metric=metric,
                        goal=goal,
                    ),
                    say("add a rule with clock: %(metric)s and a step at 75%%, or promise nothing", metric=metric),
                )


def _waking(notes: Notes, clock: ClockName, status: Status) -> Iterator[When]:
    """The conditions under which a step of the clock wakes somebody while a ticket has the status."""
    if status not in RUNS_WHILE[clock]:
        return
    turn = _TURN.get(status)
    for rule in notes.policy.rules:
        if rule.clock is not clock:
            continue
        for step in rule.steps:
            if not _wakes(step.actions):
                continue
            numbers = range(len(notes.policy.targets))
            unpaused = [number for number in numbers if _runs_on(notes.policy.targets[number], clock, turn)]
            if step.at.needs_target:
                unpaused = [number for number in unpaused if _fires(notes, rule, step, number, clock)]
                yield All((rule.when, step.when, AnyOf(tuple(notes.selected(number) for number in unpaused))))
            elif clock in _PAUSABLE and turn is not None:
                yield All((rule.when, step.when, AnyOf(tuple(notes.selected(number) for number in unpaused))))
            else:
                yield All((rule.when, step.when))


def _runs_on(target: Target, clock: ClockName, turn: Turn | None) -> bool:
    return clock not in _PAUSABLE or turn is None or turn not in target.pause_on or turn in target.pause_at_most


def _fires(notes: Notes, rule: Rule, step: Step, target: int, clock: ClockName) -> bool:
    goal = notes.policy.targets[target].goal(clock)
    calendar = notes.calendar_of(rule, target)
    return goal is not None and step.at.of(goal.on(calendar), calendar) is not None


def _wakes(actions: Actions) -> bool:
    """Whether a person hears of it, or the ticket is over."""
    told = actions.escalate or actions.notify or actions.remind or actions.page or actions.assign or actions.close
    return bool(told) or actions.unassign

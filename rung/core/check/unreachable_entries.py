"""Finds entries that can never match: contradictory ones, and those that earlier entries leave nothing to."""

from collections.abc import Sequence

from rung.core.check.findings_sheet import Notes
from rung.core.conditions.evaluation import facts_of
from rung.core.conditions.satisfiable import contains, in_words, otherwise
from rung.core.policy.model import ALWAYS_TRUE, All, Fact, Is, When
from rung.core.sentences import say
from rung.core.vocabulary import ClockName, Status

OPEN_STATUSES = (Status.OPEN, Status.PENDING, Status.ON_HOLD)
_OURS = (Status.OPEN,)
_NOT_CUSTOMERS = (Status.OPEN, Status.ON_HOLD)
RUNS_WHILE: dict[ClockName, tuple[Status, ...]] = {
    ClockName.FIRST_RESPONSE: _NOT_CUSTOMERS,
    ClockName.NEXT_RESPONSE: _NOT_CUSTOMERS,
    ClockName.UPDATE: _NOT_CUSTOMERS,
    ClockName.RESOLUTION: OPEN_STATUSES,
    ClockName.UNASSIGNED: _OURS,
    ClockName.IDLE: _OURS,
    ClockName.AT_LEVEL: OPEN_STATUSES,
    ClockName.UNACCEPTED: OPEN_STATUSES,
    ClockName.CUSTOMER_SILENCE: (Status.PENDING,),
    ClockName.THIRD_PARTY_SILENCE: (Status.ON_HOLD,),
}


_OPEN = Is(Fact.STATUS, OPEN_STATUSES)


def check(notes: Notes) -> None:
    """Every list in which the first match wins, every rule and step, every category and workflow."""
    policy = notes.policy
    _first_match(notes, "routing", [route.when for route in policy.routing])
    _first_match(notes, "priority.rules", [rule.when for rule in policy.priority.rules])
    _first_match(notes, "targets", [target.when for target in policy.targets])
    _no_target(notes)
    _rules(notes)
    _categories(notes)
    _workflows(notes)


def running(clock: ClockName) -> When:
    """What holds of every ticket on which the clock runs."""
    return Is(Fact.STATUS, RUNS_WHILE[clock])


def _first_match(notes: Notes, section: str, conditions: Sequence[When]) -> None:
    for number, when in enumerate(conditions):
        place = f"{section}[{number}]"
        if not notes.world.possible(when):
            notes.error(
                f"{place}.when", say("this can never hold: it contradicts itself"), say("take one of its facts out")
            )
        elif not notes.world.possible(when, otherwise(conditions[:number])):
            blocking = next(
                (
                    earlier
                    for earlier in range(number)
                    if not notes.world.possible(when, otherwise([conditions[earlier]]))
                ),
                None,
            )
            by = (
                say("%(section)s[%(blocking)s] takes", section=section, blocking=blocking)
                if blocking is not None
                else say("the entries above take")
            )
            notes.error(
                place,
                say("this never counts: %(by)s every ticket it could match", by=by),
                say("move it up, or remove it"),
            )


def _no_target(notes: Notes) -> None:
    targets = notes.policy.targets
    if not targets:
        notes.warning(
            "targets",
            say("there are no targets, so no ticket has a deadline"),
            say("add targets: [{first_response: 1h}]"),
        )
    elif (ticket := notes.world.example(otherwise(target.when for target in targets))) is not None:
        notes.warning(
            "targets",
            say("a ticket with %(in_words)s matches none of these, so it has no deadline", in_words=in_words(ticket)),
            say("end the list with a target without `when`"),
        )


def _rules(notes: Notes) -> None:
    for place, rule in notes.rules():
        runs = running(rule.clock) if rule.clock is not None else ALWAYS_TRUE
        if not notes.world.possible(rule.when):
            notes.error(
                f"{place}.when", say("this can never hold: it contradicts itself"), say("take one of its facts out")
            )
            continue
        if rule.clock is not None and not notes.world.possible(rule.when, runs):
            statuses = say(" or ").join(RUNS_WHILE[rule.clock])
            notes.error(
                f"{place}.when",
                say(
                    "this can never hold while %(clock)s runs, which is when a ticket is %(statuses)s",
                    clock=rule.clock,
                    statuses=statuses,
                ),
                say("change the status, or the clock"),
            )
            continue
        if rule.clock is None and Fact.RATING not in facts_of(rule.when) and not notes.world.possible(rule.when, _OPEN):
            notes.error(
                f"{place}.when",
                say("this never acts: once a ticket is resolved, a rule without a clock acts on a rating alone"),
                say("ask for a status of open tickets, or for a rating"),
            )
        for number, step in enumerate(rule.steps):
            if not notes.world.possible(rule.when, step.when, runs):
                notes.error(
                    f"{place}.steps[{number}].when",
                    say("this can never hold together with the rule's own `when`"),
                    say("change one of the two"),
                )


def _categories(notes: Notes) -> None:
    heard: list[tuple[str, str]] = []
    for category in notes.policy.categories:
        for number, phrase in enumerate(category.text):
            earlier = next(((name, part) for name, part in heard if contains(phrase, part)), None)
            if earlier is not None:
                name, part = earlier
                where = (
                    say("already")
                    if name == category.name
                    else say("already under %(name)s, which comes first", name=name)
                )
                notes.warning(
                    f"categories.{category.name}.text[{number}]",
                    say(
                        '"%(phrase)s" decides nothing: "%(part)s" is listed %(where)s',
                        phrase=phrase,
                        part=part,
                        where=where,
                    ),
                    say("remove it, or move its category up"),
                )
            heard.append((category.name, phrase))


def _workflows(notes: Notes) -> None:
    for workflow in notes.policy.workflows:
        place = f"workflows.{workflow.name}"
        if not notes.world.possible(workflow.when):
            notes.error(
                f"{place}.when", say("this can never hold: it contradicts itself"), say("take one of its facts out")
            )
        if workflow.reply is None and workflow.then is None:
            notes.error(place, say("this workflow does nothing"), say("give it a reply, or then: pending"))
        if workflow.auto and workflow.ask:
            asked = ", ".join(workflow.ask)
            notes.error(
                f"{place}.auto",
                say("it cannot act alone while it has to ask for %(asked)s", asked=asked),
                say("remove ask, or auto"),
            )
        elif workflow.auto and workflow.when == All(()):
            notes.error(
                f"{place}.auto",
                say("acting alone and without a `when`, it would answer every ticket"),
                say("add when: {…}"),
            )

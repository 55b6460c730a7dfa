"""What the clocks of a ticket show, and what happens next, to whom, unless what: read-only, for people."""

from datetime import datetime, timedelta

from msgspec import Struct

from rung.core import addresses
from rung.core.calendar.moments import from_us
from rung.core.case.case import Cycle
from rung.core.handbook.steps import name_of
from rung.core.policy.model import Actions
from rung.core.reckoning import clocks
from rung.core.reckoning.compiled import ClockRule, TimedStep, repeated
from rung.core.reckoning.ladder import Destination, destination
from rung.core.reckoning.look import Look
from rung.core.reckoning.recipients import recipients
from rung.core.vocabulary import METRICS, ClockName

#: What ends each clock, in words: a step on it happens unless this comes first.
ENDS = {
    ClockName.FIRST_RESPONSE: "a person answers",
    ClockName.NEXT_RESPONSE: "a person answers",
    ClockName.UPDATE: "a person writes to the customer",
    ClockName.RESOLUTION: "it is resolved",
    ClockName.UNASSIGNED: "somebody takes it",
    ClockName.IDLE: "the assignee acts",
    ClockName.AT_LEVEL: "it leaves the level",
    ClockName.UNACCEPTED: "somebody claims or returns it",
    ClockName.CUSTOMER_SILENCE: "the customer writes",
    ClockName.THIRD_PARTY_SILENCE: "the third party reacts",
}


class ClockView(Struct, frozen=True):
    """One running cycle. Times of running are working time on `calendar`; `deadline_at` None: no goal, or paused."""

    clock: ClockName
    cycle: int
    started_at: datetime
    ran: timedelta
    goal: timedelta | None
    deadline_at: datetime | None
    #: Whether it counts at this moment (false: paused, or outside hours).
    counting: bool
    paused: bool
    missed: bool


class Upcoming(Struct, frozen=True):
    """A step that will be due at `at`, if nothing changes; it does not happen if `unless` comes first."""

    at: datetime
    rule: str
    rule_name: str
    step: str
    clock: ClockName
    actions: Actions
    #: Where an escalation would go, whom notices would reach, as things stand.
    to: tuple[str, ...]
    #: Its `when`, as things stand: false means it would be passed over.
    applies: bool
    unless: str


def clock_views(look: Look) -> tuple[ClockView, ...]:
    """The running clocks, in the order of `ClockName`."""
    running = look.case.running
    return tuple(_view(look, running[clock]) for clock in ClockName if clock in running)


def upcoming(look: Look) -> tuple[Upcoming, ...]:
    """Every step that will be due, soonest first."""
    found = []
    for clock, cycle in look.case.running.items():
        for rule in look.compiled.by_clock[clock]:
            found += _of_rule(look, rule, cycle)
    return tuple(sorted(found, key=lambda each: (each.at, each.rule)))


def _view(look: Look, cycle: Cycle) -> ClockView:
    own = look.calendar
    goal = look.compiled.goal_us(cycle.clock, look.target, own) if cycle.clock in METRICS else None
    read = look.read(cycle, own)
    ran = clocks.ran_until(read, look.now_us, own)
    at = None if goal is None else clocks.crossing(read, goal, own)
    runs = read.open_us is not None and read.open_us <= look.now_us
    return ClockView(
        clock=cycle.clock,
        cycle=cycle.number,
        started_at=from_us(cycle.started_us),
        ran=timedelta(microseconds=ran),
        goal=None if goal is None else timedelta(microseconds=goal),
        deadline_at=None if at is None else from_us(at),
        counting=runs and own.is_open(look.now),
        paused=not runs,
        missed=at is not None and at <= look.now_us,
    )


def _of_rule(look: Look, rule: ClockRule, cycle: Cycle) -> list[Upcoming]:
    calendar = look.compiled.calendar(rule.rule, look.target, look.case.level)
    read = look.read(cycle, calendar)
    found = []
    for timed in look.compiled.thresholds(rule, look.target, calendar):
        if look.case.has_fired(rule.rule.id, timed.step.id, cycle.number):
            continue
        at = clocks.crossing(read, repeated(timed, cycle.repeat), calendar)
        if at is not None and at > look.now_us:
            found.append(_step(look, rule, timed, from_us(at)))
    return found


def _step(look: Look, rule: ClockRule, timed: TimedStep, at: datetime) -> Upcoming:
    return Upcoming(
        at=at,
        rule=rule.rule.id,
        rule_name=name_of(rule.rule),
        step=timed.step.id,
        clock=rule.clock,
        actions=timed.step.actions,
        to=recipients_of(look, timed.step.actions),
        applies=rule.when(look.facts) and timed.when(look.facts),
        unless=ENDS[rule.clock],
    )


def recipients_of(look: Look, actions: Actions) -> tuple[str, ...]:
    """Whom actions would reach as things stand: levels, people, places."""
    to: dict[str, None] = {}
    if actions.escalate is not None:
        to[_where(destination(look.case, look.compiled.policy, actions.escalate))] = None
    for word in (*actions.notify, *((actions.remind,) if actions.remind else ())):
        to.update((who.to, None) for who in recipients(look, word))
    if actions.reply is not None:
        to["customer"] = None
    return tuple(to)


def _where(to: Destination) -> str:
    if to.level:
        return addresses.level(to.level)
    return f"{to.tracker}:{to.name}" if to.tracker else f"expert:{to.name}".rstrip(":")

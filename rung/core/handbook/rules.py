"""The handbook's chapters on what happens when: ladders, clocks, moments and how a ticket ends."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from rung.core.calendar import ALWAYS, Calendar
from rung.core.calendar.instants import zone
from rung.core.conditions.satisfiable import World
from rung.core.handbook.parts import Block, Ladder, Points, Prose, Section, Sentence, points
from rung.core.handbook.steps import name_of, rules_of, steps_of
from rung.core.handbook.unanswered import Rung, unanswered
from rung.core.policy import plain_words as words
from rung.core.policy.model import All, Not, Policy, When
from rung.core.reckoning.compiled import Compiled
from rung.core.sentences import key, say, word
from rung.core.vocabulary import ClockName

_LADDER_TIME = timedelta(days=5)
_MOST_RUNGS = 12
#: How far ahead a week without holidays is looked for.
_MOST_WEEKS = 10
_BUDGETS = {
    "person": key("A person gets at most %(count)s messages in %(time)s; the rest comes in one digest."),
    "channel": key("A channel gets at most %(count)s messages in %(time)s; the rest comes in one digest."),
}
_SILENCES = (ClockName.CUSTOMER_SILENCE, ClockName.THIRD_PARTY_SILENCE)


def ladders(compiled: Compiled, world: World, now: datetime) -> Section:
    """What happens to a ticket that nobody answers, one ladder for each target."""
    policy = compiled.policy
    drawn: list[Block] = []
    for number, target in enumerate(policy.targets):
        earlier = tuple(Not(other.when) for other in policy.targets[:number])
        ticket = world.example(All((target.when, *earlier)))
        if ticket is None:
            continue
        calendar = policy.calendars.get(target.calendar or "", ALWAYS)
        path, place = _path_of(policy), f"targets[{number}]"
        day = _by_day(compiled, calendar, path, now)
        rungs = unanswered(compiled, ticket, day, _LADDER_TIME)[:_MOST_RUNGS]
        if rungs:
            drawn.append(Ladder(words.for_whom(target.when), path, rungs, place))
            night = _by_night(compiled, calendar, path, day)
            if night is not None:
                later = unanswered(compiled, ticket, night, _LADDER_TIME)
                drawn += points("", list(_otherwise(rungs, later, place)))
    intro = Sentence(say("Each begins in an ordinary week when everybody asked in it is there first."))
    return Section(say("What happens when nobody answers"), (intro, *drawn) if drawn else ())


def clocks(policy: Policy) -> Section:
    """Every rule that runs on a clock, but the silences, which have their own chapter."""
    blocks = [
        Points(tuple(steps_of(policy, place, rule)), name_of(rule), place)
        for place, rule in rules_of(policy)
        if rule.clock is not None and rule.clock not in _SILENCES
    ]
    return Section(say("Reminders and escalations by time"), tuple(blocks))


def moments(policy: Policy) -> Section:
    """Every rule that acts at once, at any hour; and the same cause at several customers."""
    blocks: list[Block] = []
    for place, rule in rules_of(policy):
        if rule.do is not None:
            text = say(
                "When %(condition)s, %(actions)s.",
                condition=words.condition(rule.when),
                actions=words.listed(words.actions(rule.do)),
            )
            blocks.append(Points((Sentence(text, place),), name_of(rule), place))
    for problem in policy.problems:
        then = words.listed(words.actions(problem.then))
        text = say(
            "When %(customers)s customers within %(within)s have one cause, %(then)s.",
            customers=problem.customers,
            within=words.duration(problem.within),
            then=then,
        )
        blocks.append(Points((Sentence(text, f"problems.{problem.name}"),), say("Many tickets, one cause")))
    return Section(say("What happens at once, at any hour"), tuple(blocks))


def endings(policy: Policy) -> Iterator[Section]:
    """Silence of third parties, common requests, closing; and what may interrupt people."""
    silent = [
        Points(tuple(steps_of(policy, place, rule)), name_of(rule), place)
        for place, rule in rules_of(policy)
        if rule.clock is ClockName.THIRD_PARTY_SILENCE
    ]
    yield Section(say("When a third party is silent"), tuple(silent))
    workflows = [
        Sentence(_workflow(workflow.name, workflow.when, workflow.ask, workflow.reply), f"workflows.{workflow.name}")
        for workflow in policy.workflows
    ]
    replies = tuple(
        Prose(say("“%(name)s”", name=name), text, f"replies.{name}") for name, text in policy.replies.items()
    )
    yield Section(say("Common requests and canned answers"), (*points(say("In one click"), workflows), *replies))
    yield Section(say("When it is solved"), points("", list(_closing(policy))))
    if policy.publishing.second_person:
        text = say("A change of this policy is published by somebody other than its author.")
        yield Section(say("When this policy changes"), (Sentence(text, "publishing.second_person"),))
    yield Section(say("What may interrupt people"), points("", list(_attention(policy))))


def _by_day(compiled: Compiled, own: Calendar, path: tuple[str, ...], now: datetime) -> datetime:
    """When everybody of the path is there first in an ordinary week: the same whatever the hour and the day."""
    calendars = (own, *(compiled.level_calendar(level) for level in path))
    monday = _monday(compiled, now)
    for week in range(_MOST_WEEKS):
        start = monday + timedelta(weeks=week)
        if all(each.between(start, start + timedelta(weeks=1)) == each.ordinary_week for each in calendars):
            break
    else:
        start = monday
    return max(each.next_opening(start) for each in calendars)


def _by_night(compiled: Compiled, own: Calendar, path: tuple[str, ...], day: datetime) -> datetime | None:
    """The last hour before that at which the ticket's clock runs and a level is closed; None: there is none."""
    closed = [compiled.level_calendar(level) for level in path]
    hours = (day - timedelta(hours=hour) for hour in range(1, 7 * 24))
    return next((at for at in hours if own.is_open(at) and any(not each.is_open(at) for each in closed)), None)


def _monday(compiled: Compiled, now: datetime) -> datetime:
    """When this week began in the policy's time zone."""
    here = now.astimezone(zone(compiled.policy.timezone))
    return (here - timedelta(days=here.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)


def _otherwise(rungs: Sequence[Rung], at_night: Sequence[Rung], place: str) -> Iterator[Sentence]:
    """Who is asked instead while the hours of a level are over."""
    goes = {(each.rule, each.actions.escalate): each.level for each in at_night if each.level and not each.again}
    for each in rungs:
        instead = goes.get((each.rule, each.actions.escalate))
        if each.level and instead and instead != each.level and not each.again:
            text = say(
                "While the hours of %(level)s are over, “%(rule)s” offers it to %(instead)s instead.",
                level=each.level,
                rule=each.rule,
                instead=instead,
            )
            yield Sentence(text, place)


def _path_of(policy: Policy) -> tuple[str, ...]:
    path = policy.routing[-1].path if policy.routing else next(iter(policy.paths))
    return policy.paths[path]


def _workflow(name: str, when: When, ask: tuple[str, ...], reply: str | None) -> str:
    asked = say(" Ask for %(ask)s.", ask=words.listed(ask)) if ask else ""
    sent = say(" The answer is “%(reply)s”.", reply=reply) if reply else ""
    return say(
        "%(name)s: when %(condition)s.%(asked)s%(sent)s",
        name=words.upper_first(name),
        condition=words.condition(when),
        asked=asked,
        sent=sent,
    )


def _closing(policy: Policy) -> Iterator[Sentence]:
    closing = policy.closing
    if closing.tell_customer is not None:
        yield Sentence(
            say("The customer is sent “%(reply)s”.", reply=closing.tell_customer),
            "closing.tell_customer",
        )
    if closing.ask_rating:
        yield Sentence(say("The customer is asked for a rating."), "closing.ask_rating")
    if closing.reopen_within is not None:
        within = words.duration(closing.reopen_within)
        text = say(
            "A reply within %(within)s opens the ticket again; a later one opens a new ticket, linked to it.",
            within=within,
        )
        yield Sentence(text, "closing.reopen_within")


def _attention(policy: Policy) -> Iterator[Sentence]:
    attention = policy.attention
    if attention.quiet is not None:
        hours = words.hours(policy.calendars.get(attention.quiet.outside, ALWAYS))
        but = (
            say(", except what is %(listed)s", listed=words.listed([word(each) for each in attention.quiet.except_]))
            if attention.quiet.except_
            else ""
        )
        yield Sentence(
            say("Nobody is written to outside %(hours)s%(but)s. It waits, and no clock stops.", hours=hours, but=but),
            "attention.quiet",
        )
    for whose, budget in (("person", attention.person), ("channel", attention.channel)):
        if budget is not None:
            text = say(_BUDGETS[whose], count=budget.count, time=words.span(budget.per))
            yield Sentence(text, f"attention.budget.{whose}")
    yield Sentence(say("Pages, cards, urgent offers and offers to those on call are never held back."))

"""The handbook's chapters on what happens when: ladders, clocks, moments and how a ticket ends."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rung.core.calendar import ALWAYS, Calendar
from rung.core.conditions.satisfiable import World
from rung.core.handbook.parts import Block, Ladder, Points, Prose, Section, Sentence, points
from rung.core.handbook.steps import name_of, rules_of, steps_of
from rung.core.handbook.unanswered import unanswered
from rung.core.policy import plain_words as words
from rung.core.policy.model import All, Not, Policy, When
from rung.core.reckoning.compiled import Compiled
from rung.core.sentences import key, say, word
from rung.core.vocabulary import ClockName

_LADDER_TIME = timedelta(days=5)
_MOST_RUNGS = 12
_NIGHT = timedelta(hours=4)
_MOST_BREAKS = 12
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
        rungs = unanswered(compiled, ticket, _beginning(calendar, now), _LADDER_TIME)[:_MOST_RUNGS]
        path = _path_of(policy)
        if rungs:
            drawn.append(Ladder(words.for_whom(target.when), path, rungs, f"targets[{number}]"))
    intro = Sentence(say("Each begins when the hours of its target do, and assumes that everybody can be reached."))
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


def _beginning(calendar: Calendar, now: datetime) -> datetime:
    """When the hours of a day begin next, whatever the time of day, so that the ladder is the same all day long."""
    at = now
    for _ in range(_MOST_BREAKS):
        closing = None if calendar.always else calendar.next_closing(at)
        if closing is None:
            break
        at = calendar.next_opening(closing)
        if at - closing >= _NIGHT:
            return at
    return calendar.next_opening(now)


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

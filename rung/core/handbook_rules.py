"""The handbook's chapters on what happens when: ladders, clocks, moments and how a ticket ends."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rung.core import plain_words as words
from rung.core.calendar import ALWAYS, Calendar
from rung.core.compiled import Compiled
from rung.core.handbook_parts import Block, Ladder, Points, Prose, Section, Sentence, points
from rung.core.handbook_steps import rules_of, steps_of
from rung.core.policy import All, Not, Policy, When
from rung.core.possible import World
from rung.core.silence import unanswered
from rung.core.vocabulary import ClockName

_LADDER_TIME = timedelta(days=5)
_MOST_RUNGS = 12
_NIGHT = timedelta(hours=4)
_MOST_BREAKS = 12
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
    intro = Sentence("Each begins when the hours of its target do, and assumes that everybody can be reached.")
    return Section("What happens when nobody answers", (intro, *drawn) if drawn else ())


def clocks(policy: Policy) -> Section:
    """Every rule that runs on a clock, but the silences, which have their own chapter."""
    blocks = [
        Points(tuple(steps_of(policy, place, rule)), rule.name, place)
        for place, rule in rules_of(policy)
        if rule.clock is not None and rule.clock not in _SILENCES
    ]
    return Section("Reminders and escalations by time", tuple(blocks))


def moments(policy: Policy) -> Section:
    """Every rule that acts at once, at any hour; and the same cause at several customers."""
    blocks: list[Block] = []
    for place, rule in rules_of(policy):
        if rule.do is not None:
            text = f"When {words.condition(rule.when)}, {words.listed(words.actions(rule.do))}."
            blocks.append(Points((Sentence(text, place),), rule.name, place))
    for problem in policy.problems:
        then = words.listed(words.actions(problem.then))
        text = f"When {problem.customers} customers within {words.duration(problem.within)} have one cause, {then}."
        blocks.append(Points((Sentence(text, f"problems.{problem.name}"),), "Many tickets, one cause"))
    return Section("What happens at once, at any hour", tuple(blocks))


def endings(policy: Policy) -> Iterator[Section]:
    """Silence of third parties, common requests, closing; and what may interrupt people."""
    silent = [
        Points(tuple(steps_of(policy, place, rule)), rule.name, place)
        for place, rule in rules_of(policy)
        if rule.clock is ClockName.THIRD_PARTY_SILENCE
    ]
    yield Section("When a third party is silent", tuple(silent))
    workflows = [
        Sentence(_workflow(workflow.name, workflow.when, workflow.ask, workflow.reply), f"workflows.{workflow.name}")
        for workflow in policy.workflows
    ]
    replies = tuple(Prose(f"“{name}”", text, f"replies.{name}") for name, text in policy.replies.items())
    yield Section("Common requests and canned answers", (*points("In one click", workflows), *replies))
    yield Section("When it is solved", points("", list(_closing(policy))))
    if policy.publishing.second_person:
        text = "A change of this policy is published by somebody else than who wrote it."
        yield Section("When this policy changes", (Sentence(text, "publishing.second_person"),))
    yield Section("What may interrupt people", points("", list(_attention(policy))))


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
    asked = f" Ask for {words.listed(ask)}." if ask else ""
    sent = f" The answer is “{reply}”." if reply else ""
    return f"{words.upper_first(name)}: when {words.condition(when)}.{asked}{sent}"


def _closing(policy: Policy) -> Iterator[Sentence]:
    closing = policy.closing
    if closing.tell_customer is not None:
        yield Sentence(f"The customer is sent “{closing.tell_customer}”.", "closing.tell_customer")
    if closing.ask_rating:
        yield Sentence("The customer is asked for a rating.", "closing.ask_rating")
    if closing.reopen_within is not None:
        within = words.duration(closing.reopen_within)
        text = f"A reply within {within} opens the ticket again; a later one opens a new ticket, linked to it."
        yield Sentence(text, "closing.reopen_within")


def _attention(policy: Policy) -> Iterator[Sentence]:
    attention = policy.attention
    if attention.quiet is not None:
        hours = words.hours(policy.calendars.get(attention.quiet.outside, ALWAYS))
        but = (
            f", except what is {words.listed([str(each) for each in attention.quiet.except_])}"
            if attention.quiet.except_
            else ""
        )
        yield Sentence(f"Nobody is written to outside {hours}{but}. It waits, and no clock stops.", "attention.quiet")
    for whose, budget in (("person", attention.person), ("channel", attention.channel)):
        if budget is not None:
            most = f"{budget.count} messages in {words.span(budget.per)}"
            text = f"A {whose} gets at most {most}; the rest comes in one digest."
            yield Sentence(text, f"attention.budget.{whose}")
    yield Sentence("Pages, cards, urgent offers and offers to those on call are never held back.")

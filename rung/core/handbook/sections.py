"""The handbook's chapters on who there is and what is promised."""

from datetime import datetime, timedelta

from rung.core.calendar import ALWAYS, Calendar
from rung.core.calendar.instants import zone
from rung.core.handbook.parts import Block, Prose, Row, Section, Sentence, Table, points
from rung.core.handbook.waiting import has_chapter
from rung.core.oncall.duty import turns_of
from rung.core.oncall.roster import Roster
from rung.core.policy import plain_words as words
from rung.core.policy.model import Policy, Target
from rung.core.sentences import key, say, word
from rung.core.vocabulary import METRICS, Turn

#: The example of every target: a request that arrives late on a Friday, when it matters which hours count.
_FRIDAY = 4
_LEVELS = (key("Level"), key("Team"), key("Responsible for"), key("There"), key("Watches"))
_DUTY = (key("Schedule"), key("On call"), key("From"), key("Until"))
_TURNS = {Turn.CUSTOMER: key("the customer"), Turn.THIRD_PARTY: key("a third party")}


def levels(policy: Policy) -> Section:
    """Who is responsible at each level, what for, and in which order levels follow one another."""
    rows = []
    for name, level in policy.levels.items():
        team = policy.teams.get(level.team)
        lead = say(" (lead: %(lead)s)", lead=team.lead) if team is not None and team.lead else ""
        there = words.calendar(level.calendar)
        cells = (name, f"{level.team}{lead}", level.responsible_for or "–", there, level.channel or say("in the app"))
        rows.append(Row(cells, f"levels.{name}"))
    ways = [
        Sentence(f"{words.upper_first(name)}: {say(', then ').join(path)}.", f"paths.{name}")
        for name, path in policy.paths.items()
    ]
    asked = [
        Sentence(
            say(
                "A handoff to %(name)s says: %(fields)s.",
                name=name,
                fields=words.listed(level.handoff.require),
            ),
            f"levels.{name}.handoff",
        )
        for name, level in policy.levels.items()
        if level.handoff.require
    ]
    linked = [
        Sentence(
            say(
                "When somebody of %(name)s takes a ticket, %(link)s gets one too, linked to it.",
                name=name,
                link=level.link,
            ),
            f"levels.{name}.link",
        )
        for name, level in policy.levels.items()
        if level.link
    ]
    rule = Sentence(say("The assignee keeps a ticket until somebody of the next level has accepted it."))
    return Section(
        say("Who is responsible"),
        (
            Table(tuple(say(each) for each in _LEVELS), tuple(rows)),
            *points(say("The order"), ways),
            *points(say("Handing over"), [rule, *asked, *linked]),
        ),
    )


def working_hours(policy: Policy) -> Section:
    """What each calendar's name means."""
    said = [
        Sentence(f"{words.upper_first(words.calendar(name))}: {words.hours(calendar)}.", f"calendars.{name}")
        for name, calendar in policy.calendars.items()
    ]
    return Section(say("Working hours"), points("", said))


def sorting(policy: Policy) -> Section:
    """How a new ticket gets its category, its priority and its path."""
    priority = policy.priority
    critical = [
        Sentence(f"{words.upper_first(words.condition(rule.when))}.", f"priority.rules[{number}]")
        for number, rule in enumerate(priority.rules)
        if rule.critical
    ]
    ranked = [
        Sentence(
            say(
                "%(set)s when %(condition)s.",
                set=words.upper_first(word(rule.set)),
                condition=words.condition(rule.when),
            ),
            f"priority.rules[{number}]",
        )
        for number, rule in enumerate(priority.rules)
    ]
    ranked.append(
        Sentence(
            say("Otherwise %(default)s. Later messages raise it, and never lower it.", default=word(priority.default)),
            "priority.default",
        )
    )
    categories = [
        Sentence(
            f"{words.upper_first(each.name)}: {words.listed(words.quoted(each.text), ' or ')}.",
            f"categories.{each.name}",
        )
        for each in policy.categories
        if each.text
    ]
    routes = [
        Sentence(f"{words.upper_first(route.path)} {_when(words.condition(route.when))}.", f"routing[{number}]")
        for number, route in enumerate(policy.routing)
    ]
    blocks = (
        *points(say("What counts as a critical incident"), critical),
        *points(say("Priority: the first that fits"), ranked),
        *points(say("Category, by what the customer writes"), categories),
        *points(say("Path"), routes),
    )
    return Section(say("How a new ticket is judged"), blocks)


def promises(policy: Policy, now: datetime) -> Section:
    """Acceptable times, in plain words and as an example in local time."""
    if not policy.targets:
        return Section(say("How soon"), ())
    home = zone(policy.timezone)
    asked = _next_friday(now.astimezone(home))
    rows = [
        Row(
            (
                words.for_whom(target.when),
                *(words.duration(goal) if (goal := target.goal(metric)) is not None else "–" for metric in METRICS),
                _counted_on(target),
                _example(target, policy, asked),
            ),
            f"targets[{number}]",
        )
        for number, target in enumerate(policy.targets)
    ]
    head = (
        say("For"),
        *(say(words.CLOCK_TITLES[metric]) for metric in METRICS),
        say("Counted"),
        say("Asked %(asked)s, answered by", asked=words.moment(asked)),
    )
    pauses = [
        Sentence(f"{words.for_whom(target.when)}: {_pauses(target)}.", f"targets[{number}]")
        for number, target in enumerate(policy.targets)
        if target.pause_on
    ]
    notes = [Sentence(say("A day is one ordinary working day of those hours, a week one ordinary week.")), *pauses]
    return Section(
        say("How soon"),
        (Table(head, tuple(rows)), *points(say("Time that does not count towards the solution"), notes)),
    )


def on_duty(policy: Policy, now: datetime, roster: Roster | None) -> Section:
    """Who is on call in the week from today; without a desk, as if nobody had swapped and nobody were away."""
    rows = []
    known = roster or Roster()
    today = now.astimezone(zone(policy.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
    for name, schedule in policy.schedules.items():
        where = zone(schedule.timezone)
        for turn in turns_of(schedule, known, today, today + timedelta(days=7)):
            start, end = turn.start.astimezone(where), turn.end.astimezone(where)
            cells = (name, turn.person or say("nobody"), words.stamp(start), words.stamp(end))
            rows.append(Row(cells, f"schedules.{name}"))
    blocks: list[Block] = [Table(tuple(say(each) for each in _DUTY), tuple(rows))] if rows else []
    blocks += [
        Prose(words.upper_first(name), text, f"procedures.{name}")
        for name, text in policy.procedures.items()
        if not has_chapter(name)
    ]
    return Section(say("Who is on call this week, and what else to know"), tuple(blocks))


def _when(said: str) -> str:
    return say("otherwise") if said == say("always") else say("when %(condition)s", condition=said)


def _counted_on(target: Target) -> str:
    return words.calendar(target.calendar) if target.calendar is not None else say("when its level is there")


def _example(target: Target, policy: Policy, asked: datetime) -> str:
    """When an answer to the sample request is due, in the policy's time zone."""
    if target.first_response is None or target.calendar is None:
        return "–"
    calendar: Calendar = policy.calendars.get(target.calendar, ALWAYS)
    due = calendar.add(asked, target.first_response.on(calendar)).astimezone(asked.tzinfo)
    return f"{words.moment(due)}{'' if due.date() - asked.date() < timedelta(days=7) else f', {words.date_of(due)}'}"


def _pauses(target: Target) -> str:
    waits = []
    for turn in target.pause_on:
        limit = target.pause_at_most.get(turn)
        most = (
            say(" (at most %(limit)s, then the lead is told and the time counts again)", limit=words.duration(limit))
            if limit
            else ""
        )
        waits.append(say("waiting for %(whom)s%(most)s", whom=say(_TURNS.get(turn, turn)), most=most))
    return words.listed(waits)


def _next_friday(local: datetime) -> datetime:
    day = local + timedelta(days=(_FRIDAY - local.weekday()) % 7)
    return day.replace(hour=16, minute=30, second=0, microsecond=0)

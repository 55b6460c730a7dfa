"""The handbook's chapters on who there is and what is promised."""

from datetime import datetime, timedelta

from rung.core import plain_words as words
from rung.core.calendar import ALWAYS, Calendar
from rung.core.calendar.instants import zone
from rung.core.desk import Desk
from rung.core.duty import turns_of
from rung.core.handbook_parts import Block, Prose, Row, Section, Sentence, Table, points
from rung.core.handbook_waiting import has_chapter
from rung.core.policy import Policy, Target
from rung.core.vocabulary import METRICS, Turn

#: The example of every target: a request that arrives late on a Friday, when it matters which hours count.
_FRIDAY = 4
_TURNS = {Turn.CUSTOMER: "the customer", Turn.THIRD_PARTY: "a third party"}


def levels(policy: Policy) -> Section:
    """Who is responsible at each level, what for, and in which order levels follow one another."""
    rows = []
    for name, level in policy.levels.items():
        team = policy.teams.get(level.team)
        lead = f" (lead: {team.lead})" if team is not None and team.lead else ""
        there = words.calendar(level.calendar)
        cells = (name, f"{level.team}{lead}", level.responsible_for or "–", there, level.channel or "in the app")
        rows.append(Row(cells, f"levels.{name}"))
    ways = [
        Sentence(f"{words.upper_first(name)}: {', then '.join(path)}.", f"paths.{name}")
        for name, path in policy.paths.items()
    ]
    asked = [
        Sentence(
            f"Whoever hands a ticket to {name} says: {words.listed(level.handoff.require)}.", f"levels.{name}.handoff"
        )
        for name, level in policy.levels.items()
        if level.handoff.require
    ]
    linked = [
        Sentence(
            f"When somebody of {name} takes a ticket, {level.link} gets one too, linked to it.", f"levels.{name}.link"
        )
        for name, level in policy.levels.items()
        if level.link
    ]
    rule = Sentence("Whoever holds a ticket keeps it until somebody of the next level has accepted it.")
    return Section(
        "Who is responsible",
        (
            Table(("Level", "Team", "Responsible for", "There", "Watches"), tuple(rows)),
            *points("The order", ways),
            *points("Handing over", [rule, *asked, *linked]),
        ),
    )


def working_hours(policy: Policy) -> Section:
    """What each calendar's name means."""
    said = [
        Sentence(f"{words.upper_first(words.calendar(name))}: {words.hours(calendar)}.", f"calendars.{name}")
        for name, calendar in policy.calendars.items()
    ]
    return Section("Working hours", points("", said))


def sorting(policy: Policy) -> Section:
    """How a new ticket gets its category, its priority and its path."""
    priority = policy.priority
    critical = [
        Sentence(f"{words.upper_first(words.condition(rule.when))}.", f"priority.rules[{number}]")
        for number, rule in enumerate(priority.rules)
        if rule.critical
    ]
    ranked = [
        Sentence(f"{words.upper_first(rule.set)} when {words.condition(rule.when)}.", f"priority.rules[{number}]")
        for number, rule in enumerate(priority.rules)
    ]
    ranked.append(
        Sentence(f"Otherwise {priority.default}. Later messages raise it, and never lower it.", "priority.default")
    )
    categories = [
        Sentence(
            f"{words.upper_first(each.name)}: {words.listed([f'“{phrase}”' for phrase in each.text], ' or ')}.",
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
        *points("What counts as a critical incident", critical),
        *points("Priority: the first that fits", ranked),
        *points("Category, by what the customer writes", categories),
        *points("Path", routes),
    )
    return Section("How a new ticket is judged", blocks)


def promises(policy: Policy, now: datetime) -> Section:
    """Acceptable times, in plain words and as an example in local time."""
    if not policy.targets:
        return Section("How soon", ())
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
        "For",
        *(words.CLOCK_TITLES[metric] for metric in METRICS),
        "Counted",
        f"Asked {words.moment(asked)}, answered by",
    )
    pauses = [
        Sentence(f"{words.for_whom(target.when)}: {_pauses(target)}.", f"targets[{number}]")
        for number, target in enumerate(policy.targets)
        if target.pause_on
    ]
    notes = [Sentence("A day is one ordinary working day of those hours, a week one ordinary week."), *pauses]
    return Section(
        "How soon", (Table(head, tuple(rows)), *points("Time that does not count towards the solution", notes))
    )


def on_duty(policy: Policy, now: datetime, desk: Desk | None) -> Section:
    """Who is on call in the week from now; without a desk, as if nobody had swapped and nobody were away."""
    rows = []
    known = desk or Desk()
    for name, schedule in policy.schedules.items():
        where = zone(schedule.timezone)
        for turn in turns_of(schedule, known, now, now + timedelta(days=7)):
            start, end = turn.start.astimezone(where), turn.end.astimezone(where)
            cells = (name, turn.person or "nobody", f"{start:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H:%M}")
            rows.append(Row(cells, f"schedules.{name}"))
    blocks: list[Block] = [Table(("Schedule", "On call", "From", "Until"), tuple(rows))] if rows else []
    blocks += [
        Prose(words.upper_first(name), text, f"procedures.{name}")
        for name, text in policy.procedures.items()
        if not has_chapter(name)
    ]
    return Section("Who is on call this week, and what else to know", tuple(blocks))


def _when(said: str) -> str:
    return "otherwise" if said == "always" else f"when {said}"


def _counted_on(target: Target) -> str:
    return words.calendar(target.calendar) if target.calendar is not None else "when its level is there"


def _example(target: Target, policy: Policy, asked: datetime) -> str:
    """When an answer to the sample request is due, in the policy's time zone."""
    if target.first_response is None or target.calendar is None:
        return "–"
    calendar: Calendar = policy.calendars.get(target.calendar, ALWAYS)
    due = calendar.add(asked, target.first_response.on(calendar)).astimezone(asked.tzinfo)
    return f"{words.moment(due)}{'' if due.date() - asked.date() < timedelta(days=7) else f', {due:%Y-%m-%d}'}"


def _pauses(target: Target) -> str:
    waits = []
    for turn in target.pause_on:
        limit = target.pause_at_most.get(turn)
        most = f" (at most {words.duration(limit)}, then the lead is told and the time counts again)" if limit else ""
        waits.append(f"waiting for {_TURNS.get(turn, turn)}{most}")
    return words.listed(waits)


def _next_friday(local: datetime) -> datetime:
    day = local + timedelta(days=(_FRIDAY - local.weekday()) % 7)
    return day.replace(hour=16, minute=30, second=0, microsecond=0)

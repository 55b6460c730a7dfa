"""Conditions, actions, times and hours of a policy in plain words, for the handbook and for explanations."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rung.core.calendar import Calendar
from rung.core.calendar.hours import DAY_MINUTES, DAYS, Span
from rung.core.durations import Duration, From, Threshold
from rung.core.policy import ALWAYS_TRUE, Actions, All, AnyOf, Compare, Comparison, Fact, Is, Not, When
from rung.core.vocabulary import ClockName, Priority

_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NUMBERS = {
    Comparison.AT_LEAST: "at least {}",
    Comparison.AT_MOST: "at most {}",
    Comparison.MORE: "more than {}",
    Comparison.LESS: "fewer than {}",
    Comparison.EQUAL: "exactly {}",
    Comparison.NOT_EQUAL: "any number but {}",
}
_RATINGS = {
    **_NUMBERS,
    Comparison.AT_LEAST: "{} or higher",
    Comparison.AT_MOST: "{} or lower",
    Comparison.MORE: "higher than {}",
    Comparison.LESS: "lower than {}",
}
#: What a clock waits for, as the beginning of a sentence about its steps.
WHILE = {
    ClockName.FIRST_RESPONSE: "while nobody has answered a new ticket",
    ClockName.NEXT_RESPONSE: "while a customer who has written again has no answer",
    ClockName.UPDATE: "while the customer has heard nothing new",
    ClockName.RESOLUTION: "until the ticket is resolved",
    ClockName.UNASSIGNED: "while nobody has taken the ticket",
    ClockName.IDLE: "while the assignee does nothing",
    ClockName.AT_LEVEL: "while the ticket stays at one level",
    ClockName.UNACCEPTED: "while nobody accepts an offer",
    ClockName.CUSTOMER_SILENCE: "while the customer is silent",
    ClockName.THIRD_PARTY_SILENCE: "while the third party is silent",
}
CLOCK_TITLES = {
    ClockName.FIRST_RESPONSE: "First answer",
    ClockName.NEXT_RESPONSE: "Each further answer",
    ClockName.UPDATE: "News at least every",
    ClockName.RESOLUTION: "Resolved",
}


def condition(when: When) -> str:
    """A `when` as the rest of a sentence that begins with "when"."""
    match when:
        case All(()):
            return "always"
        case All(parts):
            return ", and ".join(_part(part) for part in parts)
        case AnyOf(parts):
            return ", or ".join(_part(part) for part in parts)
        case Not(part):
            return f"not ({condition(part)})"
        case Is(fact, values):
            return _is(fact, values)
        case Compare(fact, comparison, value):
            numbers = _RATINGS if fact is Fact.RATING else _NUMBERS
            return _SAID[fact].format(numbers[comparison].format(f"{value:g}"))


def for_whom(when: When) -> str:
    """A `when` as the name of a row: everybody else, urgent, high and enterprise …"""
    if when == ALWAYS_TRUE:
        return "everything else"
    named = condition(when).replace("the priority is ", "").replace("the customer is ", "")
    return named[:1].upper() + named[1:]


def actions(does: Actions) -> tuple[str, ...]:
    """What is done, each a whole clause."""
    done: list[str] = []
    if does.escalate is not None:
        done.append(_escalated(does.escalate))
    if does.priority is not None:
        named = does.priority in set(Priority)
        steps = "one step" if does.priority == "+1" else f"{does.priority[1:]} steps"
        done.append(f"its priority becomes {does.priority}" if named else f"its priority rises by {steps}")
    if does.assign is not None:
        done.append(f"it is given to {_assigned(does.assign)}")
    if does.unassign:
        done.append("it is taken back from its assignee")
    if does.tag:
        done.append(f"it is tagged {listed(does.tag)}")
    if does.page is not None:
        done.append(f"{does.page} pages whoever is on duty there")
    if does.notify:
        done.append(
            f"{listed([recipient(word) for word in does.notify])} {'is' if len(does.notify) == 1 else 'are'} told"
        )
    if does.remind is not None:
        done.append(f"{recipient(does.remind)} is reminded")
    if does.comment is not None:
        done.append("the linked ticket elsewhere gets a comment")
    if does.reply is not None:
        done.append(f"the customer is sent “{does.reply}”")
    if does.close is not None:
        done.append(f"it is closed ({does.close.replace('_', ' ')})")
    return tuple(done)


def recipient(word: str) -> str:
    """Whom a word of `notify` or `remind` means."""
    head, _, rest = word.partition(":")
    fixed = {
        "triage": "the triage channel",
        "level": "the channel of its level",
        "assignee": "the assignee",
        "owner": "the owner",
        "lead": "the lead of the team that holds it",
        "owners": "the owners of the desk",
        "account_owner": "the account owner of the customer",
    }
    ways = {
        "team": f"the team “{rest}”",
        "on_call": f"whoever is on call ({rest})",
        "agent": rest,
        "slack": rest,
        "email": rest,
    }
    return fixed.get(word) or ways.get(head) or word


def threshold(at: Threshold) -> str:
    """When a step happens, as the policy says it."""
    match at.measured:
        case From.SHARE if at.percent == 100:
            return "when the time is up"
        case From.SHARE:
            return f"at {at.percent} % of the time"
        case From.TARGET:
            return f"{duration(at.duration)} before the time is up"
        case From.START:
            return f"after {duration(at.duration)}"


def duration(length: Duration) -> str:
    """`1h 30m` as 1 hour 30 minutes; days and weeks are those of the calendar."""
    parts = [_counted(length.weeks, "week"), _counted(length.days, "day"), span(length.time) if length.time else ""]
    return " ".join(part for part in parts if part) or "no time"


def span(length: timedelta) -> str:
    """A length of time in hours, minutes and seconds."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [_counted(hours, "hour"), _counted(minutes, "minute"), _counted(seconds, "second")]
    return " ".join(part for part in parts if part) or "at once"


def calendar(name: str | None) -> str:
    """A calendar by its name: `office hours`."""
    named = (name or "always").replace("_", " ")
    return "at any time" if named == "always" else named if named.endswith("hours") else f"{named} hours"


def hours(opened: Calendar) -> str:
    """Opening hours in words, equal days in a row together."""
    if opened.always:
        return "always, 24 hours on 7 days"
    said = []
    for first, last, spans in _runs(opened.hours.days):
        days = DAY_SHORT[first] if first == last else f"{DAY_SHORT[first]} to {DAY_SHORT[last]}"
        said.append(f"{days} {' and '.join(_span(one) for one in spans)}")
    place = opened.timezone.rpartition("/")[2].replace("_", " ")
    closed = f", but not on public holidays of {_country(opened)}" if opened.holidays.country else ""
    return f"{', '.join(said)} ({place} time){closed}"


def moment(at: datetime) -> str:
    """A local moment in a week: `Thu 17:00`."""
    return f"{DAY_SHORT[at.weekday()]} {at:%H:%M}"


def upper_first(text: str) -> str:
    """With a capital, as a sentence begins."""
    return text[:1].upper() + text[1:]


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


DAY_SHORT = tuple(name[:3] for name in _DAY_NAMES)


def _part(when: When) -> str:
    inner = condition(when)
    return f"({inner})" if isinstance(when, All | AnyOf) and len(when.conditions) > 1 else inner


def _is(fact: Fact, values: Sequence[str]) -> str:
    either = listed(values, "or")
    match fact:
        case Fact.TEXT:
            return f"the customer writes {listed([f'“{value}”' for value in values], 'or')}"
        case Fact.CRITICAL:
            return "it is a critical incident" if values == ("true",) else "it is no critical incident"
    return _SAID[fact].format(either)


_SAID = {
    Fact.CATEGORY: "it is about {}",
    Fact.PRIORITY: "the priority is {}",
    Fact.EMOTION: "the customer sounds {}",
    Fact.CUSTOMER_TIER: "the customer is {}",
    Fact.CUSTOMER: "the customer is {}",
    Fact.LEVEL: "it is at {}",
    Fact.PATH: "it is on the path {}",
    Fact.OFFERED_TO: "it is offered to {}",
    Fact.TAG: "it is tagged {}",
    Fact.STATUS: "it is {}",
    Fact.CHANNEL: "it came by {}",
    Fact.LANGUAGE: "it is written in {}",
    Fact.ATTEMPTS: "{} answers at its level did not help",
    Fact.REOPENS: "the customer has reopened it {} times",
    Fact.RATING: "the customer rates it {}",
}


def _escalated(to: str) -> str:
    head, _, rest = to.partition(":")
    match head:
        case "next":
            return "it is offered to the next level"
        case "path":
            return f"it is handed over to {rest}"
        case "expert":
            return f"{rest or 'everybody present who masters its category'} is asked for help"
    return f"it goes out to {head} ({rest})" if rest else f"it is offered to {to}"


def _assigned(word: str) -> str:
    head, _, rest = word.partition(":")
    known = {"least_busy": "whoever is present and has least to do", "lead": "the lead"}
    return known.get(word) or (f"whoever is on call ({rest})" if head == "on_call" else word)


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}" if number else ""


def _runs(days: Sequence[tuple[Span, ...]]) -> Iterable[tuple[int, int, tuple[Span, ...]]]:
    first = 0
    for day in range(1, len(DAYS) + 1):
        if day == len(DAYS) or days[day] != days[first]:
            if days[first]:
                yield first, day - 1, days[first]
            first = day


def _span(one: Span) -> str:
    start, end = one
    later = " the next day" if end > DAY_MINUTES else ""
    end = end - DAY_MINUTES if end > DAY_MINUTES else end
    return f"{start // 60:02}:{start % 60:02} to {end // 60:02}:{end % 60:02}{later}"


def _country(calendar: Calendar) -> str:
    part = f"-{calendar.holidays.subdivision}" if calendar.holidays.subdivision else ""
    return f"{calendar.holidays.country}{part}"

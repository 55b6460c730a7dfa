"""Conditions, actions, times and hours of a policy in plain words, for the handbook and for explanations."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from rung.core.calendar import Calendar
from rung.core.calendar.durations import Duration, From, Threshold
from rung.core.calendar.hours import DAY_MINUTES, DAYS, Span
from rung.core.policy.model import ALWAYS_TRUE, Actions, All, AnyOf, Compare, Comparison, Fact, Is, Not, When
from rung.core.sentences import counted, key, say, word
from rung.core.vocabulary import ClockName, Priority

_NUMBERS = {
    Comparison.AT_LEAST: key("at least %(number)s"),
    Comparison.AT_MOST: key("at most %(number)s"),
    Comparison.MORE: key("more than %(number)s"),
    Comparison.LESS: key("fewer than %(number)s"),
    Comparison.EQUAL: key("exactly %(number)s"),
    Comparison.NOT_EQUAL: key("any number but %(number)s"),
}
_RATINGS = {
    **_NUMBERS,
    Comparison.AT_LEAST: key("%(number)s or higher"),
    Comparison.AT_MOST: key("%(number)s or lower"),
    Comparison.MORE: key("higher than %(number)s"),
    Comparison.LESS: key("lower than %(number)s"),
}
#: What a clock waits for, as the beginning of a sentence about its steps.
WHILE = {
    ClockName.FIRST_RESPONSE: key("while nobody has answered a new ticket"),
    ClockName.NEXT_RESPONSE: key("while a customer who has written again has no answer"),
    ClockName.UPDATE: key("while the customer has heard nothing new"),
    ClockName.RESOLUTION: key("until the ticket is resolved"),
    ClockName.UNASSIGNED: key("while nobody has taken the ticket"),
    ClockName.IDLE: key("while the assignee does nothing"),
    ClockName.AT_LEVEL: key("while the ticket stays at one level"),
    ClockName.UNACCEPTED: key("while nobody accepts an offer"),
    ClockName.CUSTOMER_SILENCE: key("while the customer is silent"),
    ClockName.THIRD_PARTY_SILENCE: key("while the third party is silent"),
}
CLOCK_TITLES = {
    ClockName.FIRST_RESPONSE: key("First answer"),
    ClockName.NEXT_RESPONSE: key("Each further answer"),
    ClockName.UPDATE: key("Update at least every"),
    ClockName.RESOLUTION: key("Resolved"),
}


def condition(when: When) -> str:
    """A `when` as the rest of a sentence that begins with "when"."""
    match when:
        case All(()):
            return say("always")
        case All(parts):
            return say(", and ").join(_part(part) for part in parts)
        case AnyOf(parts):
            return say(", or ").join(_part(part) for part in parts)
        case Not(part):
            return say("not (%(condition)s)", condition=condition(part))
        case Is(fact, values):
            return _is(fact, values)
        case Compare(fact, comparison, value):
            numbers = _RATINGS if fact is Fact.RATING else _NUMBERS
            return say(_SAID[fact], value=say(numbers[comparison], number=f"{value:g}"))


def for_whom(when: When) -> str:
    """A `when` as the name of a row: everybody else, urgent, high and enterprise …"""
    if when == ALWAYS_TRUE:
        return say("everything else")
    return upper_first(_named(when))


def actions(does: Actions) -> tuple[str, ...]:
    """What is done, each a whole clause."""
    done: list[str] = []
    if does.escalate is not None:
        done.append(_escalated(does.escalate))
    if does.priority is not None:
        done.append(_prioritised(does.priority))
    if does.assign is not None:
        done.append(say("it is given to %(whom)s", whom=_assigned(does.assign)))
    if does.unassign:
        done.append(say("it is taken back from its assignee"))
    if does.tag:
        done.append(say("it is tagged %(tags)s", tags=listed(does.tag)))
    if does.page is not None:
        done.append(say("%(pager)s pages the person on call there", pager=does.page))
    if does.notify:
        told = key("%(whom)s is told") if len(does.notify) == 1 else key("%(whom)s are told")
        done.append(say(told, whom=listed([recipient(word) for word in does.notify])))
    if does.remind is not None:
        done.append(_reminded(does.remind, does.call))
    if does.comment is not None:
        done.append(say("the linked ticket elsewhere gets a comment"))
    if does.reply is not None:
        done.append(say("the customer is sent “%(reply)s”", reply=does.reply))
    if does.close is not None:
        done.append(say("it is closed (%(why)s)", why=word(does.close)))
    return tuple(done)


def _reminded(to: str, call: str | None) -> str:
    whom = recipient(to)
    if call is None:
        return say("%(whom)s is reminded", whom=whom)
    if call == "nobody":
        return say("%(whom)s is reminded, and nobody is called", whom=whom)
    return say("%(whom)s is reminded, and %(called)s is called", whom=whom, called=recipient(call))


def recipient(word: str) -> str:
    """Whom a word of `notify` or `remind` means."""
    head, _, rest = word.partition(":")
    fixed = {
        "triage": key("the triage channel"),
        "level": key("the channel of its level"),
        "assignee": key("the assignee"),
        "owner": key("the owner"),
        "lead": key("the lead of the team that holds it"),
        "owners": key("the owners of the desk"),
        "account_owner": key("the account owner of the customer"),
    }
    ways = {
        "team": say("the team “%(team)s”", team=rest),
        "on_call": say("the person on call (%(schedule)s)", schedule=rest),
        "agent": rest,
    }
    return say(fixed[word]) if word in fixed else ways.get(head) or rest or word


def threshold(at: Threshold) -> str:
    """When a step happens, as the policy says it."""
    match at.measured:
        case From.SHARE if at.percent == 100:
            return say("when the time is up")
        case From.SHARE:
            return say("at %(percent)d %% of the time", percent=at.percent)
        case From.TARGET:
            return say("%(duration)s before the time is up", duration=duration(at.duration))
        case From.START:
            return say("after %(duration)s", duration=duration(at.duration))


def duration(length: Duration) -> str:
    """`1h 30m` as 1 hour 30 minutes; days and weeks are those of the calendar."""
    weeks = counted(length.weeks, "%(number)d week", "%(number)d weeks") if length.weeks else ""
    days = counted(length.days, "%(number)d day", "%(number)d days") if length.days else ""
    return " ".join(part for part in (weeks, days, span(length.time) if length.time else "") if part) or say("no time")


def span(length: timedelta) -> str:
    """A length of time in hours, minutes and seconds."""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = (
        counted(hours, "%(number)d hour", "%(number)d hours") if hours else "",
        counted(minutes, "%(number)d minute", "%(number)d minutes") if minutes else "",
        counted(seconds, "%(number)d second", "%(number)d seconds") if seconds else "",
    )
    return " ".join(part for part in parts if part) or say("at once")


def calendar(name: str | None) -> str:
    """A calendar by its name: `office hours`."""
    named = (name or "always").replace("_", " ")
    if named == "always":
        return say("at any time")
    return say("%(calendar)s hours", calendar=named.removesuffix("hours").rstrip())


def hours(opened: Calendar) -> str:
    """Opening hours in words, equal days in a row together."""
    if opened.always:
        return say("always, 24 hours on 7 days")
    said = []
    for first, last, spans in _runs(opened.hours.days):
        days = day(first) if first == last else say("%(first)s to %(last)s", first=day(first), last=day(last))
        said.append(f"{days} {say(' and ').join(_span(one) for one in spans)}")
    for on, spans in opened.hours.dates:
        open_then = say(" and ").join(_span(one) for one in spans) or say("closed")
        said.append(f"{date_of(on)} {open_then}")
    place = opened.timezone.rpartition("/")[2].replace("_", " ")
    open_hours = say("%(hours)s (%(place)s time)", hours=", ".join(said), place=place)
    if not opened.holidays.country:
        return open_hours
    return open_hours + say(", but not on public holidays of %(country)s", country=_country(opened))


def moment(at: datetime) -> str:
    """A local moment in a week: `Thu 17:00`."""
    return f"{day(at.weekday())} {at:%H:%M}"


def stamp(at: datetime) -> str:
    """A local day and time, in the order of the language: `2026-11-24 09:00`."""
    return f"{date_of(at)} {at:%H:%M}"


def date_of(at: date) -> str:
    """A day, in the order of the language: `2026-11-24`."""
    return say("%(year)s-%(month)s-%(day)s", year=f"{at:%Y}", month=f"{at:%m}", day=f"{at:%d}")


def number(count: int) -> str:
    """With the separator of thousands of the language."""
    return f"{count:,}".replace(",", say(","))


def day(weekday: int) -> str:
    """A day of the week in short, Monday is 0."""
    return say(DAY_SHORT[weekday])


def upper_first(text: str) -> str:
    """With a capital, as a sentence begins."""
    return text[:1].upper() + text[1:]


def listed(words: Sequence[str], last: str = " and ") -> str:
    """`a, b and c`; `last`: " and " or " or "."""
    return say(last).join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


DAY_SHORT = (key("Mon"), key("Tue"), key("Wed"), key("Thu"), key("Fri"), key("Sat"), key("Sun"))


def quoted(phrases: Iterable[str]) -> list[str]:
    """Each in the quotation marks of the language."""
    return [say("“%(phrase)s”", phrase=phrase) for phrase in phrases]


def _named(when: When) -> str:
    """A `when` without the words that a name does without."""
    match when:
        case All(parts) if parts:
            return say(", and ").join(_named_part(part) for part in parts)
        case AnyOf(parts):
            return say(", or ").join(_named_part(part) for part in parts)
        case Is(fact, values) if fact in (Fact.PRIORITY, Fact.CUSTOMER_TIER, Fact.CUSTOMER):
            return _either(fact, values)
        case Not(part):
            return say("not (%(condition)s)", condition=_named(part))
    return condition(when)


def _named_part(when: When) -> str:
    inner = _named(when)
    return f"({inner})" if isinstance(when, All | AnyOf) and len(when.conditions) > 1 else inner


def _part(when: When) -> str:
    inner = condition(when)
    return f"({inner})" if isinstance(when, All | AnyOf) and len(when.conditions) > 1 else inner


def _is(fact: Fact, values: Sequence[str]) -> str:
    match fact:
        case Fact.TEXT:
            return say("the customer writes %(phrases)s", phrases=listed(quoted(values), " or "))
        case Fact.CRITICAL:
            return (
                say("it counts as a critical incident")
                if values == ("true",)
                else say("it counts as no critical incident")
            )
    return say(_SAID[fact], value=_either(fact, values))


def _either(fact: Fact, values: Sequence[str]) -> str:
    """The values, those that are words of Rung in the reader's language."""
    ours = fact in (Fact.PRIORITY, Fact.STATUS, Fact.EMOTION)
    return listed([word(value) if ours else value for value in values], " or ")


_SAID = {
    Fact.CATEGORY: key("it is about %(value)s"),
    Fact.PRIORITY: key("the priority is %(value)s"),
    Fact.EMOTION: key("the customer sounds %(value)s"),
    Fact.CUSTOMER_TIER: key("the customer is %(value)s"),
    Fact.CUSTOMER: key("the customer is %(value)s"),
    Fact.LEVEL: key("it is at %(value)s"),
    Fact.PATH: key("it is on the path %(value)s"),
    Fact.OFFERED_TO: key("it is offered to %(value)s"),
    Fact.TAG: key("it is tagged %(value)s"),
    Fact.STATUS: key("it is %(value)s"),
    Fact.CHANNEL: key("it came by %(value)s"),
    Fact.LANGUAGE: key("it is written in %(value)s"),
    Fact.ATTEMPTS: key("%(value)s answers at its level did not help"),
    Fact.REOPENS: key("the customer has reopened it %(value)s times"),
    Fact.RATING: key("the customer rates it %(value)s"),
}


def _escalated(to: str) -> str:
    head, _, rest = to.partition(":")
    match head:
        case "next":
            return say("it is offered to the next level")
        case "path":
            return say("it is handed over to %(path)s", path=rest)
        case "expert":
            whom = rest or say("everybody present who is an expert in its category")
            return say("%(whom)s is asked for help", whom=whom)
    if rest:
        return say("it goes out to %(system)s (%(project)s)", system=head, project=rest)
    return say("it is offered to %(level)s", level=to)


def _prioritised(to: str) -> str:
    if to in set(Priority):
        return say("its priority becomes %(priority)s", priority=word(to))
    if to == "+1":
        return say("its priority rises by one step")
    return say("its priority rises by %(number)s steps", number=to[1:])


def _assigned(word: str) -> str:
    head, _, rest = word.partition(":")
    match head:
        case "least_busy":
            return say("the person present with the least to do")
        case "lead":
            return say("the lead")
        case "on_call":
            return say("the person on call (%(schedule)s)", schedule=rest)
    return word


def _runs(days: Sequence[tuple[Span, ...]]) -> Iterable[tuple[int, int, tuple[Span, ...]]]:
    first = 0
    for day in range(1, len(DAYS) + 1):
        if day == len(DAYS) or days[day] != days[first]:
            if days[first]:
                yield first, day - 1, days[first]
            first = day


def _span(one: Span) -> str:
    start, end = one
    until = end - DAY_MINUTES if end > DAY_MINUTES else end
    times = {"start": f"{start // 60:02}:{start % 60:02}", "end": f"{until // 60:02}:{until % 60:02}"}
    return (
        say("%(start)s to %(end)s the next day", **times) if end > DAY_MINUTES else say("%(start)s to %(end)s", **times)
    )


def _country(calendar: Calendar) -> str:
    part = f"-{calendar.holidays.subdivision}" if calendar.holidays.subdivision else ""
    return f"{calendar.holidays.country}{part}"

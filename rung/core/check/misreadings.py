"""Finds what reads well and means something else: hours twice, phrases without a word, turns the clock skips."""

import unicodedata
from collections.abc import Iterator

from rung.core.calendar import CalendarError
from rung.core.calendar.hours import Span, parse_span
from rung.core.calendar.instants import from_us, to_us, zone
from rung.core.check.findings_sheet import Notes
from rung.core.document.nodes import Entries, Items, Node, Text
from rung.core.policy.plain_words import stamp
from rung.core.sentences import say

#: Keys under which phrases stand, to be looked for in what people write.
_PHRASES = ("text", "holding")


def check(notes: Notes, root: Entries) -> None:
    """The document as it is written, where what was read from it no longer shows the mistake."""
    _hours(notes, root)
    for place, phrase in _phrases(root, ""):
        if phrase.strip() and all(_is_mark(character) for character in phrase):
            notes.warning(
                place,
                say(
                    '"%(phrase)s" is punctuation only, and is found in every text that has it somewhere',
                    phrase=phrase,
                ),
                say("write a word or a phrase"),
            )
    _skipped_turns(notes)


def _hours(notes: Notes, root: Entries) -> None:
    """Intervals of one entry that overlap: the time counts once, so one of the two was meant otherwise."""
    calendars = root.values.get("calendars")
    for name, calendar in calendars.values.items() if isinstance(calendars, Entries) else ():
        hours = calendar.values.get("hours") if isinstance(calendar, Entries) else None
        for day, written in hours.values.items() if isinstance(hours, Entries) else ():
            place = f"calendars.{name}.hours.{day}"
            for number, earlier, text in _overlapping(written):
                notes.warning(
                    f"{place}[{number}]",
                    say(
                        "%(text)s overlaps %(earlier)s, and time that both name counts once",
                        text=text,
                        earlier=earlier,
                    ),
                    say("write one interval, or correct one of the two"),
                )


def _overlapping(written: Node) -> Iterator[tuple[int, str, str]]:
    """(number, the earlier interval it overlaps, itself) of each entry that overlaps one above it."""
    seen: list[tuple[str, Span]] = []
    for number, each in enumerate(written.values if isinstance(written, Items) else ()):
        if not isinstance(each, Text):
            continue
        try:
            start, end = parse_span(each.text)
        except CalendarError:  # said already where the calendar is read
            continue
        for text, (other_start, other_end) in seen:
            if start < other_end and other_start < end:
                yield number, text, each.text.strip()
                break
        seen.append((each.text.strip(), (start, end)))


def _phrases(node: Node, place: str) -> Iterator[tuple[str, str]]:
    """Every phrase of the document with its place, however deep conditions nest."""
    match node:
        case Entries(values=entries):
            for key, value in entries.items():
                inside = f"{place}.{key}" if place else key
                if key in _PHRASES:
                    yield from _listed(value, inside)
                else:
                    yield from _phrases(value, inside)
        case Items(values=items):
            for number, item in enumerate(items):
                yield from _phrases(item, f"{place}[{number}]")


def _listed(node: Node, place: str) -> Iterator[tuple[str, str]]:
    match node:
        case Text(text=text):
            yield place, text
        case Items(values=items):
            for number, item in enumerate(items):
                yield from _listed(item, f"{place}[{number}]")


def _is_mark(character: str) -> bool:
    return character.isspace() or unicodedata.category(character).startswith("P")


def _skipped_turns(notes: Notes) -> None:
    """A rotation whose first moment no clock on the wall ever shows."""
    for name, schedule in notes.policy.schedules.items():
        begins = schedule.handover(0)
        shown = from_us(to_us(begins)).astimezone(zone(schedule.timezone)).replace(tzinfo=None)
        if shown != schedule.from_:
            notes.warning(
                f"schedules.{name}.from",
                say(
                    "%(timezone)s has no %(start)s: the clock goes forward over it, and the first turn "
                    "begins at %(first)s",
                    timezone=schedule.timezone,
                    start=stamp(schedule.from_),
                    first=f"{shown:%H:%M}",
                ),
                say("write a time that the clock shows"),
            )

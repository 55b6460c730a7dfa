"""A comparison of two policies as text, as JSON and as a page with pictures."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from html import escape
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from rung.core.calendar.instants import zone
from rung.core.document.changes import DocumentChange
from rung.core.replay.bars_picture import Pair, hours_picture, paired_bars
from rung.core.replay.comparison import NAMED, Changed, Comparison, Running
from rung.core.replay.interruption_hours import as_table
from rung.core.replay.interruption_picture import interruption_svg
from rung.core.replay.totals import Goals
from rung.core.sentences import key, say
from rung.core.vocabulary import ClockName

Item = TypeVar("Item")

_CLOCKS = {
    ClockName.FIRST_RESPONSE: key("first_response"),
    ClockName.NEXT_RESPONSE: key("next_response"),
    ClockName.UPDATE: key("update"),
    ClockName.RESOLUTION: key("resolution"),
}
KNOWS = (
    "A replay knows what each policy would have asked for, given what people did. It cannot know what they would have "
    "done then: an earlier reminder answers nothing here, and no escalation saves a deadline that was missed."
)


class Titled(Struct, frozen=True):
    """A comparison with what is needed to show it."""

    old: str
    new: str
    timezone: str
    end: datetime
    documents: tuple[DocumentChange, ...]
    found: Comparison
    #: What a simulation says to the question a replay cannot answer, as lines; empty: none was asked for.
    simulated: tuple[str, ...] = ()


def as_text(titled: Titled) -> str:
    """For a terminal and for a mail: plain lines."""
    parts = [f"{titled.old} against {titled.new}, over {titled.found.old.tally.tickets:,} tickets", KNOWS]
    if titled.documents:
        parts.append("In the files\n" + "\n".join(f"  {_document(change)}" for change in titled.documents[:NAMED]))
    for title, rows in _tables(titled.found):
        lines = [f"  {label:<44} {before:>9,} {after:>9,} {after - before:>+9,}" for label, before, after in rows]
        parts.append(f"{title:<46} {'before':>9} {'after':>9} {'change':>9}\n" + "\n".join(lines))
    hours = as_table(titled.found.old.by_whom, titled.found.new.by_whom, titled.timezone)
    changed, running = _lines(titled)
    parts += [text for text in (hours, changed, running, "\n".join(titled.simulated)) if text]
    return "\n\n".join(parts) + "\n"


def as_json(titled: Titled) -> bytes:
    """The same bytes for the same input, indented, with a final newline."""
    return msgspec.json.format(msgspec.json.encode(titled), indent=2) + b"\n"


def as_page(titled: Titled, fidelity: Sequence[str] = ()) -> str:
    """One page that needs nothing else. `fidelity`: pictures of how well the simulation gives the record back."""
    found, drawn = titled.found, pictures(titled)
    listed = "".join(f"<li><code>{escape(_document(change))}</code></li>" for change in titled.documents)
    changed, running = _lines(titled)
    body = (
        f"<h1>{escape(titled.old)} against {escape(titled.new)}</h1><p>{found.old.tally.tickets:,} tickets, until "
        f"{_moment(titled.end, zone(titled.timezone))}.</p><p><em>{escape(KNOWS)}</em></p>"
        f"<h2>In the files</h2><ul>{listed or '<li>nothing</li>'}</ul><h2>Side by side</h2>{''.join(drawn)}"
        f"<h2>Tickets</h2><pre>{escape(changed or 'No ticket is treated differently.')}</pre>"
        f"<h2>Running tickets</h2><pre>{escape(running or 'No running ticket is affected.')}</pre>"
    )
    if titled.simulated:
        body += "<h2>What people might have done</h2><pre>" + escape("\n".join(titled.simulated)) + "</pre>"
        body += "".join(fidelity)
    style = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2530}"
    style += "svg{display:block;max-width:100%;height:auto;margin:1rem 0}pre{white-space:pre-wrap;font-size:.85rem}"
    head = f'<meta charset="utf-8"><title>Two policies</title><style>{style}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>\n'


def pictures(titled: Titled) -> list[str]:
    """The tables as bars, and the interruptions by hour and by person and hour, as SVG."""
    found = titled.found
    hours = [[side.tally.by_hour.get(hour, 0) for hour in range(24)] for side in (found.old, found.new)]
    by_hour = hours_picture(say("Interruptions by hour of the day (%(timezone)s)", timezone=titled.timezone), *hours)
    by_whom = interruption_svg(found.old.by_whom, found.new.by_whom, titled.timezone)
    return [*(paired_bars(title, rows) for title, rows in _tables(found)), by_hour, by_whom]


def _tables(found: Comparison) -> Iterator[tuple[str, list[Pair]]]:
    old, new = found.old, found.new
    metrics = dict.fromkeys([*old.tally.targets, *new.tally.targets])
    yield (
        say("Breaches (ended and running)"),
        [
            (
                say(_CLOCKS.get(each, str(each))),
                _breaches(old.tally.targets.get(each)),
                _breaches(new.tally.targets.get(each)),
            )
            for each in metrics
        ],
    )
    yield say("Escalations by rule"), _pairs(old.escalations, new.escalations)
    yield say("Offers to each level"), _pairs(old.tally.offers, new.tally.offers)
    inside = old.interruptions - old.outside_hours, new.interruptions - new.outside_hours
    yield (
        say("Interruptions"),
        [
            (say("all"), old.interruptions, new.interruptions),
            (say("in working time"), *inside),
            (say("outside working time"), old.outside_hours, new.outside_hours),
            (say("pages"), old.tally.pages, new.tally.pages),
        ],
    )
    whom = _pairs(
        {**old.tally.by_person, **old.tally.by_channel}, {**new.tally.by_person, **new.tally.by_channel}, most=15
    )
    yield say("Interruptions by person and channel"), whom


def _pairs(old: dict[str, int], new: dict[str, int], most: int = NAMED) -> list[Pair]:
    names = dict.fromkeys([*old, *new])
    rows = [(name, old.get(name, 0), new.get(name, 0)) for name in names]
    return sorted(rows, key=lambda row: (-max(row[1], row[2]), row[0]))[:most]


def _breaches(goals: Goals | None) -> int:
    return 0 if goals is None else goals.breached + goals.running_over


def running_text(found: Comparison, where: ZoneInfo) -> str:
    """What publishing would do to running tickets, with local times; empty where it would do nothing."""
    if not found.running_affected:
        return ""
    head = (
        f"Published for running tickets too, affected: {found.running_affected:,} of {found.tickets_running:,} "
        f"(deadlines moved: {found.deadlines_moved:,}; missed at once: {found.breached_at_once:,}; "
        f"steps due at once: {found.due_at_once:,})"
    )
    return _list(head, found.running, found.running_affected, lambda each: _running(each, where))


def _lines(titled: Titled) -> tuple[str, str]:
    """The tickets that change and why, and the running ones."""
    found, changed = titled.found, ""
    if found.tickets_changed:
        head = f"Treated differently: {found.tickets_changed:,} of {found.old.tally.tickets:,} tickets"
        changed = _list(head, found.changed, found.tickets_changed, _changed)
    return changed, running_text(found, zone(titled.timezone))


def _list(head: str, items: Sequence[Item], total: int, say: Callable[[Item], str]) -> str:
    more = f"\n  … and {total - len(items):,} more" if total > len(items) else ""
    return head + "\n" + "\n".join(f"  {say(each)}" for each in items) + more


def _changed(each: Changed) -> str:
    parts = []
    if each.breaches_before != each.breaches_after:
        parts.append(f"breaches {each.breaches_before} → {each.breaches_after}")
    for word, steps in (("no longer", each.steps_gone), ("now", each.steps_new)):
        if steps:
            parts.append(f"{word} {_counted(steps)}")
    return f"{each.ticket}: {'; '.join(parts)}"


def _running(each: Running, where: ZoneInfo) -> str:
    parts = [f"{moved.clock} {_moment(moved.before, where)} → {_moment(moved.after, where)}" for moved in each.moved]
    if each.breached:
        parts.append(f"missed at once: {', '.join(each.breached)}")
    if each.due:
        parts.append(f"due at once: {_counted(each.due)}")
    return f"{each.ticket}: {'; '.join(parts)}"


def _counted(steps: Sequence[str]) -> str:
    return ", ".join(step if times == 1 else f"{step} ({times} times)" for step, times in Counter(steps).items())


def _moment(at: datetime | None, where: ZoneInfo) -> str:
    return "–" if at is None else f"{at.astimezone(where):%Y-%m-%d %H:%M}"


def _document(change: DocumentChange) -> str:
    match change.before, change.after:
        case None, after:
            return f"line {change.line}: {change.place}: {after} (new)"
        case before, None:
            return f"{change.place}: {before} (gone)"
    return f"line {change.line}: {change.place}: {change.before} → {change.after}"

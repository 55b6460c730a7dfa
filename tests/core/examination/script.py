"""The examination's text files as situations: what happens, what must be concluded, what can be read at a moment."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct

_DAY = re.compile(r"^(?P<weekday>[A-Z][a-z]{2}) (?P<date>\d{4}-\d\d-\d\d)$")
_LINE = re.compile(r"^ +(?P<time>\d\d:\d\d(?::\d\d)?(?:[+-]\d\d:\d\d)?) (?P<mark>[>?] )?(?P<text>.+)$")
_STEP = re.compile(
    r"^\[(?P<rule>.+?)(?:: (?P<step>[a-z]+\.\d+))?"
    r"(?P<outcome> passed over| overtaken| already there| settled)?(?:, due (?P<due>[^\]]+))?\] ?"
)
_HEADERS = ("examines", "rules", "change", "change 2", "tz", "away", "inactive", "swap", "ignore", "people")


class Happening(Struct, frozen=True):
    """Something people or systems do."""

    at: datetime
    text: str
    line: int


class Reading(Struct, frozen=True):
    """Something that must be seen on the ticket at this moment, after the engine's look."""

    at: datetime
    text: str
    line: int


class Conclusion(Struct, frozen=True):
    """One thing the engine must conclude at this moment: no more, no less."""

    at: datetime
    text: str
    line: int


class Situation(Struct, frozen=True):
    file: str
    line: int
    title: str
    headers: dict[str, list[str]]
    zone: ZoneInfo
    #: Happenings and readings, in the order of the file.
    stage: tuple[Happening | Reading, ...]
    conclusions: tuple[Conclusion, ...]
    end: datetime

    def header(self, name: str) -> str | None:
        values = self.headers.get(name)
        return values[0] if values else None


def situations(folder: Path) -> Iterator[Situation]:
    """Every situation of every `.txt` file of the folder, by file name."""
    for file in sorted(folder.glob("*.txt")):
        lines = file.read_text(encoding="utf-8").splitlines()
        starts = [place for place, line in enumerate(lines) if line.startswith("=== ")]
        for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
            yield _situation(file.name, start + 1, lines[start:stop])


def moment(text: str, zone: ZoneInfo) -> datetime:
    """`Mon 2026-11-23 09:00[:17][+01:00]`, the weekday checked, as wall time in `zone` unless it has an offset."""
    weekday, date, time = text.split()
    at = datetime.fromisoformat(f"{date}T{time}")
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone)
    if at.strftime("%a") != weekday:
        raise ValueError(f"{date} is a {at.strftime('%a')}, not a {weekday}")
    return at


def wall(at: datetime, zone: ZoneInfo) -> str:
    """A moment as the files write it; the offset is added only where the wall shows one time twice."""
    local = at.astimezone(zone)
    text = local.strftime("%a %Y-%m-%d %H:%M") + (local.strftime(":%S") if local.second else "")
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return text + (local.isoformat()[-6:] if twice else "")


def _situation(file: str, number: int, lines: list[str]) -> Situation:
    headers: dict[str, list[str]] = {}
    rest = 1
    while rest < len(lines) and not _DAY.match(lines[rest]):
        name, _, value = lines[rest].partition(": ")
        if name not in _HEADERS:
            raise ValueError(f"{file}:{number + rest}: no header is called {name!r}")
        headers.setdefault(name, []).append(value.strip())
        rest += 1
    zone = ZoneInfo(headers.get("tz", ["Europe/Berlin"])[0])
    stage: list[Happening | Reading] = []
    conclusions: list[Conclusion] = []
    end = None
    for place, at, mark, text in _lines(file, number + rest, lines[rest:], zone):
        if mark == "> ":
            stage.append(Happening(at, text, place))
        elif mark == "? ":
            stage.append(Reading(at, text, place))
        elif text == "end":
            end = at
        else:
            conclusions += [Conclusion(at, atom, place) for atom in _atoms(text, zone)]
    if end is None:
        raise ValueError(f"{file}:{number}: the situation does not say when it ends")
    moments = [each.at.timestamp() for each in stage]
    if moments != sorted(moments):
        raise ValueError(f"{file}:{number}: the story goes back in time")
    title = lines[0].removeprefix("=== ")
    return Situation(file, number, title, headers, zone, tuple(stage), tuple(conclusions), end)


def _lines(file: str, number: int, lines: list[str], zone: ZoneInfo) -> Iterator[tuple[int, datetime, str | None, str]]:
    """(line number, moment, mark, text) of every line that has a time."""
    day = ""
    for place, line in enumerate(lines, number):
        if not line.strip():
            continue
        if _DAY.match(line):
            day = line
            continue
        match = _LINE.match(line)
        if match is None:
            raise ValueError(f"{file}:{place}: this line cannot be read: {line!r}")
        try:
            at = moment(f"{day} {match['time']}", zone)
        except ValueError as problem:
            raise ValueError(f"{file}:{place}: {problem}") from None
        yield place, at, match["mark"], match["text"]


def _atoms(text: str, zone: ZoneInfo) -> Iterator[str]:
    step = _STEP.match(text)
    if step is not None:
        due = step["due"]
        yield "[{}{}{}{}]".format(
            step["rule"],
            f": {step['step']}" if step["step"] else "",
            step["outcome"] or "",
            f", due {wall(moment(due, zone), zone)}" if due else "",
        )
        text = text[step.end() :]
    yield from (atom for atom in text.split("; ") if atom)

"""What stands beside a form while somebody fills it: what it would mean, drawn, with the lines that change."""

from collections.abc import Sequence
from datetime import timedelta
from difflib import unified_diff

from django.utils.safestring import SafeString, mark_safe
from msgspec import Struct

from rung.core.calendar import Calendar
from rung.core.conditions.satisfiable import World
from rung.core.document.findings import Finding, Severity, has_errors
from rung.core.document.nodes import Path, place_of
from rung.core.handbook.ladder_picture import ladder_svg
from rung.core.handbook.parts import Ladder
from rung.core.handbook.rules import ladders
from rung.core.handbook.week_picture import week_svg
from rung.core.policy.model import Policy
from rung.core.reckoning.compiled import Compiled
from rung.people.clock import database_now
from rung.web.policy.studio.checking import checked
from rung.web.policy.studio.item_text import sentence


class Line(Struct, frozen=True):
    """A line of a difference: `add`, `gone`, `same` or `place`."""

    kind: str
    text: str


class Picture(Struct, frozen=True):
    title: str
    drawn: SafeString


class Preview(Struct, frozen=True):
    """What an edited text would mean."""

    text: str
    sentence: str = ""
    pictures: tuple[Picture, ...] = ()
    #: More pictures, folded away.
    others: tuple[Picture, ...] = ()
    lines: tuple[Line, ...] = ()
    findings: tuple[Finding, ...] = ()
    problem: str = ""
    #: Of the findings, those about people, who may come later: they keep nobody from going on.
    about_people: tuple[Finding, ...] = ()

    @property
    def errors(self) -> bool:
        own = (each for each in self.findings if each not in self.about_people)
        return has_errors(own) or bool(self.problem)


def preview_of(before: str, after: str, path: Path) -> Preview:
    """Of an edit at a place: the sentence, the picture that shows it, the lines, and what is found there."""
    judged = checked(after)
    policy, found = judged.policy, judged.own
    if policy is None:
        mistakes = tuple(each for each in found if each.severity is Severity.ERROR)
        return Preview(after, lines=difference(before, after), findings=mistakes)
    was = checked(before).own
    here = [each for each in judged.findings if each.place.startswith(place_of(path)) and path]
    known = {(each.place, each.message) for each in was}
    new = [each for each in found if (each.place, each.message) not in known]
    drawn = pictures(policy, path)
    rest = tuple(drawn[1:])
    return Preview(
        after,
        sentence(policy, path),
        tuple(drawn[:1]),
        rest,
        difference(before, after),
        tuple(dict.fromkeys((*here, *new))),
        about_people=judged.about_people,
    )


def pictures(policy: Policy, path: Path) -> list[Picture]:
    """The pictures of a place, the one that shows it best first."""
    match path:
        case ("calendars", str(name)) if name in policy.calendars:
            return [week(name, policy.calendars[name])]
        case ("rules", int(number), *_rest) if number < len(policy.rules) and policy.rules[number].clock is None:
            return []  # it is on no ladder: it acts at once, at any hour
        case ("rules" | "follow_up" | "targets" | "levels" | "paths", *_rest):
            return [picture_of(each) for each in _ladders(policy, path)]
    return []


def week(name: str, calendar: Calendar) -> Picture:
    """A calendar's week, with the holidays of the coming year."""
    today = database_now().date()
    shut = calendar.holidays.in_years(range(today.year, today.year + 2))
    ahead = [day for day in shut if today <= day < today + timedelta(days=366)]
    # The picture is made of our own elements, and escapes every word in it.
    return Picture(name, mark_safe(week_svg(name, calendar, ahead)))  # noqa: S308


def picture_of(ladder: Ladder) -> Picture:
    return Picture(ladder.title, mark_safe(ladder_svg(ladder)))  # noqa: S308  as above


def all_ladders(policy: Policy) -> list[Ladder]:
    """One for each promise, as the handbook draws them."""
    section = ladders(Compiled(policy), World.of(policy), database_now())
    return [block for block in section.blocks if isinstance(block, Ladder)]


def difference(before: str, after: str) -> tuple[Line, ...]:
    """The lines that change, with one of those around them."""
    found = list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1))[2:]
    kinds = {"+": "add", "-": "gone", "@": "place"}
    return tuple(
        Line(
            kinds.get(line[:1], "same"), line[1:] if line[:1] != "@" else line.split("+")[1].split(",")[0].split(" ")[0]
        )
        for line in found
    )


def _ladders(policy: Policy, path: Path) -> Sequence[Ladder]:
    drawn = all_ladders(policy)
    match path:
        case ("targets", int()):
            return sorted(drawn, key=lambda ladder: ladder.place != place_of(path))
        case ("rules", int(number), *_rest) if number < len(policy.rules):
            name = policy.rules[number].name
            drawn.reverse()
            drawn.sort(key=lambda ladder: -sum(rung.rule == name for rung in ladder.rungs))
            return drawn
    return drawn[::-1]

"""What a simulation is asked on its form, and what came of it in words and as a picture."""

from collections.abc import Callable
from typing import Any

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rung.core.replay.bars_picture import paired_bars

#: Per cent more tickets; more or fewer people at a level.
GROWTH = (0, 10, 25, 50, 100)
PEOPLE = (-2, -1, 1, 2)
HEEDED = (25, 50, 75, 100)
_FEW_HOURS = 10
_EVERYBODY = "everybody"


def wanted(post: QueryDict) -> dict[str, Any]:
    """As a job keeps it; what the form does not offer is left out."""
    growth, heed, people = (post.get(name, "") for name in ("growth", "heed", "people"))
    level = post.get("level", "")[:60]
    found: dict[str, Any] = {
        "more_tickets": int(growth) if growth in map(str, GROWTH) else 0,
        "heed": int(heed) / 100 if heed in map(str, HEEDED) else 0.5,
    }
    if level and people in map(str, PEOPLE):
        found["more_people"] = {level: int(people)}
    return found


def shown(result: dict[str, Any]) -> dict[str, Any]:
    """For the template."""
    if not result.get("tickets"):
        return {}
    rows = [(_figure(name), *numbers, _kind(name, numbers)) for name, *numbers in result["figures"]]
    return {
        "figures": rows,
        "arrivals": round(result["tickets"] / max(1, result["days"]), 1),
        "picture": _picture(result["figures"]),
        "levels": [
            {"name": _level(name), "people": agents, "each": each, "hours": hours, "more": more, "now": agents + more}
            for name, agents, each, hours, more in result["levels"]
        ],
        "fidelity": [
            (_thing(name), round(share * 100), recorded, mean, margin)
            for name, share, recorded, mean, margin in result["fidelity"]
        ],
    }


def what_if(wanted: dict[str, Any]) -> list[str]:
    """What is different besides the policy, for the heading of the result."""
    said = []
    if more := wanted.get("more_tickets"):
        said.append(_("%(n)d %% more tickets, before and after") % {"n": more})
    for level, people in wanted.get("more_people", {}).items():
        words = {"n": abs(people), "level": _level(level)}
        if people > 0:
            said.append(ngettext("%(n)d person more at %(level)s", "%(n)d people more at %(level)s", people) % words)
        else:
            said.append(ngettext("%(n)d person fewer at %(level)s", "%(n)d people fewer at %(level)s", -people) % words)
    return said


def _picture(figures: list[list[Any]]) -> SafeString:
    """The waits, before and after, in hours; in minutes where all are short."""
    waits = [(name, before, after) for name, before, _b, after, *_rest in figures if "hours" in name]
    short = max([0.0, *(max(before, after) for _name, before, after in waits)]) < _FEW_HOURS
    rows = [
        (_short(name), round(before * 60 if short else before), round(after * 60 if short else after))
        for name, before, after in waits
    ]
    title = _("Minutes of working time") if short else _("Hours of working time")
    # The picture is made of our own elements, and escapes every word in it.
    return mark_safe(paired_bars(title, rows, (_("Before"), _("After"))))  # noqa: S308


def _kind(name: str, numbers: list[float]) -> str:
    """`worse`, `better` or neither: a difference that is larger than its margin. Of load alone, neither."""
    difference, margin = numbers[4], numbers[5]
    if abs(difference) <= margin or not difference or name.endswith(_WORKED_ON):
        return ""
    return "worse" if difference > 0 else "better"


_WORKED_ON = "tickets worked on"


def _level(name: str) -> str:
    return _("everybody") if name == _EVERYBODY else name


def _figure(name: str) -> str:
    level, _colon, what = name.rpartition(": ")
    said = _FIGURES[what]()
    return f"{_level(level)}: {said}" if level else said


def _short(name: str) -> str:
    level, _colon, what = name.rpartition(": ")
    said = _SHORT[what]()
    return f"{level}: {said}" if level else said


def _thing(name: str) -> str:
    if name.startswith("work at "):
        return _("work at %(level)s") % {"level": _level(name.removeprefix("work at "))}
    return {"response": _("response"), "resolution": _("resolution")}.get(name, name)


_FIGURES: dict[str, Callable[[], str]] = {
    "hours until response, half of the tickets": lambda: _("hours until response, half of the tickets"),
    "hours until response, nine in ten": lambda: _("hours until response, nine in ten"),
    "responses later than promised": lambda: _("responses later than promised"),
    "hours until resolved, half of the tickets": lambda: _("hours until resolved, half of the tickets"),
    "hours until resolved, nine in ten": lambda: _("hours until resolved, nine in ten"),
    "resolved later than promised": lambda: _("resolved later than promised"),
    "messages about tickets nobody had taken": lambda: _("messages about tickets nobody had taken"),
    _WORKED_ON: lambda: _("tickets worked on"),
    "hours waited for its people, nine in ten": lambda: _("hours waited for its people, nine in ten"),
}
_SHORT: dict[str, Callable[[], str]] = {
    "hours until response, half of the tickets": lambda: _("response, half of them"),
    "hours until response, nine in ten": lambda: _("response, nine in ten"),
    "hours until resolved, half of the tickets": lambda: _("resolved, half of them"),
    "hours until resolved, nine in ten": lambda: _("resolved, nine in ten"),
    "hours waited for its people, nine in ten": lambda: _("waited, nine in ten"),
}

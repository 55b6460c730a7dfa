"""The fields of forms: how a value of the policy is shown, and what somebody has made of it."""

import re
from collections.abc import Callable
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from msgspec import Struct

from rung.core.calendar import CalendarError
from rung.core.calendar.durations import Duration, From, Threshold
from rung.core.calendar.hours import DAYS, parse_hours
from rung.core.document.intents import value_at
from rung.core.document.tree import Plain
from rung.web.policy.studio import conditions
from rung.web.policy.studio.conditions import ticked
from rung.web.policy.studio.names import Names

Label = str | Promise
UNITS = ("m", "h", "d", "w", "s")
_ONE_UNIT = re.compile(r"(\d+)\s*([wdhms])")


class Field(Struct, frozen=True):
    """One field. `key` leads from the item to the value; empty: the value is the whole item."""

    key: tuple[str, ...]
    widget: str
    label: Label
    #: Where its choices come from.
    source: str = ""
    note: Label = ""
    #: Folded away until somebody wants it.
    rare: bool = False
    #: Whether something else than the choices may be written.
    free: bool = False
    example: Label = ""
    needed: bool = False

    @property
    def name(self) -> str:
        """In the form that is sent."""
        return "-".join(self.key) or "value"


class Shown(Struct, frozen=True):
    """A field with its value, for the template."""

    field: Field
    looks: dict[str, Any]
    #: Whether the form can say what is written there; else the text has to.
    fits: bool
    filled: bool


def show(field: Field, item: Plain, names: Names) -> Shown:
    """The field as it stands."""
    value = value_at(item, field.key)
    fits = _fits(field, value)
    looks = _SHOWN[field.widget](field, value, names) if fits else {}
    return Shown(field, looks, fits, value not in (None, [], {}))


def read(field: Field, post: QueryDict, item: Plain) -> Plain:
    """What the form says; as it was written, where that means the same. None: nothing."""
    old = value_at(item, field.key)
    if not _fits(field, old):
        return old
    return _settled(old, _READ[field.widget](field, post, old))


def _settled(old: Plain, new: Plain) -> Plain:
    """Keeps the old spelling of the same thing."""
    if new is None and old in ([], {}, "", "false"):
        return old
    if isinstance(new, list) and len(new) == 1 and isinstance(old, str) and new[0] == old:
        return old
    if isinstance(new, str) and isinstance(old, str) and new.strip() == old.strip():
        return old
    return new


def _fits(field: Field, value: Plain) -> bool:
    if value is None or value in ([], {}):
        return True
    match field.widget:
        case "condition":
            return conditions.ways_of(value) is not None
        case "words" | "several" | "ordered":
            return not isinstance(value, dict) and not any(isinstance(each, dict | list) for each in _many(value))
        case "hours":
            return isinstance(value, dict)
        case "reminder" if isinstance(value, dict):
            return set(value) <= {"to", "call"} and not any(isinstance(each, dict | list) for each in value.values())
    return not isinstance(value, dict | list)


# --- how values look


def _show_text(_field: Field, value: Plain, _names: Names) -> dict[str, Any]:
    return {"text": "" if value is None else str(value).strip()}


def _show_words(_field: Field, value: Plain, _names: Names) -> dict[str, Any]:
    found = [str(each) for each in _many(value)]
    return {"text": "\n".join(found), "rows": min(8, max(2, len(found) + 1))}


def _show_choices(field: Field, value: Plain, names: Names) -> dict[str, Any]:
    return {"options": ticked(names.options(field.source), [str(each) for each in _many(value)])}


def _show_reminder(field: Field, value: Plain, names: Names) -> dict[str, Any]:
    """Where, and whom it calls; nothing said is the level's team."""
    said = value if isinstance(value, dict) else {"to": value}
    called = ticked(names.options("called"), [str(said.get("call") or "team")])
    return {**_show_choices(field, said.get("to"), names), "called": called}


def _show_ordered(field: Field, value: Plain, names: Names) -> dict[str, Any]:
    chosen = [str(each) for each in _many(value)]
    options = names.options(field.source)
    slots = [ticked(options, [each]) for each in [*chosen, "", ""]]
    return {"slots": slots}


def _show_flag(_field: Field, value: Plain, _names: Names) -> dict[str, Any]:
    return {"on": value in (True, "true", "True", "linked")}


def _show_duration(_field: Field, value: Plain, _names: Names) -> dict[str, Any]:
    return _amount("" if value is None else str(value))


def _show_threshold(_field: Field, value: Plain, _names: Names) -> dict[str, Any]:
    text = "45m" if value is None else str(value)
    try:
        measured = Threshold.parse(text).measured
    except ValueError:
        measured = From.START
    if measured is From.SHARE:
        return {"measured": measured.value, "amount": text.rstrip("% "), "unit": "m"}
    return {"measured": measured.value, **_amount(text.removesuffix("before").strip())}


def _show_condition(field: Field, value: Plain, names: Names) -> dict[str, Any]:
    return {"ways": conditions.rows(value, field.name, names)}


def _show_hours(_field: Field, value: Plain, _names: Names) -> dict[str, Any]:
    days = _day_by_day(value) or {}
    dates = [f"{day}: {', '.join(map(str, spans))}" for day, spans in days.items() if day not in DAYS]
    shown = [(day, ", ".join(str(span) for span in days.get(day, []))) for day in DAYS]
    return {"days": shown, "dates": "\n".join(dates), "rows": max(2, len(dates) + 1)}


def _show_budget(_field: Field, value: Plain, _names: Names) -> dict[str, Any]:
    count, _per, window = ("" if value is None else str(value)).partition(" per ")
    return {"count": count.strip(), **_amount(window.strip())}


def _amount(text: str) -> dict[str, Any]:
    """A length of time as number and unit; one of several units is shown as it is written."""
    match = _ONE_UNIT.fullmatch(text)
    if match:
        return {"amount": match[1], "unit": match[2]}
    return {"amount": text, "unit": "" if text else "m"}


# --- what has been made of them


def _read_line(field: Field, post: QueryDict, _old: Plain) -> Plain:
    return " ".join(post.get(field.name, "").split()) or None


def _read_prose(field: Field, post: QueryDict, _old: Plain) -> Plain:
    lines = [line.rstrip() for line in post.get(field.name, "").replace("\r\n", "\n").strip().split("\n")]
    return "\n".join(lines) + "\n" if any(lines) else None


def _read_words(field: Field, post: QueryDict, _old: Plain) -> Plain:
    found: list[Plain] = [" ".join(line.split()) for line in post.get(field.name, "").splitlines() if line.strip()]
    return found or None


def _read_choice(field: Field, post: QueryDict, _old: Plain) -> Plain:
    return post.get(f"{field.name}-free", "").strip() or post.get(field.name, "") or None


def _read_reminder(field: Field, post: QueryDict, old: Plain) -> Plain:
    to, call = _read_choice(field, post, old), post.get(f"{field.name}-call", "")
    if to is None or call in ("", "team"):
        return old if isinstance(old, dict) and old == {"to": to, "call": "team"} else to
    return {"to": to, "call": call}


def _read_several(field: Field, post: QueryDict, old: Plain) -> Plain:
    free = [each.strip() for each in post.get(f"{field.name}-free", "").split(",") if each.strip()]
    chosen = [*post.getlist(field.name), *free]
    kept = [str(each) for each in _many(old) if str(each) in chosen]
    found: list[Plain] = [*kept, *dict.fromkeys(each for each in chosen if each not in kept)]
    return found or None


def _read_ordered(field: Field, post: QueryDict, _old: Plain) -> Plain:
    found: list[Plain] = [each for each in post.getlist(field.name) if each]
    return found or None


def _read_flag(field: Field, post: QueryDict, _old: Plain) -> Plain:
    if post.get(field.name) != "1":
        return None
    return "linked" if field.source == "linked" else True


def _read_number(field: Field, post: QueryDict, old: Plain) -> Plain:
    text = post.get(field.name, "").strip()
    if not text or text == str(old):
        return old if text else None
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def _read_duration(field: Field, post: QueryDict, old: Plain) -> Plain:
    return _same_length(old, _length(post, field.name))


def _read_threshold(field: Field, post: QueryDict, old: Plain) -> Plain:
    measured, length = post.get(f"{field.name}-measured", "start"), _length(post, field.name)
    if not length:
        return None
    if measured == From.SHARE.value:
        return f"{post.get(f'{field.name}-amount', '').strip().rstrip('%').strip()}%"
    if measured == From.TARGET.value:
        return f"{length} before"
    return _same_length(old, length)


def _read_condition(field: Field, post: QueryDict, old: Plain) -> Plain:
    return conditions.read(post, field.name, old)


def _read_hours(field: Field, post: QueryDict, old: Plain) -> Plain:
    days = {day: _spans(post.get(f"{field.name}-{day}", "")) for day in DAYS}
    days = {day: spans for day, spans in days.items() if spans} | _dates(post.get(f"{field.name}-dates", ""))
    if days == _day_by_day(old):
        return old
    found: dict[str, Plain] = {}
    for day in DAYS:
        if day not in days:
            continue
        first = next((first for first, spans in found.items() if spans == days[day]), None)
        run = first is not None and DAYS[DAYS.index(day) - 1] == first.rpartition("-")[2]
        if first is not None and run:
            found[f"{first.partition('-')[0]}-{day}"] = found.pop(first)
        else:
            found[day] = list(days[day])
    found |= {day: list(spans) for day, spans in days.items() if day not in DAYS}
    return found or None


def _dates(text: str) -> dict[str, list[Plain]]:
    """`2026-12-24: 09:00-14:00`, one a line; without a time it is shut."""
    lines = [line.partition(":") for line in text.splitlines() if line.strip()]
    return {day.strip(): _spans(spans) for day, _colon, spans in lines}


def _read_budget(field: Field, post: QueryDict, old: Plain) -> Plain:
    count, window = post.get(f"{field.name}-count", "").strip(), _length(post, field.name)
    if not count or not window:
        return None
    new = f"{count} per {window}"
    return old if isinstance(old, str) and " ".join(old.split()) == new else new


def _length(post: QueryDict, name: str) -> str:
    amount = post.get(f"{name}-amount", "").strip()
    return f"{amount}{post.get(f'{name}-unit', 'm')}" if amount.isdecimal() else amount


def _same_length(old: Plain, new: str) -> Plain:
    """The old spelling of the same length."""
    try:
        if isinstance(old, str) and Duration.parse(old) == Duration.parse(new):
            return old
    except ValueError:
        pass
    return new or None


def _many(value: Plain) -> list[Plain]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _spans(text: str) -> list[Plain]:
    return [re.sub(r"\s*[-–]\s*", "-", each.strip()) for each in text.split(",") if each.strip()]


def _day_by_day(value: Plain) -> dict[str, list[Plain]] | None:
    """Hours as written, a day each; None where they cannot be read."""
    try:
        return {day: list(spans) for day, spans in parse_hours(value, []).written().items()}
    except (CalendarError, ValueError, TypeError, AttributeError):
        return None


_SHOWN: dict[str, Callable[[Field, Plain, Names], dict[str, Any]]] = {
    **dict.fromkeys(("line", "prose", "number", "moment"), _show_text),
    **dict.fromkeys(("choice", "several"), _show_choices),
    "words": _show_words,
    "reminder": _show_reminder,
    "ordered": _show_ordered,
    "flag": _show_flag,
    "duration": _show_duration,
    "threshold": _show_threshold,
    "condition": _show_condition,
    "hours": _show_hours,
    "budget": _show_budget,
}
_READ: dict[str, Callable[[Field, QueryDict, Plain], Plain]] = {
    **dict.fromkeys(("line", "moment"), _read_line),
    "prose": _read_prose,
    "words": _read_words,
    "choice": _read_choice,
    "reminder": _read_reminder,
    "several": _read_several,
    "ordered": _read_ordered,
    "flag": _read_flag,
    "number": _read_number,
    "duration": _read_duration,
    "threshold": _read_threshold,
    "condition": _read_condition,
    "hours": _read_hours,
    "budget": _read_budget,
}

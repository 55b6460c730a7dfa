"""Replaying a log somebody uploads: the guess of its columns as a form, corrected and handed to the worker."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from msgspec import Struct

from rung.core.log.guess import guess_words
from rung.core.log.mapping import ISO, WORDS, Field, LogMap, TimeColumn, read_map
from rung.frame.access import actor_of, needs
from rung.people.models import Role
from rung.policies.models import PolicyJob, UploadedLog
from rung.web.policy.jobs import begin, text_of, waiting
from rung.web.policy.studio.conditions import Ticked
from rung.web.policy.studio.uploaded import CannotRead, Looked, take_in
from rung.web.templatetags.formatting import words

_MOMENTS = ("time", "opened")
USES: dict[str, Promise] = {
    "ticket": gettext_lazy("Number of the ticket"),
    "time": gettext_lazy("When the row happened"),
    "opened": gettext_lazy("When the ticket was opened"),
    Field.STATUS: gettext_lazy("Status"),
    Field.PRIORITY: gettext_lazy("Priority"),
    Field.CATEGORY: gettext_lazy("Category"),
    Field.TEAM: gettext_lazy("Team"),
    Field.ASSIGNEE: gettext_lazy("Assignee"),
    Field.CUSTOMER: gettext_lazy("Customer"),
    Field.TIER: gettext_lazy("Tier"),
    Field.REQUESTER: gettext_lazy("Requester"),
    Field.CHANNEL: gettext_lazy("Channel"),
    Field.RATING: gettext_lazy("Rating"),
    Field.AUTHOR: gettext_lazy("Who made the row"),
    Field.AUTHOR_ROLE: gettext_lazy("What they are"),
    Field.MESSAGE: gettext_lazy("Text of a message"),
    Field.PRIVATE: gettext_lazy("Whether it is internal"),
}
_NEEDED = ("ticket", "time")

Map = dict[str, Any]


class Use(Struct, frozen=True):
    """One line of the form: what a column is read as."""

    name: str
    label: str
    columns: tuple[Ticked, ...]
    needed: bool = False
    #: Of a moment, how it is written and where; empty: it is none.
    format: str = ""
    timezone: str = ""
    #: Each value of the column, and what it may mean.
    values: tuple[tuple[str, tuple[Ticked, ...]], ...] = ()


@require_POST
@needs(Role.LEAD)
def upload(request: HttpRequest) -> HttpResponse:
    """Keep a log, and show how its columns would be read."""
    try:
        found = take_in(request.FILES.get("log"), actor_of(request))
    except CannotRead as problem:
        return _part(request, {"problem": str(problem)})
    read, _findings = read_map(found.guess, found.log.name)
    return _part(request, _form(found.log, plain(read) if read is not None else {}, looked=found))


@require_POST
@needs(Role.LEAD)
def replay(request: HttpRequest) -> HttpResponse:
    """Replay a kept log by the columns chosen; `again`: only show what that choice asks."""
    number = request.POST.get("log", "")
    mine = UploadedLog.objects.filter(author=actor_of(request))
    log = mine.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 10 else None
    if log is None:
        return _part(request, {"problem": _("This log is not kept any more; choose the file again.")})
    chosen = chosen_map(request.POST, log)
    if request.POST.get("again") == "1":
        return _part(request, _form(log, chosen))
    missing = [str(USES[use]) for use in _NEEDED if not _column(chosen.get(use))]
    if missing:
        problem = _("Choose the column for: %(uses)s.") % {"uses": ", ".join(missing)}
        return _part(request, _form(log, chosen) | {"problem": problem})
    text = json.dumps(chosen)
    read, findings = read_map(text, log.name, list(log.columns))
    if read is None:
        return _part(request, _form(log, chosen) | {"problem": "; ".join(each.message for each in findings)})
    wanted = {"map": text, "file": log.name}
    return waiting(request, begin(PolicyJob.Kind.REPLAY, log.author, text=text_of(request), log=log, wanted=wanted))


def plain(read: LogMap) -> Map:
    """A map as it would be written."""
    found: Map = {"missing": sorted(read.missing), "ticket": read.ticket, "time": _moment(read.time)}
    if read.order:
        found["order"] = list(read.order)
    if read.opened is not None:
        found["opened"] = _moment(read.opened)
    for field, column in read.fields.items():
        found[field.value] = {"column": column.name, "values": dict(column.values)} if column.values else column.name
    if read.ignore:
        found["ignore"] = list(read.ignore)
    return found


def chosen_map(post: QueryDict, log: UploadedLog) -> Map:
    """What the form says, on top of what was guessed and is not on it."""
    try:
        known = json.loads(post.get("map", "") or "{}")
    except (ValueError, RecursionError):
        known = {}
    guessed: Map = known if isinstance(known, dict) else {}
    found: Map = {key: guessed[key] for key in ("missing", "order") if key in guessed}
    for use in USES:
        column = post.get(f"m-{use}", "")
        if column not in log.columns:
            continue
        if use in _MOMENTS:
            form, zone = post.get(f"m-{use}-format", "").strip(), post.get(f"m-{use}-timezone", "").strip()
            found[str(use)] = {"column": column, "format": form or ISO, "timezone": zone or "UTC"}
        elif use in WORDS:
            found[str(use)] = {"column": column, "values": _meanings(post, Field(use), column, log.columns[column])}
        else:
            found[str(use)] = column
    taken = {_column(found.get(use)) for use in USES}
    found["order"] = [name for name in found.get("order", []) if name not in taken]
    found["ignore"] = [name for name in guessed.get("ignore", []) if name not in taken and name in log.columns]
    return {key: value for key, value in found.items() if value not in ([], {})}


def _meanings(post: QueryDict, field: Field, column: str, values: Sequence[str]) -> Map:
    """As chosen for this column; of another column than before, as they would be guessed."""
    if post.get(f"v-{field}-of") != column:
        return guess_words(field, values)
    said = zip(post.getlist(f"v-{field}-value"), post.getlist(f"v-{field}-word"), strict=False)
    return {value: word for value, word in said if word in WORDS[field]}


def _form(log: UploadedLog, chosen: Map, looked: Looked | None = None) -> dict[str, Any]:
    found = {"log": log, "uses": list(_uses(chosen, log.columns)), "map": json.dumps(chosen)}
    if looked is not None:
        found |= {"columns": looked.columns, "rows": looked.rows, "doubts": looked.doubts}
    return found


def _uses(chosen: Map, columns: Mapping[str, Sequence[str]]) -> Iterator[Use]:
    for use, label in USES.items():
        said = chosen.get(use)
        name = _column(said)
        options = tuple(Ticked(each, each, each == name) for each in columns)
        moment = said if use in _MOMENTS and isinstance(said, dict) else {}
        values: tuple[tuple[str, tuple[Ticked, ...]], ...] = ()
        if use in WORDS and name in columns:
            meant = said.get("values", {}) if isinstance(said, dict) else {}
            values = tuple((each, tuple(_words(Field(use), meant.get(each, "")))) for each in columns[name])
        form, zone = (moment.get("format", ISO), moment.get("timezone", "UTC")) if use in _MOMENTS else ("", "")
        yield Use(str(use), str(label), options, use in _NEEDED, form, zone, values)


def _words(field: Field, meant: str) -> Iterator[Ticked]:
    for word in WORDS[field]:
        said = {"keep": _("says nothing"), "true": _("yes"), "false": _("no")}.get(word) or words(word)
        yield Ticked(word, said, word == meant)


def _moment(column: TimeColumn) -> dict[str, str]:
    return {"column": column.column, "format": column.format, "timezone": column.timezone}


def _column(said: Any) -> str:
    return str(said.get("column", "")) if isinstance(said, dict) else str(said or "")


def _part(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "policy/log_map.html", context)

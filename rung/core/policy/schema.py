"""The JSON Schema of a policy document, for editors that complete and check while one writes."""

from collections.abc import Iterable, Mapping

from rung.core.policy.model import NUMERIC_FACTS, Fact, Metric
from rung.core.policy.names import PEOPLE_WORDS
from rung.core.policy.promises import AFTERWARDS, PAUSES
from rung.core.vocabulary import METRICS, ClockName, Emotion, Priority, Reason, Status

Schema = dict[str, object]

DURATION = r"^\s*(\d+\s*w\s*)?(\d+\s*d\s*)?(\d+\s*h\s*)?(\d+\s*m\s*)?(\d+\s*s\s*)?$"
THRESHOLD = rf"^\d+\s*%$|{DURATION[:-1]}(\s+before)?$"


def schema() -> Schema:
    """JSON Schema 2020-12. It knows keys, types and fixed words; names and their meaning are `read_policy`'s."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rung escalation policy",
        **_map(_sections(), required=("levels", "paths")),
        "$defs": {
            "duration": {"type": "string", "pattern": DURATION, "minLength": 2, "examples": ["30m", "4h", "2d", "1w"]},
            "threshold": {"type": "string", "pattern": THRESHOLD, "examples": ["50%", "45m", "30m before"]},
            "when": _when(),
            "actions": _map(_actions()),
            "step": _map({"at": _ref("threshold"), "when": _ref("when"), **_actions()}, required=("at",)),
            "texts": {"anyOf": [_text(), {"type": "array", "items": _text(), "minItems": 1}]},
            "recipients": _said(
                {"anyOf": [_text(), {"type": "array", "items": _text(), "minItems": 1}]},
                f"{', '.join(PEOPLE_WORDS)}, team:…, on_call:…, agent:…, slack:#…, email:…",
            ),
        },
    }


def _sections() -> Schema:
    return {
        "name": _text("What the policy is called."),
        "timezone": _text("Where a calendar or schedule names none, such as Europe/Berlin."),
        "calendars": _named(_calendar(), "When people work. `always` is built in."),
        "triage": _map({"channel": _text("Where every new ticket's card goes.")}, required=("channel",)),
        "holding": _list(_text(), "Phrases of an answer that keep it our turn."),
        "teams": _named(_optional(_map({"lead": _text()})), "Who is in them lives with the people."),
        "schedules": _named(_schedule(), "Who is on call."),
        "levels": _named(_level(), "Who looks at a ticket; a level belongs to one team."),
        "paths": _named(_list(_text()), "The order in which levels follow one another."),
        "routing": _list(_map({"when": _ref("when"), "path": _text()}, required=("path",)), "The first match wins."),
        "categories": _named(_optional(_map({"text": _ref("texts")})), "The nature of the problem."),
        "priority": _priority(),
        "targets": _list(_target(), "How soon; the first match wins."),
        "rules": _list(_rule(), "What happens when."),
        "follow_up": _map(_timed(), required=("steps",)),
        "replies": _named(_text(), "Canned answers, for agents and for steps."),
        "workflows": _named(_workflow(), "Common requests, done in one click."),
        "closing": _map(
            {"tell_customer": _text(), "ask_rating": {"type": "boolean"}, "reopen_within": _ref("duration")}
        ),
        "problems": _named(_problem(), "Many tickets, one cause."),
        "alerts": _list(_alert(), "Thresholds on the whole queue."),
        "attention": _attention(),
        "procedures": _named(_text(), "Prose for the handbook."),
        "publishing": _map({"second_person": {"type": "boolean"}}),
    }


def _calendar() -> Schema:
    hours = _named(_list({"type": "string", "pattern": r"^\s*\d?\d:\d\d\s*[-–]\s*\d\d:\d\d\s*$"}))
    dates = _list({"type": "string", "format": "date"})
    holidays = _map({"country": _text(), "subdivision": _text(), "add": dates, "remove": dates})
    return _map(
        {"timezone": _text(), "hours": hours, "holidays": {"anyOf": [holidays, dates]}},
        required=("hours",),
    )


def _schedule() -> Schema:
    fields = {
        "timezone": _text(),
        "rotation": _list(_text(), "Handles, in turn."),
        "every": _ref("duration"),
        "from": {"type": "string", "description": "The local moment of the first turn, such as 2026-11-02T09:00."},
    }
    return _map(fields, required=("rotation", "every", "from"))


def _level() -> Schema:
    return _map(
        {
            "team": _text(),
            "channel": _text("slack:#channel, email:ADDRESS or webhook:NAME"),
            "calendar": _text("When its people are there."),
            "responsible_for": _text(),
            "handoff": _map({"require": _ref("texts")}, required=("require",)),
            "link": _text("A project of another system, such as jira:ENG."),
        }
    )


def _priority() -> Schema:
    confidence: Schema = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
    rule = _map(
        {"when": _ref("when"), "set": _words(Priority), "critical": {"type": "boolean"}},
        required=("set",),
    )
    return _map(
        {
            "default": _words(Priority),
            "learned": _map({"minimum_confidence": confidence}, required=("minimum_confidence",)),
            "rules": _list(rule, "The first match wins."),
        }
    )


def _target() -> Schema:
    fields: Schema = {"when": _ref("when"), "calendar": _text("On which these times count.")}
    fields |= {metric.value: _ref("duration") for metric in METRICS}
    fields["pause_on"] = _list(_words(PAUSES), "The turns during which the resolution clock pauses.")
    fields["pause_at_most"] = _map({turn.value: _ref("duration") for turn in PAUSES})
    return _map(fields)


def _rule() -> Schema:
    fields = {"id": _text(), "name": _text(), **_timed(), "do": _ref("actions")}
    return {
        **_map(fields, required=("name",)),
        "anyOf": [{"required": ["clock", "steps"]}, {"required": ["when", "do"]}],
    }


def _timed() -> Schema:
    return {
        "clock": _words(ClockName),
        "when": _ref("when"),
        "calendar": _text(),
        "steps": _list(_ref("step")),
    }


def _actions() -> Schema:
    return {
        "escalate": _text("next, a level, path:NAME, expert, expert:HANDLE, or TRACKER:PROJECT."),
        "reason": _words(Reason),
        "priority": {"enum": [*(word.value for word in Priority), "+1", "+2", "+3"]},
        "assign": _text("least_busy, lead, on_call:SCHEDULE or a handle."),
        "unassign": {"const": True},
        "tag": _ref("texts"),
        "close": {"type": "string", "pattern": "^[a-z][a-z0-9_-]*$"},
        "reply": _text("A canned answer, sent to the customer."),
        "comment": {"const": "linked"},
        "page": _text("pagerduty or webhook:NAME."),
        "notify": _ref("recipients"),
        "remind": _text("triage, level, or anybody notify can name."),
    }


def _when() -> Schema:
    texts = _ref("texts")
    facts: Schema = {fact.value: texts for fact in Fact if fact not in NUMERIC_FACTS}
    compared: Schema = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^(>=|<=|>|<|=|!=)?\s*-?\d"}]}
    facts |= {fact.value: {"anyOf": [compared, _list(compared)]} for fact in NUMERIC_FACTS}
    facts[Fact.CRITICAL] = {"type": "boolean"}
    for fact, words in ((Fact.PRIORITY, Priority), (Fact.EMOTION, Emotion), (Fact.STATUS, Status)):
        facts[fact] = {"anyOf": [_words(words), _list(_words(words))]}
    nested = _list(_ref("when"))
    return _map({**facts, "any": nested, "all": nested, "not": _ref("when")})


def _workflow() -> Schema:
    fields = {"when": _ref("when"), "ask": _ref("texts"), "reply": _text(), "then": _words(AFTERWARDS)}
    return _map({**fields, "auto": {"type": "boolean"}})


def _problem() -> Schema:
    fields = {"customers": {"type": "integer", "minimum": 2}, "within": _ref("duration"), "then": _ref("actions")}
    return _map(fields, required=tuple(fields))


def _alert() -> Schema:
    above: Schema = {"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 0}]}
    fields: Schema = {"name": _text(), "metric": _words(Metric), "over": _ref("duration")}
    fields["above"] = _said(above, "A share such as 20%, a time such as 60m, or a count.")
    fields["notify"] = _ref("recipients")
    return _map({**fields, "calendar": _text()}, required=tuple(fields))


def _attention() -> Schema:
    budget: Schema = {"type": "string", "pattern": r"^\d+\s+per\s+\S", "examples": ["6 per 1h"]}
    quiet = _map({"outside": _text("A calendar."), "except": _list(_words(Priority))}, required=("outside",))
    return _map({"quiet": quiet, "budget": _map({"person": budget, "channel": budget})})


def _map(fields: Mapping[str, object], required: Iterable[str] = ()) -> Schema:
    built: Schema = {"type": "object", "properties": dict(fields), "additionalProperties": False}
    return {**built, "required": list(required)} if required else built


def _named(value: Schema, said: str = "") -> Schema:
    return _said({"type": "object", "additionalProperties": value}, said)


def _list(items: Schema, said: str = "") -> Schema:
    return _said({"type": "array", "items": items}, said)


def _optional(value: Schema) -> Schema:
    return {"anyOf": [value, {"type": "null"}]}


def _words(words: Iterable[str]) -> Schema:
    return {"enum": [str(word) for word in words]}


def _text(said: str = "") -> Schema:
    return _said({"type": "string", "minLength": 1}, said)


def _said(built: Schema, said: str) -> Schema:
    return {**built, "description": said} if said else built


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}

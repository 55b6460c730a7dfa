"""The JSON Schema of a policy document, for editors that complete and check while one writes."""

from collections.abc import Callable, Mapping

from rung.core.policy.keys import DOCUMENT, KEYS, NAMES, Form, Key
from rung.core.policy.outlets import Outlets

Schema = dict[str, object]

DURATION = r"^\s*(\d+\s*w\s*)?(\d+\s*d\s*)?(\d+\s*h\s*)?(\d+\s*m\s*)?(\d+\s*s\s*)?$"
THRESHOLD = rf"^\d+\s*%$|{DURATION[:-1]}(\s+before)?$"
EXAMPLES: Mapping[Form, tuple[str, ...]] = {
    Form.DURATION: ("30m", "4h", "2d", "1w"),
    Form.THRESHOLD: ("50%", "45m", "30m before"),
    Form.BUDGET: ("6 per 1h",),
}
#: Kinds of maps that stand at several places, or inside themselves.
SHARED = ("when", "actions", "step")

_TEXT: Schema = {"type": "string", "minLength": 1}
_TEXTS: Schema = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}
_COMPARED: Schema = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^(>=|<=|>|<|=|!=)?\s*-?\d"}]}
_SPAN: Schema = {"type": "string", "pattern": r"^\s*\d?\d:\d\d\s*[-–]\s*\d\d:\d\d\s*$"}
_DATES: Schema = {"type": "array", "items": {"type": "string", "format": "date"}}


def schema(outlets: Outlets) -> Schema:
    """JSON Schema 2020-12. It knows keys, types and fixed words; names and their meaning are `read_policy`'s.

    `outlets`: the ways out it tells of.
    """
    length: Schema = {"type": "string", "pattern": DURATION, "minLength": 2}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rung escalation policy",
        **_map(DOCUMENT.of, outlets),
        "$defs": {
            "duration": {**length, "examples": list(EXAMPLES[Form.DURATION])},
            "threshold": {"type": "string", "pattern": THRESHOLD, "examples": list(EXAMPLES[Form.THRESHOLD])},
            "texts": _TEXTS,
            **{kind: _map(kind, outlets) for kind in SHARED},
        },
    }


def _map(kind: str, outlets: Outlets) -> Schema:
    properties = {key.name: _said(key, outlets) for key in KEYS[kind]}
    built: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required := [key.name for key in KEYS[kind] if key.required]:
        built["required"] = required
    if kind == "rule":
        built["anyOf"] = [{"required": ["clock", "steps"]}, {"required": ["when", "do"]}]
    return built


def _said(key: Key, outlets: Outlets) -> Schema:
    value = _value(key, outlets)
    return {**value, "description": key.explained(outlets)} if key.means else value


def _value(key: Key, outlets: Outlets) -> Schema:
    match key.form:
        case Form.MAP:
            inner = _ref(key.of) if key.of in SHARED else _map(key.of, outlets)
            return {"anyOf": [inner, _DATES]} if key.of == "holidays" else inner
        case Form.LIST:
            return {"type": "array", "items": _item(key, outlets)}
        case Form.NAMED:
            every_optional = key.of in KEYS and not any(each.required for each in KEYS[key.of])
            inner = {"anyOf": [_item(key, outlets), {"type": "null"}]} if every_optional else _item(key, outlets)
            return {"type": "object", "additionalProperties": inner}
    single = _SINGLE[key.form](key)
    return {"anyOf": [single, _map(key.of, outlets)]} if key.of in KEYS else single


def _item(key: Key, outlets: Outlets) -> Schema:
    kind = key.of
    one = Key("", Form.MAP, of=kind) if kind in KEYS else Key("", Form(kind), source=key.source)
    return _value(one, outlets)


def _choice(key: Key) -> Schema:
    return {"enum": [str(word) for word in key.words]} if key.words else _TEXT


def _several(key: Key) -> Schema:
    if key.source in NAMES or not key.words:
        return _ref("texts")
    one = _choice(key)
    return {"anyOf": [one, {"type": "array", "items": one}]}


def _flag(key: Key) -> Schema:
    if not key.words:
        return {"type": "boolean"}
    return {"const": True if key.words == ("true",) else key.words[0]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


_SINGLE: Mapping[Form, Callable[[Key], Schema]] = {
    Form.LINE: lambda key: {"type": "string", "pattern": key.pattern} if key.pattern else _TEXT,
    Form.PROSE: lambda _: _TEXT,
    Form.WORDS: lambda _: _ref("texts"),
    Form.CHOICE: _choice,
    Form.SEVERAL: _several,
    Form.ORDERED: lambda _: {"type": "array", "items": _TEXT},
    Form.FLAG: _flag,
    Form.CONFIDENCE: lambda _: {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    Form.COUNT: lambda key: {"type": "integer", "minimum": key.least},
    Form.COMPARED: lambda _: {"anyOf": [_COMPARED, {"type": "array", "items": _COMPARED}]},
    Form.DURATION: lambda _: _ref("duration"),
    Form.THRESHOLD: lambda _: _ref("threshold"),
    Form.BUDGET: lambda _: {"type": "string", "pattern": r"^\d+\s+per\s+\S", "examples": list(EXAMPLES[Form.BUDGET])},
    Form.AMOUNT: lambda _: {"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 0}]},
    Form.MOMENT: lambda _: {"type": "string"},
    Form.HOURS: lambda _: {"type": "object", "additionalProperties": {"type": "array", "items": _SPAN}},
    Form.DATES: lambda _: _DATES,
}

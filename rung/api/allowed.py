"""What may stand at a place of a request, in words: each mistake of a value as one sentence."""

from collections.abc import Callable, Mapping
from typing import Any

LONGEST_SHOWN = 80  # characters of what was given
Context = Mapping[str, Any]

#: What a pattern of the shapes means.
_PATTERNS = {
    r"\S": "some words, not only spaces",
    r"^[a-z0-9][a-z0-9._-]*$": "lower-case letters, digits and . _ -, beginning with a letter or a digit, such as sam",
    r"^[A-Za-z0-9.-]+$": "a mail domain, such as acme.example",
    r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$": "an e-mail address, such as rita@acme.example",
    r"^([^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+)?$": "an e-mail address, such as rita@acme.example, or empty",
}
_MOMENT = "a moment with its zone, such as 2027-01-04T08:00:00Z"
_KINDS = {
    "string_type": "a text",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT,
    "timezone_aware": _MOMENT,
}
_BOUNDS: dict[str, Callable[[Context], str]] = {
    "greater_than_equal": lambda told: f"at least {told['ge']}",
    "greater_than": lambda told: f"more than {told['gt']}",
    "less_than_equal": lambda told: f"at most {told['le']}",
    "less_than": lambda told: f"less than {told['lt']}",
}


def sentence(error: Mapping[str, Any], given: object) -> str:
    """What is wrong with the value there, and what is allowed; `error`: pydantic's."""
    kind, told = str(error["type"]), error.get("ctx") or {}
    match kind:
        case "string_too_short":
            return "it is empty; write at least " + _counted(told["min_length"], "character")
        case "string_too_long":
            length = f"{len(given):,}" if isinstance(given, str) else "too many"
            return f"it has {length} characters; at most {told['max_length']:,} are allowed"
        case "too_short":
            return "it is empty; give at least " + _counted(told["min_length"], "entry", "entries")
        case "too_long":
            return f"it has {told['actual_length']:,} entries; at most {told['max_length']:,} are allowed"
    if kind == "string_pattern_mismatch":
        allowed = _PATTERNS.get(told["pattern"], f"a text like {told['pattern']}")
    elif kind in _KINDS:
        allowed = _KINDS[kind]
    elif kind in _BOUNDS:
        allowed = _BOUNDS[kind](told)
    else:
        allowed = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    return f"{_shown(given)}should be {allowed}"


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _shown(given: object) -> str:
    if isinstance(given, bool):
        return "true " if given else "false "
    return f'"{given}" ' if isinstance(given, str | int | float) and len(str(given)) <= LONGEST_SHOWN else "it "

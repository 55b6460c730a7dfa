"""Writes content as YAML in the hand of a policy file: one line in braces where it fits, else a line an entry."""

import json
import re

from rung.core.document.tree import Plain

#: The widest line written; the reference policy keeps to about this.
WIDEST = 110
_NOT_A_TEXT = re.compile(
    r"(?i)null|~|true|false|yes|no|on|off|[-+.]?\d[\d_.]*(e[-+]?\d+)?|0[xob]\w+|[-+]?\.(inf|nan)|=|<<"
)
_SAFE = re.compile(r"[\w(/][^\n]*")
#: A character that means something inside brackets, and a colon that is not part of a time of day.
_RISKY_IN_FLOW = re.compile(r"[,\[\]{}?\"'#]|:(?!\d)|(?<!\d):")
_RISKY = re.compile(r": |:$| #|[\"'\[\]{}]|\t")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_ESCAPED = re.compile('[\x00-\x1f"\\\\\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]')


def scalar(value: Plain, *, flow: bool) -> str:
    """A single value, quoted where it would else mean something different."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"{value:g}" if isinstance(value, float) else str(value)
        case str():
            return value if _is_plain(value, flow=flow) else quoted(value)
    raise TypeError("not a scalar")


def quoted(text: str) -> str:
    """In double quotes, on one line."""
    return f'"{_ESCAPED.sub(_escape, text)}"'


def in_braces(value: Plain) -> str:
    """On one line: `{at: 45m, notify: ["agent:ada"]}`."""
    match value:
        case list():
            return f"[{', '.join(in_braces(each) for each in value)}]"
        case dict():
            return f"{{{', '.join(f'{key_text(key)}: {in_braces(each)}' for key, each in value.items())}}}"
    return scalar(value, flow=True)


def key_text(key: str) -> str:
    return scalar(key, flow=True)


def entry_lines(key: str, value: Plain, indent: int, *, braces: bool | None = None) -> list[str]:
    """`key: value` as lines. `braces`: as its neighbours are written; None: as it reads best."""
    start = f"{' ' * indent}{key_text(key)}:"
    if isinstance(value, str) and (lines := literal_lines(value, indent + 2)):
        return [f"{start} {_literal_mark(value)}", *lines]
    if isinstance(value, dict | list) and value and not _fits(value, indent + len(key) + 2, braces):
        return [start, *block_lines(value, indent + 2)]
    return [f"{start} {in_braces(value) if isinstance(value, dict | list) else scalar(value, flow=False)}"]


def item_lines(value: Plain, indent: int, *, braces: bool | None = None) -> list[str]:
    """`- value` as lines."""
    if isinstance(value, dict | list) and value and not _fits(value, indent + 2, braces):
        first, *rest = block_lines(value, indent + 2)
        return [f"{' ' * indent}- {first[indent + 2 :]}", *rest]
    return [f"{' ' * indent}- {in_braces(value) if isinstance(value, dict | list) else scalar(value, flow=False)}"]


def block_lines(value: "dict[str, Plain] | list[Plain]", indent: int) -> list[str]:
    """A line for each entry."""
    if isinstance(value, list):
        return [line for each in value for line in item_lines(each, indent)]
    return [line for key, each in value.items() for line in entry_lines(key, each, indent)]


def literal_lines(text: str, indent: int) -> list[str]:
    """The lines below a `|`; none where the text has one line or could not be read back the same."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    if "\n" not in text or _UNPRINTABLE.search(body.replace("\n", "")):
        return []
    if not body.strip() or lines[0].startswith(" ") or not lines[0] or not lines[-1]:
        return []
    if any(line and not line.strip() for line in lines):
        return []
    return [f"{' ' * indent}{line}" if line else "" for line in lines]


def _literal_mark(text: str) -> str:
    return "|" if text.endswith("\n") else "|-"


def _fits(value: Plain, start: int, braces: bool | None) -> bool:
    if braces is not None:
        return braces and "\n" not in _all_texts(value)
    if _has_maps_in_lists(value) or "\n" in _all_texts(value):
        return False
    return start + len(in_braces(value)) <= WIDEST


def _has_maps_in_lists(value: Plain) -> bool:
    """Whether it holds steps or the like, which read better one a line. Alternatives of a condition do not."""
    if not isinstance(value, dict):
        return isinstance(value, list) and any(isinstance(each, dict) for each in value)
    return any(key not in {"when", "any", "all", "not"} and _has_maps_in_lists(each) for key, each in value.items())


def _all_texts(value: Plain) -> str:
    match value:
        case dict():
            return "".join(_all_texts(each) for each in value.values())
        case list():
            return "".join(_all_texts(each) for each in value)
    return value if isinstance(value, str) else ""


def _is_plain(text: str, *, flow: bool) -> bool:
    if text != text.strip() or not _SAFE.fullmatch(text) or _ESCAPED.search(text) or _NOT_A_TEXT.fullmatch(text):
        return False
    return not (_RISKY_IN_FLOW if flow else _RISKY).search(text)


def _escape(found: "re.Match[str]") -> str:
    character = found[0]
    if character in '"\\\n\t\r':
        return json.dumps(character)[1:-1]
    return f"\\u{ord(character):04x}"

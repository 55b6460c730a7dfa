"""The page of every policy key, written from the table: `python -m tests.policy_key_page` writes it anew."""

import os
from pathlib import Path

from rung.core.policy.keys import KEYS, NAMES, Form, Key
from rung.policies.outlets import outlets

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "policy" / "keys.md"
HEAD = """\
# Every key of a policy

Written from the table in `rung/core/policy/keys.py` by `python -m tests.policy_key_page`; do not edit it by hand. How
values such as durations and thresholds are written, and what the sections mean together, stands in the other pages.
Required keys are **bold**.
"""
_SAID = {
    Form.LINE: "text",
    Form.PROSE: "text, of several lines",
    Form.WORDS: "texts: one, or a list",
    Form.FLAG: "`true` or `false`",
    Form.CONFIDENCE: "number, more than 0 and at most 1",
    Form.COMPARED: 'comparison, such as `">= 2"`, or a list of them',
    Form.DURATION: "duration",
    Form.THRESHOLD: "threshold",
    Form.BUDGET: "budget, such as `6 per 1h`",
    Form.AMOUNT: "share, time or count",
    Form.MOMENT: "local moment",
    Form.HOURS: "hours by day",
    Form.DATES: "list of dates",
}


def page() -> str:
    """The whole page."""
    return HEAD + "".join(f"\n## {_title(kind)}\n\n{_table(kind)}" for kind in KEYS)


def _title(kind: str) -> str:
    return "The document" if kind == "policy" else kind.replace("_", " ").capitalize()


def _table(kind: str) -> str:
    rows = [f"| {_name(key)} | {_value(key)} | {key.explained(outlets())} |" for key in KEYS[kind]]
    return "\n".join(("| key | value | means |", "|---|---|---|", *rows, ""))


def _name(key: Key) -> str:
    return f"**`{key.name}`**" if key.required else f"`{key.name}`"


def _value(key: Key) -> str:
    match key.form:
        case Form.MAP:
            return _kind(key.of)
        case Form.LIST:
            return f"list of: {_kind(key.of)}"
        case Form.NAMED:
            return f"by name: {_kind(key.of) if key.of in KEYS else _value(Key('', Form(key.of), source=key.source))}"
        case Form.COUNT:
            return f"whole number, at least {key.least}"
        case Form.ORDERED | Form.CHOICE | Form.SEVERAL | Form.FLAG if _choices(key):
            listed = {Form.ORDERED: "list, in order: ", Form.SEVERAL: "one, or a list: "}.get(key.form, "")
            return listed + ", ".join(f"`{word}`" if word in key.words else _named(word) for word in _choices(key))
    return _SAID.get(key.form, "a way out of the desk")


def _choices(key: Key) -> tuple[str, ...]:
    return key.words or NAMES.get(key.source, ())


def _named(word: str) -> str:
    """`team: teams` -> `team:NAME`; `levels` -> a level; `next` -> itself."""
    head, _blank, section = word.rpartition(" ")
    one = {"people": "HANDLE"}.get(section, "NAME")
    if head:
        return f"`{head}{one}`"
    said = {"people": "a handle", "categories": "a category", "replies": "a reply"}
    return said.get(section) or (
        f"a {section[:-1]}" if section.endswith("s") and section in _DECLARING else f"`{section}`"
    )


def _kind(kind: str) -> str:
    return f"[{kind.replace('_', ' ')}](#{kind.replace('_', '-')})"


_DECLARING = ("levels", "paths", "teams", "calendars", "schedules")

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rung.config.settings")
    PAGE.write_text(page())

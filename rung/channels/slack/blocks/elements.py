"""Blocks within Slack's limits, built so that nobody's words are ever read as markup.

Everything is `rich_text` or `plain_text`: neither is parsed by Slack, so `*`, `<!channel>` and addresses in a
customer's words stay what they are. Only `link`, `mention` and `moment` make something that can be pressed or heard.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

Block = dict[str, Any]
Leaf = dict[str, Any]

MESSAGE_BLOCKS = 50
HEADER, BUTTON, BUTTON_VALUE, OPTION, OPTION_VALUE, PLACEHOLDER, TITLE = 150, 75, 2000, 75, 150, 150, 24
OPTIONS, LABEL, INPUT, CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_BUTTON = 100, 2000, 3000, 100, 300, 30
SECTION = 3000
FALLBACK = 3500  # of a message's `text`: Slack advises 4,000, and escaping makes it longer


def cut(text: str, most: int, ending: str = "…") -> str:
    """The text, or its beginning with `ending`, at most `most` characters; at a space where one is near."""
    if len(text) <= most:
        return text
    kept = text[: most - len(ending)]
    space = kept.rfind(" ", int(len(kept) * 0.8))
    return (kept[:space] if space > 0 else kept).rstrip() + ending


#: Marks that turn the direction of everything after them, beyond the words they came with.
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def escaped(text: str) -> str:
    """For a message's `text`, which Slack does parse: no mention and no link can come of it."""
    return _TURNS.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_text(text: str, most: int) -> Block:
    return {"type": "plain_text", "text": cut(_TURNS.sub("", text).strip(), most) or "–", "emoji": False}


# -- leaves of rich text


def words(text: str, *, bold: bool = False, italic: bool = False, strike: bool = False) -> Leaf:
    """Words as they are."""
    style = {name: True for name, wanted in (("bold", bold), ("italic", italic), ("strike", strike)) if wanted}
    return {"type": "text", "text": _TURNS.sub("", text) or "–", **({"style": style} if style else {})}


def link(url: str, label: str) -> Leaf:
    """A link of ours. Without an address (the desk does not know its own) the label alone."""
    if not url.startswith(("http://", "https://")):
        return words(label)
    return {"type": "link", "url": url[:SECTION]} | ({"text": label} if label and label != url else {})


def mention(user: str) -> Leaf:
    """A person, who is notified by it."""
    return {"type": "user", "user_id": user}


#: How a moment is shown: as a date and a time, or as how long it is from now, which goes on by itself.
CLOCK, AGO = "{date_short_pretty} {time}", "{ago}"


def moment(at: datetime, shown: str = CLOCK) -> Leaf:
    """A moment in each reader's own time zone."""
    return {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": shown,
        "fallback": f"{at:%Y-%m-%d %H:%M} UTC",
    }


# -- blocks


def lines(rows: Iterable[Sequence[Leaf]], block_id: str = "") -> Block:
    """One block of rich text, a line per row."""
    sections = [{"type": "rich_text_section", "elements": list(row)} for row in rows]
    return _named({"type": "rich_text", "elements": sections}, block_id)


def quote(text: str, most: int = 1500) -> Block:
    """Somebody else's words, set apart."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [words(cut(text, most))]}]}


def header(text: str) -> Block:
    return {"type": "header", "text": plain_text(text, HEADER)}


def aside(*texts: str) -> Block:
    """A small grey line; at most ten parts."""
    return {"type": "context", "elements": [plain_text(text, 2000) for text in texts if text][:10]}


def section(text: str, accessory: Block | None = None) -> Block:
    """Words with something to press beside them."""
    return {"type": "section", "text": plain_text(text, SECTION), **({"accessory": accessory} if accessory else {})}


def actions(elements: Sequence[Block], block_id: str) -> Block:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)[:25]}


def button(label: str, action: str, value: str = "", *, style: str = "", url: str = "", confirm: str = "") -> Block:
    """`style`: primary or danger. `confirm`: a question to be answered with yes before it counts."""
    made: Block = {"type": "button", "text": plain_text(label, BUTTON), "action_id": action}
    if value:
        made["value"] = value[:BUTTON_VALUE]
    if style:
        made["style"] = style
    if url.startswith(("http://", "https://")):
        made["url"] = url
    if confirm:
        made["confirm"] = {
            "title": plain_text(label, CONFIRM_TITLE),
            "text": plain_text(confirm, CONFIRM_TEXT),
            "confirm": plain_text("Yes", CONFIRM_BUTTON),
            "deny": plain_text("No", CONFIRM_BUTTON),
        }
    return made


def option(label: str, value: str) -> Block:
    return {"text": plain_text(label, OPTION), "value": value[:OPTION_VALUE]}


def overflow(action: str, options: Sequence[tuple[str, str]]) -> Block:
    """The three dots: at most five (label, value)."""
    return {"type": "overflow", "action_id": action, "options": [option(*one) for one in options[:5]]}


# -- modals


def select(action: str, options: Sequence[tuple[str, str]], *, chosen: str = "", placeholder: str = "Choose") -> Block:
    """At most a hundred (label, value); the chosen one is kept among them."""
    kept = list(options)[:OPTIONS]
    if chosen and chosen not in {value for _, value in kept}:
        kept = [*(one for one in options if one[1] == chosen), *kept][:OPTIONS]
    made: Block = {"type": "static_select", "action_id": action, "placeholder": plain_text(placeholder, PLACEHOLDER)}
    made["options"] = [option(*one) for one in kept]
    initial = [one for one in made["options"] if one["value"] == chosen[:OPTION_VALUE]]
    if chosen and initial:
        made["initial_option"] = initial[0]
    return made


def text_input(action: str, *, initial: str = "", placeholder: str = "", multiline: bool = True) -> Block:
    made: Block = {"type": "plain_text_input", "action_id": action, "multiline": multiline}
    if initial:
        made["initial_value"] = cut(initial, INPUT)
    if placeholder:
        made["placeholder"] = plain_text(placeholder, PLACEHOLDER)
    return made


def choices(action: str, options: Sequence[tuple[str, str]], *, chosen: Sequence[str] = ()) -> Block:
    """Boxes to tick, at most ten."""
    made: Block = {"type": "checkboxes", "action_id": action, "options": [option(*one) for one in options[:10]]}
    initial = [one for one in made["options"] if one["value"] in chosen]
    return made | ({"initial_options": initial} if initial else {})


def field(label: str, element: Block, block_id: str, *, optional: bool = False, hint: str = "") -> Block:
    """One field of a modal; errors are shown beside it by its `block_id`."""
    made: Block = {"type": "input", "block_id": block_id, "label": plain_text(label, LABEL), "element": element}
    if hint:
        made["hint"] = plain_text(hint, LABEL)
    return made | ({"optional": True} if optional else {})


def modal(title: str, callback: str, parts: Sequence[Block], *, submit: str = "", note: str = "") -> Block:
    """A window. `note`: up to 3,000 characters that come back with the submission, never seen by anybody."""
    made: Block = {
        "type": "modal",
        "callback_id": callback,
        "title": plain_text(title, TITLE),
        "blocks": list(parts)[:100],
    }
    made["close"] = plain_text("Cancel" if submit else "Close", TITLE)
    if submit:
        made["submit"] = plain_text(submit, TITLE)
    if note:
        made["private_metadata"] = note[:3000]
    return made


def _named(block: Block, block_id: str) -> Block:
    return block | ({"block_id": block_id} if block_id else {})

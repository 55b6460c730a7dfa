"""The limits of what stands inside a block: text objects, buttons, selects, inputs, rich text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.fakes.slack import limits
from tests.fakes.slack.model import Json

FORM_ELEMENTS = frozenset(
    [
        "plain_text_input",
        "static_select",
        "multi_static_select",
        "users_select",
        "multi_users_select",
        "conversations_select",
        "channels_select",
        "checkboxes",
        "radio_buttons",
        "datepicker",
        "timepicker",
        "datetimepicker",
        "number_input",
        "email_text_input",
        "url_text_input",
        "external_select",
    ]
)
_SELECTS = frozenset(name for name in FORM_ELEMENTS if name.endswith("select"))
_SELECT_KEYS = {
    "placeholder",
    "options",
    "option_groups",
    "initial_option",
    "initial_options",
    "initial_user",
    "initial_users",
    "initial_conversation",
    "initial_channel",
    "confirm",
    "focus_on_load",
    "max_selected_items",
    "filter",
    "response_url_enabled",
    "default_to_current_conversation",
    "min_query_length",
}
_RICH_TEXT = frozenset({"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"})
_RICH_LEAVES = {
    "text": "text",
    "link": "url",
    "user": "user_id",
    "channel": "channel_id",
    "emoji": "name",
    "usergroup": "usergroup_id",
    "broadcast": "range",
    "date": "timestamp",
    "color": "value",
}


def check_keys(thing: Json, required: set[str], optional: set[str] = frozenset()) -> Iterator[str]:  # type: ignore[assignment]
    """Missing keys and keys that do not exist; `type` and `block_id` may always stand."""
    kind = thing.get("type")
    yield from (f"{kind}: missing {name}" for name in sorted(required - set(thing)))
    yield from (
        f"{kind}: no such key {name}" for name in sorted(set(thing) - required - optional - {"type", "block_id"})
    )
    if len(thing.get("block_id") or "") > limits.IDENTIFIER:
        yield f"{kind}: block_id is longer than {limits.IDENTIFIER}"


def check_text(text: Any, most: int, where: str, *, plain: bool = False) -> Iterator[str]:
    """A text object: its type, not empty, not longer than `most` characters."""
    if not isinstance(text, dict) or text.get("type") not in ("plain_text", "mrkdwn"):
        yield f"{where}: no text object"
        return
    if plain and text["type"] != "plain_text":
        yield f"{where}: must be plain_text"
    yield from check_keys(text, {"text"}, {"emoji"} if text["type"] == "plain_text" else {"verbatim"})
    length = len(text.get("text") or "")
    if not 1 <= length <= most:
        yield f"{where}: {length} characters, 1 to {most} are allowed"


def check_element(element: Any) -> Iterator[str]:
    """A button, a select, an input, a picker."""
    kind = element.get("type") if isinstance(element, dict) else None
    if len(element.get("action_id") or "") > limits.IDENTIFIER:
        yield f"{kind}: action_id is longer than {limits.IDENTIFIER}"
    if "confirm" in element:
        yield from _confirm(element["confirm"])
    if "placeholder" in element:
        yield from check_text(element["placeholder"], limits.PLACEHOLDER, f"{kind}: placeholder", plain=True)
    match kind:
        case "button":
            yield from _button(element)
        case "image":
            yield from check_keys(element, {"image_url", "alt_text"})
        case "overflow":
            yield from check_keys(element, {"options", "action_id"}, {"confirm"})
            yield from _options(element, limits.OVERFLOW_OPTIONS)
        case "checkboxes" | "radio_buttons":
            yield from check_keys(
                element, {"options"}, {"action_id", "initial_options", "initial_option", "confirm", "focus_on_load"}
            )
            yield from _options(element, limits.CHOICES)
        case "plain_text_input" | "email_text_input" | "url_text_input" | "number_input":
            yield from _text_input(element)
        case "datepicker" | "timepicker" | "datetimepicker":
            optional = {
                "action_id",
                "placeholder",
                "initial_date",
                "initial_time",
                "initial_date_time",
                "confirm",
                "focus_on_load",
                "timezone",
            }
            yield from check_keys(element, set(), optional)
        case _ if kind in _SELECTS:
            yield from check_keys(element, set(), _SELECT_KEYS | {"action_id"})
            if "static" in kind:
                yield from _options(element, limits.OPTIONS)
        case _:
            yield f"unsupported element {kind!r}"


def _button(element: Json) -> Iterator[str]:
    yield from check_keys(element, {"text"}, {"action_id", "value", "url", "style", "confirm", "accessibility_label"})
    yield from check_text(element.get("text"), limits.BUTTON_TEXT, "button", plain=True)
    if len(element.get("value") or "") > limits.BUTTON_VALUE:
        yield f"button: value is longer than {limits.BUTTON_VALUE}"
    if len(element.get("url") or "") > limits.URL:
        yield f"button: url is longer than {limits.URL}"
    if element.get("style") not in (None, "primary", "danger"):
        yield f"button: no such style {element['style']!r}"


def _confirm(confirm: Json) -> Iterator[str]:
    yield from check_keys(confirm, {"title", "text", "confirm", "deny"}, {"style"})
    yield from check_text(confirm.get("title"), limits.CONFIRM_TITLE, "confirm title", plain=True)
    yield from check_text(confirm.get("text"), limits.CONFIRM_TEXT, "confirm text")
    for name in ("confirm", "deny"):
        yield from check_text(confirm.get(name), limits.CONFIRM_BUTTON, f"confirm {name}", plain=True)


def _options(element: Json, most: int) -> Iterator[str]:
    kind = element["type"]
    groups = element.get("option_groups")
    options = [one for group in groups for one in group.get("options", [])] if groups else element.get("options", [])
    if not 1 <= len(options) <= most:
        yield f"{kind}: {len(options)} options, 1 to {most} are allowed"
    for one in options:
        yield from check_text(one.get("text"), limits.OPTION_TEXT, f"{kind}: option")
        length = len(one.get("value") or "")
        if not 1 <= length <= limits.OPTION_VALUE:
            yield f"{kind}: option value has {length} characters, 1 to {limits.OPTION_VALUE} are allowed"
        if "description" in one:
            yield from check_text(one["description"], limits.OPTION_TEXT, f"{kind}: option description")
    initial = element.get("initial_options") or ([element["initial_option"]] if element.get("initial_option") else [])
    yield from (
        f"{kind}: initial option {one.get('value')!r} is none of the options" for one in initial if one not in options
    )


def _text_input(element: Json) -> Iterator[str]:
    optional = {
        "action_id",
        "placeholder",
        "initial_value",
        "multiline",
        "min_length",
        "max_length",
        "focus_on_load",
        "dispatch_action_config",
    }
    yield from check_keys(element, set(), optional | {"is_decimal_allowed", "min_value", "max_value"})
    most = element.get("max_length", limits.INPUT_TEXT)
    if most > limits.INPUT_TEXT:
        yield f"{element['type']}: max_length is above {limits.INPUT_TEXT}"
    if len(element.get("initial_value") or "") > most:
        yield f"{element['type']}: initial_value is longer than {most}"


def check_rich_text(block: Json) -> Iterator[str]:
    """A rich text block, down to its leaves."""
    yield from check_keys(block, {"elements"})
    for part in block.get("elements", []):
        if part.get("type") not in _RICH_TEXT:
            yield f"rich_text: no such part {part.get('type')!r}"
            continue
        yield from check_keys(part, {"elements"}, {"style", "indent", "offset", "border"})
        for leaf in part.get("elements", []):
            if part["type"] == "rich_text_list" and leaf.get("type") == "rich_text_section":
                yield from (fault for inner in leaf.get("elements", []) for fault in _rich_leaf(inner))
            else:
                yield from _rich_leaf(leaf)


def _rich_leaf(leaf: Json) -> Iterator[str]:
    needed = _RICH_LEAVES.get(leaf.get("type", ""))
    if needed is None:
        yield f"rich_text: no such element {leaf.get('type')!r}"
    elif not leaf.get(needed):
        yield f"rich_text: {leaf['type']} without {needed}"

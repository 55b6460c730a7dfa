"""What a press or a filled-in modal says: taken from the elements that are really there."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack import limits
from tests.fakes.slack.errors import ImpossibleError
from tests.fakes.slack.model import Json, View
from tests.fakes.slack.state import leaves


def action(blocks: list[Json], action_id: str, value: Any) -> Json:
    """The `actions[0]` of the payload, from the element that is really there."""
    for block in blocks:
        for element in leaves(block):
            if element.get("action_id") == action_id and element.get("type") in (
                "button",
                "overflow",
                "static_select",
                "users_select",
            ):
                found = {
                    "action_id": action_id,
                    "block_id": block.get("block_id", "b"),
                    "type": element["type"],
                }
                return found | _chosen(element, value)
    there = sorted({one["action_id"] for block in blocks for one in leaves(block) if one.get("action_id")})
    raise ImpossibleError(f"there is nothing called {action_id!r} to press, only {there}")


def _chosen(element: Json, value: Any) -> Json:
    match element["type"]:
        case "button":
            return {"value": element.get("value", ""), "text": element["text"]}
        case "users_select":
            return {"selected_user": value}
        case _:
            return {"selected_option": _option(element, value)}


def _option(element: Json, value: Any) -> Json:
    """The option whose value or words are `value`."""
    groups = element.get("option_groups") or [element]
    options: list[Json] = [one for group in groups for one in group.get("options", [])]
    for one in options:
        if value in (one["value"], one["text"]["text"]):
            return one
    raise ImpossibleError(f"{value!r} is none of {[one['text']['text'] for one in options]}")


def filled(view: View, values: Json) -> Json:
    """`view.state.values`: what stands in the modal when it is sent."""
    state: Json = {}
    used = set()
    for block in view.payload["blocks"]:
        elements = (
            [block["element"]] if block["type"] == "input" else [one for one in leaves(block) if one.get("action_id")]
        )
        for element in elements:
            action_id, block_id = element.get("action_id", "a"), block.get("block_id", "b")
            key = action_id if action_id in values else block_id
            used |= {key} & set(values)
            found = _entered(element, values.get(key))
            if found is not None:
                state.setdefault(block_id, {})[action_id] = found
    if set(values) - used:
        raise ImpossibleError(f"the modal has no fields {sorted(set(values) - used)}")
    return state


def _entered(element: Json, value: Any) -> Json | None:
    kind = element["type"]
    match kind:
        case "plain_text_input" | "number_input" | "email_text_input" | "url_text_input":
            text = element.get("initial_value") if value is None else str(value)
            most = element.get("max_length", limits.INPUT_TEXT)
            if len(text or "") > most:
                raise ImpossibleError(f"{element.get('action_id')} takes at most {most} characters")
            return {"type": kind, "value": text or None}
        case "static_select" | "radio_buttons":
            return {
                "type": kind,
                "selected_option": element.get("initial_option") if value is None else _option(element, value),
            }
        case "multi_static_select" | "checkboxes":
            chosen = element.get("initial_options", []) if value is None else [_option(element, one) for one in value]
            return {"type": kind, "selected_options": chosen}
        case "users_select":
            return {"type": kind, "selected_user": element.get("initial_user") if value is None else value}
        case "multi_users_select":
            return {"type": kind, "selected_users": element.get("initial_users", []) if value is None else value}
        case "conversations_select" | "channels_select":
            name = kind.removesuffix("s_select")
            return {"type": kind, f"selected_{name}": element.get(f"initial_{name}") if value is None else value}
        case "datepicker":
            return {"type": kind, "selected_date": element.get("initial_date") if value is None else value}
        case "timepicker":
            return {"type": kind, "selected_time": element.get("initial_time") if value is None else value}
        case "datetimepicker":
            return {"type": kind, "selected_date_time": element.get("initial_date_time") if value is None else value}
        case _:
            return None


def given(entered: Json) -> bool:
    return any(value for one in entered.values() for name, value in one.items() if name != "type")

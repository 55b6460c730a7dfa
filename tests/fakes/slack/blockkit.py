"""Refuses blocks and views that Slack would refuse: unknown keys, missing keys, too long, too many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.fakes.slack import limits
from tests.fakes.slack.elements import FORM_ELEMENTS, check_element, check_keys, check_rich_text, check_text
from tests.fakes.slack.model import Json


def faults_of_blocks(blocks: Any, *, most: int = limits.MESSAGE_BLOCKS) -> list[str]:
    """Every reason for which Slack would refuse these blocks; empty: none."""
    if not isinstance(blocks, list):
        return ["blocks is no list"]
    found = [f"{len(blocks)} blocks, at most {most} are allowed"] if len(blocks) > most else []
    for position, block in enumerate(blocks):
        found += [f"{fault} [json-pointer:/blocks/{position}]" for fault in _block(block)]
    ids = Counter(block["block_id"] for block in blocks if isinstance(block, dict) and block.get("block_id"))
    found += [f"block_id {name!r} stands twice" for name, times in ids.items() if times > 1]
    markdown = sum(
        len(block.get("text", "")) for block in blocks if isinstance(block, dict) and block.get("type") == "markdown"
    )
    if markdown > limits.MARKDOWN_TEXT:
        found.append(f"markdown blocks hold {markdown} characters, at most {limits.MARKDOWN_TEXT}")
    return found


def faults_of_view(view: Any) -> list[str]:
    """Every reason for which Slack would refuse this modal or Home tab."""
    if not isinstance(view, dict):
        return ["view is no object"]
    kind = view.get("type")
    if kind not in ("modal", "home"):
        return [f"view type {kind!r} is neither modal nor home"]
    optional = {"callback_id", "private_metadata", "external_id", "blocks", "type"}
    if kind == "modal":
        optional |= {"title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}
    found = list(check_keys(view, {"type", "blocks"}, optional))
    if kind == "modal":
        found += check_text(view.get("title"), limits.VIEW_TITLE, "title", plain=True)
        for name, most in (("submit", limits.VIEW_SUBMIT), ("close", limits.VIEW_CLOSE)):
            if name in view:
                found += check_text(view[name], most, name, plain=True)
        if "submit" not in view and any(block.get("type") == "input" for block in view.get("blocks", ())):
            found.append("a modal with inputs needs a submit")
    for name, most in (
        ("callback_id", limits.IDENTIFIER),
        ("private_metadata", limits.PRIVATE_METADATA),
        ("external_id", limits.IDENTIFIER),
    ):
        if len(view.get(name) or "") > most:
            found.append(f"{name} is longer than {most}")
    return found + faults_of_blocks(view.get("blocks"), most=limits.VIEW_BLOCKS)


def _block(block: Any) -> Iterator[str]:
    if not isinstance(block, dict):
        yield "a block is no object"
        return
    match block.get("type"):
        case "section":
            yield from _section(block)
        case "header":
            yield from check_keys(block, {"text"})
            yield from check_text(block.get("text"), limits.HEADER_TEXT, "header", plain=True)
        case "divider":
            yield from check_keys(block, set())
        case "context":
            yield from _context(block)
        case "actions":
            yield from _actions(block)
        case "image":
            yield from check_keys(block, {"alt_text"}, {"image_url", "slack_file", "title"})
            if not block.get("image_url") and not block.get("slack_file"):
                yield "image has neither image_url nor slack_file"
        case "input":
            yield from _input(block)
        case "rich_text":
            yield from check_rich_text(block)
        case "markdown":
            yield from check_keys(block, {"text"})
        case other:
            yield f"unsupported block type {other!r}"


def _section(block: Json) -> Iterator[str]:
    yield from check_keys(block, set(), {"text", "fields", "accessory", "expand"})
    if "text" not in block and "fields" not in block:
        yield "section has neither text nor fields"
    if "text" in block:
        yield from check_text(block["text"], limits.SECTION_TEXT, "section")
    fields = block.get("fields", [])
    if len(fields) > limits.SECTION_FIELDS or ("fields" in block and not fields):
        yield f"section has {len(fields)} fields, 1 to {limits.SECTION_FIELDS} are allowed"
    for one in fields:
        yield from check_text(one, limits.FIELD_TEXT, "field")
    if "accessory" in block:
        yield from check_element(block["accessory"])


def _context(block: Json) -> Iterator[str]:
    yield from check_keys(block, {"elements"})
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= limits.CONTEXT_ELEMENTS:
        yield f"context has {len(elements)} elements, 1 to {limits.CONTEXT_ELEMENTS} are allowed"
    for element in elements:
        if element.get("type") == "image":
            yield from check_keys(element, {"image_url", "alt_text"})
        else:
            yield from check_text(element, limits.SECTION_TEXT, "context")


def _actions(block: Json) -> Iterator[str]:
    yield from check_keys(block, {"elements"})
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= limits.ACTION_ELEMENTS:
        yield f"actions has {len(elements)} elements, 1 to {limits.ACTION_ELEMENTS} are allowed"
    for element in elements:
        yield from check_element(element)
        if element.get("type") in ("plain_text_input", "image"):
            yield f"{element['type']} cannot stand in actions"
    ids = Counter(element.get("action_id") for element in elements if element.get("action_id"))
    yield from (f"action_id {name!r} stands twice" for name, times in ids.items() if times > 1)


def _input(block: Json) -> Iterator[str]:
    yield from check_keys(block, {"label", "element"}, {"hint", "optional", "dispatch_action"})
    yield from check_text(block.get("label"), limits.LABEL, "label", plain=True)
    if "hint" in block:
        yield from check_text(block["hint"], limits.HINT, "hint", plain=True)
    element = block.get("element") or {}
    if element.get("type") not in FORM_ELEMENTS:
        yield f"{element.get('type')!r} cannot stand in an input"
    yield from check_element(element)

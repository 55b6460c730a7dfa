"""views.*: modals and the Home tab."""

from __future__ import annotations

import json

from tests.fakes.slack import limits
from tests.fakes.slack.blockkit import faults_of_view
from tests.fakes.slack.errors import SlackError
from tests.fakes.slack.methods.registry import Call, method
from tests.fakes.slack.model import Json, View
from tests.fakes.slack.payloads import view_json
from tests.fakes.slack.state import State


@method("views.open")
def open_view(call: Call) -> Json:
    payload = checked(call.get("view"))
    trigger = call.state.spend_trigger(call.get("trigger_id"))
    _unique_external_id(call.state, payload)
    view = new_view(call.state, payload, trigger.user_id, call.by.team_id)
    return {"view": view_json(call.state, view, call.by)}


@method("views.update")
def update(call: Call) -> Json:
    payload = checked(call.get("view"))
    view = call.state.views.get(call.get("view_id") or "") or _by_external_id(call.state, call.get("external_id"))
    if view is None or not view.open:
        raise SlackError("not_found")
    if call.get("hash") and call.get("hash") != view.hash:
        raise SlackError("hash_conflict")
    change(call.state, view, payload)
    return {"view": view_json(call.state, view, call.by)}


@method("views.publish")
def publish(call: Call) -> Json:
    payload = checked(call.get("view"))
    user = call.state.user(call.get("user_id"))
    shown = call.state.homes.get(user.id)
    if call.get("hash") and shown is not None and call.get("hash") != shown.hash:
        raise SlackError("hash_conflict")
    view = View(shown.id if shown else call.state.new_id("V"), _hash(call.state), user.id, call.by.team_id, payload)
    call.state.homes[user.id] = call.state.views[view.id] = view
    return {"view": view_json(call.state, view, call.by)}


def checked(payload: Json) -> Json:
    """The view, or the error about it."""
    found = faults_of_view(payload)
    if found:
        raise SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {one}" for one in found]})
    if len(json.dumps(payload)) > limits.VIEW_BYTES:
        raise SlackError("view_too_large")
    return payload


def new_view(state: State, payload: Json, user_id: str, team_id: str, previous: View | None = None) -> View:
    view = View(state.new_id("V"), _hash(state), user_id, team_id, payload)
    if previous is not None:
        view.previous_id, view.root_id = previous.id, previous.root_id or previous.id
    state.views[view.id] = view
    return view


def change(state: State, view: View, payload: Json) -> None:
    view.payload, view.hash, view.errors = payload, _hash(state), {}


def stack_of(state: State, user_id: str) -> list[View]:
    """The modals a person has open, the uppermost last."""
    return [
        one for one in state.views.values() if one.user_id == user_id and one.open and one.payload["type"] == "modal"
    ]


def _hash(state: State) -> str:
    return f"{state.new_ts()}.{state.new_id('h')}"


def _by_external_id(state: State, external_id: str | None) -> View | None:
    found = (
        one
        for one in state.views.values()
        if external_id and one.open and one.payload.get("external_id") == external_id
    )
    return next(found, None)


def _unique_external_id(state: State, payload: Json) -> None:
    if _by_external_id(state, payload.get("external_id")) is not None:
        raise SlackError("duplicate_external_id")

"""users.*, usergroups.*, team.info, bots.info: who is who."""

from __future__ import annotations

from tests.fakes.slack.errors import SlackError
from tests.fakes.slack.methods.registry import Call, asked_team, method, page
from tests.fakes.slack.model import Json
from tests.fakes.slack.payloads import user_json


@method("users.info")
def info(call: Call) -> Json:
    user = call.state.user(call.get("user"))
    external = not call.by.covers(user.team_id)
    if external and not call.state.shares_a_channel(user.id, call.by.bot_user_id):
        raise SlackError("user_not_found")
    return {"user": user_json(call.state, user, seen_by=call.by)}


@method("users.list")
def list_users(call: Call) -> Json:
    """The workspace's own people; those of other companies are not in it."""
    own = [user for user in call.state.users.values() if user.team_id == call.by.team_id]
    shown, more = page(call, [user_json(call.state, user, seen_by=call.by) for user in own])
    return {"members": shown, "cache_ts": int(call.state.clock()), **more}


@method("usergroups.list")
def groups(call: Call) -> Json:
    own = [
        (name, handle, people)
        for name, (team_id, handle, people) in call.state.usergroups.items()
        if team_id == asked_team(call)
    ]
    return {
        "usergroups": [
            {"id": name, "handle": handle, "name": handle, "user_count": len(people)} for name, handle, people in own
        ]
    }


@method("usergroups.users.list")
def group_members(call: Call) -> Json:
    team_id, _, people = call.state.usergroups.get(call.get("usergroup"), ("", "", set()))
    if team_id != asked_team(call):
        raise SlackError("no_such_subteam")
    return {"users": sorted(people)}

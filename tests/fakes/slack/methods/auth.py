"""auth.*, oauth.v2.*, apps.*: tokens, installing, the socket."""

from __future__ import annotations

from tests.fakes.slack.errors import SlackError
from tests.fakes.slack.methods.registry import Call, method
from tests.fakes.slack.model import Installation, Json

TOKEN_SECONDS = 43_200
ACTIVE_TOKENS = 2


@method("auth.test")
def test(call: Call) -> Json:
    user = call.state.users[call.by.bot_user_id]
    common = {"user": user.name, "user_id": user.id, "bot_id": call.by.bot_id}
    if call.by.is_org_wide:
        organisation = {"team": "Grid", "team_id": call.by.team_id, "enterprise_id": call.by.team_id}
        url = {"url": "https://grid.enterprise.slack.example/", "is_enterprise_install": True}
        return organisation | url | common
    team = call.state.teams[call.by.team_id]
    found: Json = {
        "url": f"https://{team.domain}.slack.example/",
        "team": team.name,
        "team_id": team.id,
        "is_enterprise_install": False,
    }
    return found | common | ({"enterprise_id": team.enterprise_id} if team.enterprise_id else {})


@method("auth.teams.list")
def teams(call: Call) -> Json:
    """The workspaces that let the app in."""
    own = sorted(call.by.teams or {call.by.team_id})
    return {"teams": [{"id": team, "name": call.state.teams[team].name} for team in own]}


@method("oauth.v2.access")
def access(call: Call) -> Json:
    """A code for a token at installing, or a refresh token for the next pair; both work once."""
    state = call.state
    if call.get("client_id") != state.app.client_id:
        raise SlackError("invalid_client_id")
    if call.get("client_secret") != state.app.client_secret:
        raise SlackError("bad_client_secret")
    if call.get("grant_type") == "refresh_token":
        for installation in state.installations.values():
            if call.get("refresh_token") in installation.refresh_tokens:
                installation.refresh_tokens.discard(call.get("refresh_token"))
                return granted(call, installation)
        raise SlackError("invalid_refresh_token")
    if call.get("code") in state.redirects and state.redirects[call.get("code")] != call.get("redirect_uri"):
        raise SlackError("bad_redirect_uri")
    team_id = state.oauth_codes.pop(call.get("code") or "", None)
    if team_id is None:
        raise SlackError("invalid_code")
    return granted(call, state.installations[team_id])


def granted(call: Call, installation: Installation) -> Json:
    """A new token, and with rotation its refresh token; only the two newest tokens stay alive."""
    state = call.state
    token = f"xoxe.xoxb-1-{state.new_id('t')}" if state.app.rotates_tokens else f"xoxb-{state.new_id('t')}"
    installation.tokens[token] = state.clock() + TOKEN_SECONDS if state.app.rotates_tokens else None
    for old in list(installation.tokens)[:-ACTIVE_TOKENS]:
        del installation.tokens[old]
    found: Json = {
        "access_token": token,
        "token_type": "bot",
        "scope": ",".join(sorted(installation.scopes)),
        "app_id": state.app.id,
        "bot_user_id": installation.bot_user_id,
        "enterprise": {"id": installation.team_id, "name": "Grid"} if installation.is_org_wide else None,
        "is_enterprise_install": installation.is_org_wide,
        "authed_user": {"id": "U0INSTALLER"},
        "team": None
        if installation.is_org_wide
        else {"id": installation.team_id, "name": state.teams[installation.team_id].name},
    }
    if state.app.rotates_tokens:
        refresh = f"xoxe-1-{state.new_id('r')}"
        installation.refresh_tokens.add(refresh)
        found |= {"refresh_token": refresh, "expires_in": TOKEN_SECONDS}
    return found


@method("apps.connections.open")
def connections(call: Call) -> Json:
    if call.token != call.state.app.app_token:
        raise SlackError("invalid_auth")
    if not call.state.socket_url:
        raise SlackError("internal_error")
    return {"url": f"{call.state.socket_url}/link/?ticket={call.state.new_id('w')}&app_id={call.state.app.id}"}

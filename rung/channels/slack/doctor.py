"""What is wrong with the connection to Slack, each in a sentence that says who can mend it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from rung.channels.slack.api import directory, members
from rung.channels.slack.api.clients import client_of, is_error
from rung.channels.slack.api.outcomes import code_of
from rung.channels.slack.connection import channel_changes
from rung.channels.slack.connection.connect import scopes_of
from rung.channels.slack.connection.manifest import missing_scopes
from rung.channels.slack.events import cursors
from rung.channels.slack.models import SlackChannel, Workspace
from rung.channels.slack.sentences import NEVER
from rung.people.models import ContactMethod
from rung.policies.versions import compiled, current_number

SKEW = timedelta(seconds=60)
#: A look that is older is late, where Slack does not want it slow.
LATE = timedelta(minutes=15)


def findings(now: datetime) -> list[str]:
    """Everything that a person should mend; empty: all is well."""
    workspaces = list(Workspace.objects.all())
    found = [finding for workspace in workspaces for finding in _workspace(workspace, now)]
    if workspaces:
        found += _policy()
    return found


def lag(now: datetime) -> float | None:
    """Seconds since the place that waits longest was completely looked at; None: there is none."""
    oldest = cursors.oldest()
    return (now - oldest.looked_at).total_seconds() if oldest is not None else None


def _workspace(workspace: Workspace, now: datetime) -> Iterator[str]:
    if not workspace.active:
        yield f"{workspace.name}: switched off. {workspace.off_why}"
        return
    try:
        client = client_of(workspace, now)
        told = client.auth_test()
    except SlackApiError as refused:
        code = code_of(refused)
        yield f"{workspace.name}: {NEVER.get(code, code)}"
        return
    except (SlackClientError, OSError):
        yield f"{workspace.name}: Slack cannot be reached from here; check the network or the proxy."
        return
    headers = dict(told.headers)
    for scope, purpose in missing_scopes(scopes_of(headers)).items():
        yield f"{workspace.name}: the permission {scope} is missing ({purpose}); update the app from the manifest."
    yield from _clock(workspace, headers, now)
    for row in workspace.channels.filter(watched=True):
        yield from _channel(workspace, row, now)
    yield from _looks(workspace, now)
    yield from _people(workspace, client)
    yield from _group(workspace, now)


def _looks(workspace: Workspace, now: datetime) -> Iterator[str]:
    """What a lost event left out is found by the next complete look; one that is late may hide something."""
    oldest = cursors.oldest(workspace)
    if oldest is None or now - oldest.looked_at <= LATE:
        return
    minutes = int((now - oldest.looked_at).total_seconds() // 60)
    why = f" ({oldest.problem.rstrip('.')})" if oldest.problem else ""
    yield f"{workspace.name}: the last complete look at {oldest.place} was {minutes} minutes ago{why}."


def _group(workspace: Workspace, now: datetime) -> Iterator[str]:
    """A group that is gone, or that may not be read, lets nobody in."""
    try:
        if workspace.agent_group and not members.group_called(workspace, workspace.agent_group, now):
            yield f"{workspace.name}: there is no user group @{workspace.agent_group_name} any more; choose another."
    except (SlackClientError, OSError):
        return


def _clock(workspace: Workspace, headers: dict[str, object], now: datetime) -> Iterator[str]:
    """Signatures older than five minutes are refused, so a clock that is wrong makes Slack's requests look forged."""
    given = next((value for name, value in headers.items() if name.lower() == "date"), None)
    text = given[0] if isinstance(given, list) and given else given
    if not isinstance(text, str):
        return
    apart = abs(parsedate_to_datetime(text).astimezone(UTC) - now)
    if apart > SKEW:
        yield f"{workspace.name}: this machine's clock differs from Slack's by {apart.total_seconds():.0f} s; set it."


def _channel(workspace: Workspace, row: SlackChannel, now: datetime) -> Iterator[str]:
    try:
        row = channel_changes.refresh(workspace, row.channel, now)
    except SlackApiError as refused:
        code = code_of(refused)
        yield f"{workspace.name}: #{row.name}: {NEVER.get(code, code)}"
        return
    except (SlackClientError, OSError):
        return
    if row.is_archived:
        yield f"{workspace.name}: #{row.name} is watched but archived; stop watching it or unarchive it."
    elif not row.is_member:
        yield f"{workspace.name}: the app is not in #{row.name}; write /invite there."


def _people(workspace: Workspace, client: WebClient) -> Iterator[str]:
    prefix = f"{workspace.team}/"
    methods = ContactMethod.objects.filter(channel="slack", is_active=True, address__startswith=prefix)
    for method in methods.select_related("agent"):
        name = method.agent.name
        try:
            user = client.users_info(user=method.address.removeprefix(prefix))["user"] or {}
        except SlackApiError as refused:
            if is_error(refused, "user_not_found"):
                yield f"{workspace.name}: {name}'s Slack account is not there any more; correct their contact method."
            continue
        except (SlackClientError, OSError):
            return
        if user.get("deleted"):
            yield f"{workspace.name}: {name}'s Slack account is deactivated; correct their contact method."


def _policy() -> Iterator[str]:
    """Channels the policy names and no workspace has."""
    policy = compiled(current_number()).policy
    named = {policy.triage_channel: "triage"} if policy.triage_channel else {}
    named |= {level.channel: f"level {level.name}" for level in policy.levels.values() if level.channel}
    for address, where in named.items():
        channel, _, name = str(address).partition(":")
        if channel != "slack":
            continue
        found = directory.find(name)
        if found is None:
            yield f"The policy names {name} for {where}, and no connected workspace has it; invite the app there."
            continue
        row = SlackChannel.objects.filter(workspace=found[0], channel=found[1].channel).first()
        if row is not None and name.startswith("#") and row.name != name[1:]:
            yield f"{name}, which the policy names for {where}, is called #{row.name} now; name it so in the policy."
        if row is not None and not row.is_member:
            yield f"The app is not in {name}, which the policy names for {where}; write /invite there."

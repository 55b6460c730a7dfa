"""What happens to channels: new ids, new names, archived, shared, joined and left; and who must know of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from slack_sdk.errors import SlackApiError

from rung.channels.slack.api import installations
from rung.channels.slack.api.clients import client_of, is_error
from rung.channels.slack.connection import owner_notices
from rung.channels.slack.events import catch_up
from rung.channels.slack.events.facts import ChannelChanged
from rung.channels.slack.models import SlackChannel, Workspace
from rung.channels.slack.sentences import Said
from rung.outbox import readdress
from rung.tickets.models import IS_OPEN, Ticket


def moved(workspace: Workspace, old: str, new: str) -> str:
    """Slack Connect gives a channel a new id; what we know by the old one stays findable."""
    row = SlackChannel.objects.filter(workspace=workspace, channel=old).first()
    if row is None:
        return "a channel we do not know moved"
    SlackChannel.objects.filter(workspace=workspace, channel=new).delete()
    row.channel, row.former = new, [*row.former, old]
    row.save(update_fields=["channel", "former"])
    return f"{row} moved"


def changed(workspace: Workspace, fact: ChannelChanged, now: datetime) -> str:
    """Keep what is known of the channel true. Where customers write and are not heard any more, the owners hear it;
    where they are heard again, what they wrote meanwhile is fetched."""
    rows = SlackChannel.objects.filter(workspace=workspace, channel=fact.channel)
    before = rows.first()
    match fact.how:
        case "archived" | "deleted":
            rows.update(is_archived=True)
        case "renamed":
            for row in rows:
                _call(row, fact.name)
        case "shared" | "unshared" | "unarchived":
            _ask_again(workspace, fact.channel, now)
        case "joined" if fact.user == workspace.bot_user:
            _ask_again(workspace, fact.channel, now)
            readdress.cards(now)
        case "left" if fact.user in ("", workspace.bot_user):
            rows.update(is_member=False)
        case _:
            return "somebody came or went"
    after = rows.first()
    if before is not None and after is not None and before.watched:
        _tell(workspace, before, after, fact, now)
    return f"a channel was {fact.how}"


def is_heard(row: SlackChannel) -> bool:
    """Whether we are told what is written there."""
    return row.is_member and not row.is_archived


def _ask_again(workspace: Workspace, channel: str, now: datetime) -> None:
    """As `refresh`; a channel that Slack does not show us any more is one we are not in."""
    try:
        refresh(workspace, channel, now)
    except SlackApiError as error:
        if not is_error(error, "channel_not_found", "missing_scope"):
            raise
        SlackChannel.objects.filter(workspace=workspace, channel=channel).update(is_member=False)


def _tell(workspace: Workspace, before: SlackChannel, after: SlackChannel, fact: ChannelChanged, now: datetime) -> None:
    """What has become of a watched channel, to the desk's owners; nothing where it is heard as before."""
    words = ""
    if is_heard(after) and not is_heard(before):
        catch_up.wanted.set()
    elif is_heard(before) and not is_heard(after):
        words = _NOT_HEARD["archived" if after.is_archived else "left"].format(channel=after)
    elif fact.how == "unshared" and before.is_external and not after.is_external:
        words = f"{after} is shared with no other company any more: {_UNREAD}"
    if words:
        running = Ticket.objects.filter(IS_OPEN, thread__startswith=f"{workspace.team}/{after.channel}/").count()
        open_there = f" Open tickets there: {running}." if running else ""
        title = Said.NOT_HEARD(channel=after)
        owner_notices.tell(title, words + open_there, key=f"slack-channel/{after.pk}/{fact.event_id or now}", now=now)


_UNREAD = "who wrote from outside can neither read nor write there. Answer open tickets elsewhere, or share it again."
_NOT_HEARD = {
    "left": "The app is not in {channel} any more. Write /invite there: what is written meanwhile is then fetched. "
    "If it is meant, stop watching the channel.",
    "archived": "{channel} was archived: nobody can write there, and answers do not arrive. Unarchive it and invite "
    "the app, or stop watching the channel.",
}


def reaches(workspace: Workspace, teams: tuple[str, ...], *, granted: bool, now: datetime) -> str:
    """An organisation let its installation into some of its workspaces, or out of them."""
    if not workspace.is_org_wide:
        return "of an organisation's installation only"
    left = [team for team in workspace.teams if team not in teams]
    workspace.teams = sorted({*left, *teams}) if granted else left
    workspace.save(update_fields=["teams"])
    if granted:
        refresh_all(workspace, now)
    return f"the app acts in {len(workspace.teams)} workspaces"


def refresh(workspace: Workspace, channel: str, now: datetime) -> SlackChannel:
    """Ask Slack about one channel and keep the answer. Raises what slack_sdk raises."""
    told = client_of(workspace, now).conversations_info(channel=channel)["channel"] or {}
    return keep(workspace, told)


def refresh_all(workspace: Workspace, now: datetime) -> list[SlackChannel]:
    """Every channel the app can see. Raises what slack_sdk raises."""
    client, found = client_of(workspace, now), []
    for scope in installations.scopes(workspace):
        cursor = ""
        while True:
            more: dict[str, Any] = {"cursor": cursor} if cursor else {}
            page = client.conversations_list(types="public_channel,private_channel", limit=200, **scope, **more)
            found += [keep(workspace, told) for told in page["channels"] or []]
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
    return found


def keep(workspace: Workspace, told: dict[str, Any]) -> SlackChannel:
    """A channel as `conversations.info` describes it. What people chose for it stays."""
    facts = {
        "name": str(told.get("name") or ""),
        "is_external": bool(told.get("is_ext_shared") or told.get("is_pending_ext_shared")),
        "is_member": bool(told.get("is_member")),
        "is_archived": bool(told.get("is_archived")),
    }
    known = SlackChannel.objects.filter(workspace=workspace, channel=str(told["id"])).first()
    if known is not None:
        _call(known, str(facts["name"]))
    row, _ = SlackChannel.objects.update_or_create(workspace=workspace, channel=str(told["id"]), defaults=facts)
    return row


def _call(row: SlackChannel, name: str) -> None:
    """Its new name; by the old one it is still found, until another channel is called so."""
    if row.name and name and row.name != name:
        row.former_names = [*(one for one in row.former_names if one not in (row.name, name)), row.name]
    row.name = name
    row.save(update_fields=["name", "former_names"])

"""Which installation speaks for a workspace: its own, or the one of its whole organisation (Enterprise Grid)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from rung.channels.slack.models import Workspace
from rung.people.prepared_statements import prepared

_HOME = """
    SELECT w.id FROM slack_slackchannel c JOIN slack_workspace w ON w.id = c.workspace_id
    WHERE c.channel = %(channel)s AND c.is_member AND w.active AND (w.app = %(app)s AND w.app <> '' OR EXISTS (
        SELECT FROM slack_slackchannel told WHERE told.channel = c.channel AND told.workspace_id = %(told)s))
    ORDER BY c.watched DESC, w.connected_at, w.name, w.id LIMIT 1
"""


def of_team(team: str, enterprise: str = "") -> Workspace | None:
    """The workspace's own installation; where it has none that works, the organisation's that covers it."""
    own = Workspace.objects.filter(team=team).first()
    if own is not None and own.active:
        return own
    covering = Q(teams__contains=[team]) | (Q(enterprise=enterprise) if enterprise else Q(pk=None))
    return Workspace.objects.filter(covering, is_org_wide=True).order_by("-active").first() or own


def home(workspace: Workspace, channel: str) -> Workspace:
    """Whose a channel is that several of our own workspaces share: the one's that watches it, then the first's.

    Each of them may be told of the same message; taken as told to this one, it is one message of one ticket. What one
    workspace is told of a channel it does not share stays its own, whatever the channel's name.
    """
    with prepared() as cursor:
        cursor.execute(_HOME, {"channel": channel, "app": workspace.app, "told": workspace.pk})
        first = cursor.fetchone()
    if first is None or first[0] == workspace.pk:
        return workspace
    return Workspace.objects.get(pk=first[0])


def own_teams() -> frozenset[str]:
    """Every workspace that is ours: their people are no outsiders to one another."""
    rows = Workspace.objects.values_list("team", "teams")
    return frozenset(name for team, teams in rows for name in (team, *teams))


def of_bot(bot: str) -> Workspace | None:
    """The active installation whose bot that is."""
    return Workspace.objects.filter(bot=bot, active=True).first() if bot else None


def scopes(workspace: Workspace) -> list[dict[str, Any]]:
    """What lists are asked for: an organisation's token has to name each of its workspaces."""
    return [{"team_id": team} for team in workspace.teams] if workspace.is_org_wide else [{}]

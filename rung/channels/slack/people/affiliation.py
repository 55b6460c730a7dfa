"""Who is who in Slack: agent, colleague, customer, bot or ourselves. Whatever is not certain is no agent."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Standing(StrEnum):
    """What somebody is to this desk."""

    AGENT = "agent"
    #: Of our own workspace, but no agent of Rung: may not press, opens nothing.
    COLLEAGUE = "colleague"
    CUSTOMER = "customer"
    BOT = "bot"
    OURSELVES = "ourselves"


class Colleagues(StrEnum):
    """What people of our own workspace are in a channel, when they are no agents."""

    COLLEAGUE = "colleague"
    CUSTOMER = "customer"


class Workspace(Struct, frozen=True, kw_only=True):
    """An installation: the workspace, its organisation on Enterprise Grid, and who we are there."""

    team: str
    enterprise: str = ""
    #: All workspaces that are ours, this one among them or not.
    teams: frozenset[str] = frozenset()
    bot_user: str
    bot: str = ""
    app: str = ""


class Profile(Struct, frozen=True, kw_only=True):
    """What `users.info` says of a person. No single property tells an outsider."""

    team: str
    user: str
    enterprise: str = ""
    #: The organisation's id for them (`W…`), where it is another.
    grid_user: str = ""
    is_stranger: bool = False
    is_guest: bool = False  # is_restricted or is_ultra_restricted
    is_bot: bool = False
    is_deleted: bool = False


def is_external(profile: Profile, workspace: Workspace) -> bool:
    """From another company: a stranger, or of another team and, on Grid, of another organisation."""
    if profile.is_stranger or not profile.team:
        return True
    if profile.team == workspace.team or profile.team in workspace.teams:
        return False
    return not (workspace.enterprise and profile.enterprise == workspace.enterprise)


def standing(
    profile: Profile | None,
    workspace: Workspace,
    *,
    is_agent: bool,
    colleagues: Colleagues = Colleagues.COLLEAGUE,
) -> Standing:
    """What somebody is, for one message or one press.

    `profile`: as Slack tells it now; None: it could not be asked. `is_agent`: (team, user) belongs to an active agent
    of Rung. `colleagues`: how the channel counts other members of our own workspace.
    """
    if profile is None or profile.is_deleted:
        return Standing.CUSTOMER
    if profile.is_bot or profile.user == workspace.bot_user:
        return Standing.OURSELVES if profile.user == workspace.bot_user else Standing.BOT
    if is_agent and not profile.is_stranger:
        return Standing.AGENT
    outside = is_external(profile, workspace) or profile.is_guest
    return Standing.CUSTOMER if outside or colleagues is Colleagues.CUSTOMER else Standing.COLLEAGUE


def profile_of(user: dict[str, object]) -> Profile:
    """From the `user` of `users.info`."""
    grid = user.get("enterprise_user")
    facts: dict[str, object] = grid if isinstance(grid, dict) else {}
    user_id, of_grid = str(user.get("id") or ""), str(facts.get("id") or "")
    return Profile(
        team=str(user.get("team_id") or ""),
        user=user_id,
        enterprise=str(facts.get("enterprise_id") or user.get("enterprise_id") or ""),
        grid_user=of_grid if of_grid != user_id else "",
        is_stranger=bool(user.get("is_stranger")),
        is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        is_bot=bool(user.get("is_bot")),
        is_deleted=bool(user.get("deleted")),
    )

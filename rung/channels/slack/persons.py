"""Who somebody in Slack is, asked of Slack itself and believed for a few minutes; and who that is in Rung."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from rung.channels.slack import standing as rule
from rung.channels.slack.addresses import person
from rung.channels.slack.clients import client_of, is_error
from rung.channels.slack.models import PersonSeen, SlackChannel, Workspace
from rung.channels.slack.standing import Profile, Standing
from rung.intake.sort import NotYet
from rung.people.models import Agent, ContactMethod, Customer, Identity, Requester, Role

BELIEVED_FOR = timedelta(minutes=5)
STILL_BELIEVED_FOR = timedelta(hours=1)
KIND = "slack"


class CannotAsk(NotYet):
    """Nobody can say now who that is."""


def seen(workspace: Workspace, user: str, now: datetime) -> PersonSeen | None:
    """The person as Slack describes them; None if Slack does not know them. Raises CannotAsk if it gives no answer."""
    known = PersonSeen.objects.filter(workspace=workspace, user=user).first()
    if known is not None and now - known.asked_at < BELIEVED_FOR:
        return known
    try:
        return _ask(client_of(workspace, now), workspace, user, now)
    except SlackApiError as error:
        if is_error(error, "user_not_found", "user_not_visible"):
            PersonSeen.objects.filter(workspace=workspace, user=user).delete()
            return None
        return _stale(known, now)
    except (SlackClientError, OSError):
        return _stale(known, now)


def _stale(known: PersonSeen | None, now: datetime) -> PersonSeen:
    """While Slack cannot be asked, what was known within the hour still counts."""
    if known is None or now - known.asked_at > STILL_BELIEVED_FOR:
        raise CannotAsk("Slack cannot be asked who somebody is")
    return known


def _ask(client: WebClient, workspace: Workspace, user: str, now: datetime) -> PersonSeen:
    told = client.users_info(user=user)["user"] or {}
    profile, details = rule.profile_of(told), told.get("profile") or {}
    facts = {
        "team": profile.team,
        "enterprise": profile.enterprise,
        "is_stranger": profile.is_stranger,
        "is_guest": profile.is_guest,
        "is_bot": profile.is_bot,
        "is_deleted": profile.is_deleted,
        "name": str(details.get("real_name") or told.get("real_name") or told.get("name") or user)[:200],
        "email": str(details.get("email") or "")[:254],
        "asked_at": now,
    }
    row, _ = PersonSeen.objects.update_or_create(workspace=workspace, user=user, defaults=facts)
    return row


def forget(workspace: Workspace, user: str) -> None:
    """Something about them has changed: ask again next time."""
    PersonSeen.objects.filter(workspace=workspace, user=user).delete()


def profile(row: PersonSeen | None) -> Profile | None:
    if row is None:
        return None
    return Profile(
        team=row.team,
        user=row.user,
        enterprise=row.enterprise,
        is_stranger=row.is_stranger,
        is_guest=row.is_guest,
        is_bot=row.is_bot,
        is_deleted=row.is_deleted,
    )


def terms(workspace: Workspace) -> rule.Workspace:
    """The workspace as the rule of who is who needs it."""
    return rule.Workspace(
        team=workspace.team,
        enterprise=workspace.enterprise,
        bot_user=workspace.bot_user,
        bot=workspace.bot,
        app=workspace.app,
    )


def agent_of(workspace: Workspace, row: PersonSeen | None) -> Agent | None:
    """The active agent behind a Slack account, by a contact method that names (team, user).

    A full member of our own workspace whose confirmed address is an agent's is that agent, and is remembered so.
    """
    if row is None or row.is_bot or row.is_deleted or row.is_stranger:
        return None
    address = person(row.team, row.user)
    own = [row.user] if row.team == workspace.team else []  # an id alone is one of our own workspace
    methods = list(ContactMethod.objects.filter(channel=KIND, address__in=[address, *own]).select_related("agent"))
    if methods:
        claimed_by = {method.agent_id: method.agent for method in methods if method.is_active}
        return _working(next(iter(claimed_by.values()))) if len(claimed_by) == 1 else None  # two claim it: nobody is
    insider = row.team == workspace.team and not row.is_guest and row.email
    agent = Agent.objects.filter(email=row.email.lower()).first() if insider else None
    if agent is None or _working(agent) is None:
        return None
    ContactMethod.objects.get_or_create(agent=agent, channel=KIND, address=address, defaults={"position": 0})
    return agent


def _working(agent: Agent) -> Agent | None:
    """Observers read; they do not press."""
    return agent if agent.is_active and agent.role != Role.OBSERVER else None


def standing_of(workspace: Workspace, row: PersonSeen | None, channel: SlackChannel | None = None) -> Standing:
    """What they are, for one message or press in that channel."""
    colleagues = rule.Colleagues(channel.colleagues) if channel else rule.Colleagues.COLLEAGUE
    is_agent = agent_of(workspace, row) is not None
    return rule.standing(profile(row), terms(workspace), is_agent=is_agent, colleagues=colleagues)


def requester_of(
    workspace: Workspace, row: PersonSeen | None, user: str, team: str, customer: Customer | None
) -> Requester:
    """The requester behind a Slack account, made when they first write. Known by (team, user), then by address."""
    home = (row.team if row else "") or team or workspace.team
    known_as = Identity.objects.select_related("requester__customer__account_owner")
    identity = known_as.filter(kind=KIND, external_id=person(home, user)).first()
    if identity is not None:
        requester = identity.requester
        if requester.customer is None and customer is not None:
            requester.customer = customer
            requester.save(update_fields=["customer"])
        return requester
    email = row.email.lower() if row and row.email else None
    known = Requester.objects.filter(email=email).first() if email else None
    name = row.name if row else user
    found = known or Requester.objects.create(name=name, email=email, customer=customer)
    Identity.objects.get_or_create(kind=KIND, external_id=person(home, user), defaults={"requester": found})
    return found


def names(workspace: Workspace, users: list[str], now: datetime) -> dict[str, str]:
    """Names for the people a message mentions."""
    found: dict[str, str] = {}
    for user in dict.fromkeys(users):
        with suppress(CannotAsk):
            row = seen(workspace, user, now)
            found |= {user: row.name} if row else {}
    return found

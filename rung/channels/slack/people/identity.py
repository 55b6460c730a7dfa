"""Who somebody in Slack is, asked of Slack itself and believed for a few minutes; and who that is in Rung."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from rung.channels.slack.api import installations
from rung.channels.slack.api.addresses import person
from rung.channels.slack.api.clients import client_of, is_error
from rung.channels.slack.api.members import CannotAsk
from rung.channels.slack.models import PersonSeen, SlackChannel, Workspace
from rung.channels.slack.people import admission
from rung.channels.slack.people import affiliation as rule
from rung.channels.slack.people.affiliation import Profile, Standing
from rung.intake import batch_cache
from rung.people.models import Agent, ContactMethod, Customer, Identity, Requester, Role
from rung.people.prepared_statements import found

BELIEVED_FOR = timedelta(minutes=5)
STILL_BELIEVED_FOR = timedelta(hours=1)
KIND = "slack"
_KNOWN_AS = "id = (SELECT requester_id FROM people_identity WHERE kind = %s AND external_id = %s)"


def seen(workspace: Workspace, user: str, now: datetime) -> PersonSeen | None:
    """The person as Slack describes them; None if Slack does not know them. Raises CannotAsk if it gives no answer."""
    known = next(iter(found(PersonSeen, 'workspace_id = %s AND "user" = %s', [workspace.pk, user])), None)
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
        "grid_user": profile.grid_user,
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
        grid_user=row.grid_user,
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
        teams=batch_cache.once(("own teams",), installations.own_teams),
        bot_user=workspace.bot_user,
        bot=workspace.bot,
        app=workspace.app,
    )


def agent_of(workspace: Workspace, row: PersonSeen | None, now: datetime) -> Agent | None:
    """The active agent behind a Slack account. Raises CannotAsk if that depends on what Slack cannot say now.

    By a contact method that names the account; by the confirmed address of a full member of our own workspace, which
    is then remembered; by the channels and the group of agents the member belongs to.
    """
    if row is None or row.is_bot or row.is_deleted or row.is_stranger:
        return None
    addresses = _addresses(workspace, row)
    if claims := found(ContactMethod, "channel = %s AND address = ANY(%s)", [KIND, addresses]):
        return _by_claim(workspace, row, claims, now)
    return None if row.is_guest or _is_outside(workspace, row) else _by_belonging(workspace, row, now)


def _by_claim(workspace: Workspace, row: PersonSeen, claims: list[ContactMethod], now: datetime) -> Agent | None:
    """The agent who has given the account as theirs. Claimed by two, or switched off: nobody."""
    claimed_by = {method.agent_id: method.agent for method in claims if method.is_active}
    if len(claimed_by) != 1:
        return None
    return _working(admission.confirmed(next(iter(claimed_by.values())), workspace, row, now))


def _by_belonging(workspace: Workspace, row: PersonSeen, now: datetime) -> Agent | None:
    """A full member whose confirmed address is an agent's, or who belongs to the agents' channels or group."""
    agent = Agent.objects.filter(email=row.email.lower()).first() if row.email else None
    if agent is None:
        return admission.admit(workspace, row, now)
    if _working(agent) is not None:
        address = person(row.team, row.user)
        ContactMethod.objects.get_or_create(agent=agent, channel=KIND, address=address, defaults={"position": 0})
    return _working(agent)


def _addresses(workspace: Workspace, row: PersonSeen) -> list[str]:
    """All the names an agent may have given for the account. An id alone is one of our own workspace."""
    users = [row.user, *filter(None, [row.grid_user])]
    homes = dict.fromkeys(filter(None, [row.team, row.enterprise]))
    own = [] if _is_outside(workspace, row) else users
    return [*(person(home, user) for home in homes for user in users), *own]


def _is_outside(workspace: Workspace, row: PersonSeen) -> bool:
    told = profile(row)
    return told is None or rule.is_external(told, terms(workspace))


def _working(agent: Agent | None) -> Agent | None:
    """Observers read; they do not press."""
    return agent if agent is not None and agent.is_active and agent.role != Role.OBSERVER else None


def standing_of(
    workspace: Workspace, row: PersonSeen | None, now: datetime, channel: SlackChannel | None = None
) -> Standing:
    """What they are, for one message or press in that channel."""
    colleagues = rule.Colleagues(channel.colleagues) if channel else rule.Colleagues.COLLEAGUE
    is_agent = agent_of(workspace, row, now) is not None
    return rule.standing(profile(row), terms(workspace), is_agent=is_agent, colleagues=colleagues)


def requester_of(
    workspace: Workspace, row: PersonSeen | None, user: str, team: str, customer: Customer | None
) -> Requester:
    """The requester behind a Slack account, made when they first write. Known by (team, user), then by address."""
    home = _home(workspace, row, team)
    requester = _identified(home, user)
    if requester is not None:
        if customer is not None and requester.customer_id is None:
            requester.customer = customer
            requester.save(update_fields=["customer"])
        elif customer is not None and requester.customer_id == customer.pk:
            requester.customer = customer  # it is here already
        return requester
    email = row.email.lower() if row and row.email else None
    name = row.name if row else user
    made = _addressed(row) or Requester.objects.create(name=name, email=email, customer=customer)
    Identity.objects.get_or_create(kind=KIND, external_id=person(home, user), defaults={"requester": made})
    return made


def known_requester(workspace: Workspace, row: PersonSeen) -> Requester | None:
    """The requester behind an account that has written to us; people who only press or look leave nothing here."""
    return _identified(_home(workspace, row, ""), row.user) or _addressed(row)


def _home(workspace: Workspace, row: PersonSeen | None, team: str) -> str:
    return (row.team if row else "") or team or workspace.team


def _identified(home: str, user: str) -> Requester | None:
    return next(iter(found(Requester, _KNOWN_AS, [KIND, person(home, user)])), None)


def _addressed(row: PersonSeen | None) -> Requester | None:
    return Requester.objects.filter(email=row.email.lower()).first() if row and row.email else None


def names(workspace: Workspace, users: list[str], now: datetime) -> dict[str, str]:
    """Names for the people a message mentions."""
    known: dict[str, str] = {}
    for user in dict.fromkeys(users):
        with suppress(CannotAsk):
            row = seen(workspace, user, now)
            known |= {user: row.name} if row else {}
    return known


def handles(workspace: Workspace, users: list[str], now: datetime) -> dict[str, str]:
    """The handles of the agents among the people a message mentions."""
    known: dict[str, str] = {}
    for user in dict.fromkeys(users):
        with suppress(CannotAsk):
            agent = agent_of(workspace, seen(workspace, user, now), now)
            known |= {user: agent.handle} if agent else {}
    return known

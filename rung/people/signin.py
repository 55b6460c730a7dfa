"""How agents get in: by invitation, with a one-time link, and from then on with what they set up."""

from datetime import datetime, timedelta

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from rung.people import secrets
from rung.people.models import Agent, SignInLink

LINK_LASTS = timedelta(hours=24)


class Invited(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: agents are added by an owner, a command, or the company's directory."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  allauth's signature
        """Never."""
        return False


def issue_link(agent: Agent, *, now: datetime, lasts: timedelta = LINK_LASTS) -> str:
    """The word of a new link that signs this agent in once, until `now + lasts`. Earlier unused links stop working."""
    word = secrets.make()
    agent.sign_in_links.filter(used_at=None).delete()
    SignInLink.objects.create(agent=agent, hash=secrets.hashed(word), expires_at=now + lasts)
    return word


def redeem_link(word: str, *, now: datetime) -> Agent | None:
    """The agent this link belongs to, and the link is used up. None: unknown, used, expired, or the agent has left."""
    used = SignInLink.objects.filter(
        hash=secrets.hashed(word), used_at=None, expires_at__gt=now, agent__is_active=True
    ).update(used_at=now)  # one statement, so that two browsers cannot both win
    if not used:
        return None
    return SignInLink.objects.select_related("agent").get(hash=secrets.hashed(word)).agent

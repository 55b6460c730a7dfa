"""How agents get in: by invitation, with a one-time link, and from then on with what they set up."""

import threading
from datetime import datetime, timedelta
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.http import HttpRequest

from rung.people import secrets
from rung.people.models import Agent, SignInLink

log = structlog.get_logger(__name__)
LINK_LASTS = timedelta(hours=24)


class Invited(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: agents are added by an owner, a command, or the company's directory."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  allauth's signature
        """Never."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """For the limits on sign-in and the list of sessions."""
        return address_of(request) or "0.0.0.0"  # noqa: S104  an address nobody has

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Beside the request, so that neither its time nor its failure tells whether somebody has that address."""
        message = self.render_mail(template_prefix, email, {"request": self.request, "email": email, **context})
        if not can_mail():
            log.warning("a mail about signing in was not sent: no mail goes out", template=template_prefix)
            return
        threading.Thread(target=_send, args=(message, template_prefix), daemon=True).start()


def can_mail() -> bool:
    """Whether there is a server to send by. Backends that need none have no host."""
    return bool(getattr(get_connection(), "host", "none needed"))


def address_of(request: HttpRequest) -> str:
    """Who calls. Behind a proxy, as the proxy saw them: its own word is the last, those before it anybody may write."""
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    return (seen if settings.SECURE_PROXY_SSL_HEADER else "") or str(request.META.get("REMOTE_ADDR", ""))


def sign_out_everywhere(agent: Agent, *, now: datetime) -> None:
    """Every session of this agent is over, wherever it was begun; unused sign-in links too."""
    agent.signed_out_at = now
    agent.save(update_fields=["signed_out_at"])
    agent.sign_in_links.filter(used_at=None).delete()
    for session in UserSession.objects.filter(user=agent):
        session.end()


def issue_link(agent: Agent, *, now: datetime, lasts: timedelta = LINK_LASTS) -> str:
    """The word of a new link that signs this agent in once, until `now + lasts`. Earlier unused links stop working."""
    word = secrets.make()
    agent.sign_in_links.filter(used_at=None).delete()
    SignInLink.objects.create(agent=agent, hash=secrets.hashed(word), expires_at=now + lasts)
    return word


def is_good(word: str, *, now: datetime) -> bool:
    """Whether this link would still sign somebody in."""
    return SignInLink.objects.filter(
        hash=secrets.hashed(word), used_at=None, expires_at__gt=now, agent__is_active=True
    ).exists()


def redeem_link(word: str, *, now: datetime) -> Agent | None:
    """The agent this link belongs to, and the link is used up. None: unknown, used, expired, or the agent has left."""
    used = SignInLink.objects.filter(
        hash=secrets.hashed(word), used_at=None, expires_at__gt=now, agent__is_active=True
    ).update(used_at=now)  # one statement, so that two browsers cannot both win
    if not used:
        return None
    return SignInLink.objects.select_related("agent").get(hash=secrets.hashed(word)).agent


def _send(message: EmailMessage, template: str) -> None:
    try:
        message.send()
    except OSError as problem:  # SMTP's exceptions are OSErrors; whoever waits for the mail asks for another
        log.warning("a mail about signing in could not be sent", template=template, problem=str(problem))

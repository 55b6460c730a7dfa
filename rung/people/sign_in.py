"""How agents get in: by invitation, with a one-time link, and from then on with what they set up."""

import ipaddress
import threading
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.http import HttpRequest

from rung.people import secrets
from rung.people.models import Agent, SignInLink

log = structlog.get_logger(__name__)
LINK_LASTS = timedelta(hours=24)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: agents are added by an owner, a command, or the company's directory."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  allauth's signature
        """Never."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """For the limits on sign-in and the list of sessions."""
        return address_of(request) or "0.0.0.0"  # noqa: S104  an address nobody has

    def get_reset_password_from_key_url(self, key: str) -> str:
        """At the desk's own address: the one in the request is the asker's word, in somebody else's mailbox."""
        address = str(super().get_reset_password_from_key_url(key))
        return f"{settings.BASE_URL}{urlsplit(address).path}" if settings.BASE_URL else address

    def format_email_subject(self, subject: str) -> str:
        """As it is: allauth would put a site's name before it, and a desk has none."""
        return str(subject)

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
    """Who calls, as an IP address; empty where there is none.

    Behind a proxy, as the proxy saw them: its own word is the last, those before it anybody may write.
    """
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2]
    return (_ip(seen) if settings.SECURE_PROXY_SSL_HEADER else "") or _ip(str(request.META.get("REMOTE_ADDR", "")))


def network_of(request: HttpRequest) -> str:
    """Whose attempts count together: of IPv6 the 64 bits a household has, for it may pick any address in them."""
    address = address_of(request)
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address


def _ip(word: str) -> str:
    """Some proxies add the port; others write `unknown`."""
    bare = word.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(found, "ipv4_mapped", None) or found)


def sign_out_everywhere(agent: Agent, *, now: datetime) -> None:
    """Every session of this agent is over, wherever it was begun; unused sign-in links too."""
    agent.signed_out_at = now
    agent.save(update_fields=["signed_out_at"])
    agent.sign_in_links.filter(used_at=None).delete()
    for session in UserSession.objects.filter(user=agent):
        session.end()


def remove_factors(agent: Agent, *, now: datetime) -> None:
    """Their passkeys, app, recovery codes and accounts of directories are gone, and every session with them."""
    Authenticator.objects.filter(user=agent).delete()
    SocialAccount.objects.filter(user=agent).delete()
    sign_out_everywhere(agent, now=now)


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
    except OSError as problem:  # SMTP's exceptions are OSErrors; the person who waits for the mail asks for another
        log.warning("a mail about signing in could not be sent", template=template, problem=str(problem))

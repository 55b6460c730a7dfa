"""Who a directory may let in: agents who are here, and newcomers of its own mail domains where it invites them."""

import re
from collections.abc import Mapping

import structlog
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.http import HttpRequest
from django.shortcuts import render

from rung.people import directory_groups, providers
from rung.people.models import HANDLE, Agent, SignInProvider

log = structlog.get_logger(__name__)


class DirectoryAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """allauth asks; the answer is no unless the address is trusted and known, or invited by the domain rule."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Ours only: what stands in allauth's own table counts for nothing."""
        apps = [providers.app_of(each) for each in providers.providers()]
        wanted = [app for app in apps if provider is None or provider in (app.provider, app.provider_id)]
        return [app for app in wanted if client_id is None or app.client_id == client_id]

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """An agent here under a trusted address is that agent, from now on by the directory's own id.

        An address may pass to another person of the company, and a signed-in browser may be led to somebody else's
        account there: neither is connected.
        """
        if sociallogin.is_existing:
            _by_groups(sociallogin.user, sociallogin)
            return
        email = trusted_email(sociallogin, _provider_of(sociallogin))
        agent = Agent.objects.filter(email=email).first() if email else None
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            if agent != request.user:
                raise _refusal(request, "not_yours")
        elif agent is not None:
            if _known_otherwise(agent, sociallogin):
                log.warning("an address came with another id of its directory", agent=agent.handle)
                raise _refusal(request, "another_id")
            sociallogin.connect(request, agent)
            _by_groups(agent, sociallogin)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Only for newcomers of the directory's own domains, and only where an owner has said so."""
        found = _provider_of(sociallogin)
        email = trusted_email(sociallogin, found)
        invited = found is not None and found.invites and bool(email) and _domain(email) in found.domains
        if not invited:
            log.info("a sign-in was refused", provider=found.slug if found else "", known_address=bool(email))
        return invited

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: object = None) -> Agent:
        """A newcomer: with the role the owner chose, and seeing only what their teams have, so nothing yet."""
        found = _provider_of(sociallogin)
        assert found is not None  # noqa: S101  is_open_for_signup has seen it
        email = trusted_email(sociallogin, found)
        agent: Agent = sociallogin.user
        agent.email, agent.handle = email, free_handle(email.partition("@")[0])
        agent.name = (agent.name or email.partition("@")[0])[:200]
        agent.role, agent.is_restricted = found.role, True
        agent.set_unusable_password()
        sociallogin.save(request)
        # An agent has one address, ours; allauth's own list would let in under a former one.
        EmailAddress.objects.filter(user=agent).delete()
        _by_groups(agent, sociallogin)
        return agent

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, str]) -> Agent:
        """The name as the directory has it."""
        agent: Agent = sociallogin.user
        agent.email = (data.get("email") or "").strip().lower()
        parts = (data.get("first_name") or "", data.get("last_name") or "")
        agent.name = (data.get("name") or " ".join(part for part in parts if part)).strip()[:200]
        return agent


def trusted_email(sociallogin: SocialLogin, found: SignInProvider | None) -> str:
    """The address, if the directory may speak for it, else an empty text.

    OpenID Connect: it must call the address verified. SAML has no such word, so the address must be of its domains.
    A directory with domains of its own speaks for no other.
    """
    if found is None:
        return ""
    given = next((each for each in sociallogin.email_addresses if each.email), None)
    email = (given.email if given else sociallogin.user.email or "").strip().lower()
    if found.domains and _domain(email) not in found.domains:
        return ""
    if found.kind == SignInProvider.Kind.OIDC:
        # Some directories say it as a text, and "false" is one too.
        return email if given is not None and str(given.verified).lower() == "true" else ""
    return email if found.domains else ""


def free_handle(wanted: str) -> str:
    """A handle that looks like the word and is nobody's."""
    base = re.sub(r"[^a-z0-9._-]", "-", wanted.lower()).strip("._-")[:50] or "agent"
    HANDLE(base)
    taken = set(Agent.objects.filter(handle__startswith=base).values_list("handle", flat=True))
    return next(name for name in (base, *(f"{base}{n}" for n in range(2, 10_000))) if name not in taken)


def groups_of(told: Mapping[str, object], claim: str) -> list[str] | None:
    """The groups a directory told at sign-in, as a claim (OpenID Connect) or attribute (SAML). None: it told none."""
    places = [told, *(told[part] for part in ("userinfo", "id_token") if isinstance(told.get(part), Mapping))]
    found = next((place[claim] for place in places if isinstance(place, Mapping) and claim in place), None)
    if found is None:
        return None
    return [str(each) for each in (found if isinstance(found, list | tuple) else [found])]


def _by_groups(agent: Agent, sociallogin: SocialLogin) -> None:
    found = _provider_of(sociallogin)
    groups = groups_of(sociallogin.account.extra_data or {}, found.groups_claim) if found else None
    if found is not None and groups is not None:
        directory_groups.apply(agent, found, groups)


def _known_otherwise(agent: Agent, sociallogin: SocialLogin) -> bool:
    return bool(SocialAccount.objects.filter(user=agent, provider=sociallogin.account.provider).exists())


def _refusal(request: HttpRequest, why: str) -> ImmediateHttpResponse:
    return ImmediateHttpResponse(render(request, "account/signup_closed.html", {"why": why}, status=403))


def _provider_of(sociallogin: SocialLogin) -> SignInProvider | None:
    app = sociallogin.provider.app if sociallogin.provider else None
    return providers.provider(app.provider_id) if app is not None else None


def _domain(email: str) -> str:
    return email.rpartition("@")[2]

"""Who calls the API: the key in the header, what it may do, and in whose name."""

from dataclasses import dataclass

from django.http import HttpRequest
from ninja.security import HttpBearer

from rung.api import limits
from rung.api.problems import Problem, unknown
from rung.core import actors
from rung.core.actors import Actor
from rung.people import roles, sign_in, tokens
from rung.people.models import Agent, Role, Token

#: Where a request keeps the key that was let in. No header can write there: those begin with HTTP_.
LET_IN = "rung.key"


@dataclass(frozen=True)
class Caller:
    """A key that was let in."""

    token: Token

    @property
    def by(self) -> Actor:
        """As events name it: the key's agent, else the service it is for."""
        return actors.agent(self.token.agent.handle) if self.token.agent else actors.bot(self.token.name[:76])

    @property
    def eyes(self) -> Agent | None:
        """Whose sight it has: its agent's; a service's key sees the whole desk."""
        return self.token.agent

    def may(self, needed: Role) -> bool:
        return roles.may(self.token.role, needed)

    def acting(self, agent: str | None) -> Actor:
        """`by` for an action, in the name of `agent` where the request gives one.

        A key of an agent speaks for that agent only, unless it is a lead's; a service's key speaks for anybody here.
        """
        if agent is None:
            return self.by
        own = self.token.agent
        if own is not None and own.handle != agent and not self.may(Role.LEAD):
            raise Problem(
                403, f'body.agent: this token acts as {own.handle}, not as "{agent}"; leave it out', place="body.agent"
            )
        working = Agent.objects.filter(is_active=True).exclude(role=Role.OBSERVER)
        if not working.filter(handle=agent).exists():
            raise unknown("agent", agent, working.values_list("handle", flat=True), place="body.agent")
        return actors.agent(agent)

    def person(self, agent: str | None, what: str) -> Actor:
        """The same, where only a person can do it."""
        by = self.acting(agent)
        if not actors.is_agent(by):
            raise Problem(
                422,
                f'body.agent is missing: {what} is done by a person; name one, as in "agent": "sam"',
                place="body.agent",
            )
        return by


class May(HttpBearer):
    """Lets in a key whose role includes the needed one. An operation without one of these is refused to everybody."""

    openapi_bearerFormat = "rung_…"  # noqa: N815  ninja's name

    def __init__(self, needed: Role) -> None:
        super().__init__()
        self.needed = needed

    def __call__(self, request: HttpRequest) -> Caller:
        """The caller. Raises Problem 401, 403 or 429."""
        found = let_in(request)
        limits.refuse_flood(found.name)
        caller = Caller(found)
        if not caller.may(self.needed):
            raise Problem(
                403,
                f'this token\'s role is "{found.role}"; this needs "{self.needed.value}" or more',
                needed=self.needed.value,
            )
        return caller

    def authenticate(self, request: HttpRequest, token: str) -> Caller:  # noqa: ARG002  ninja's signature
        """The same."""
        return self(request)


def let_in(request: HttpRequest) -> Token:
    """The key in the header, looked up once for each request, before anything of the body is read.

    Raises Problem 401, or 429 for an address that has sent too many wrong ones; a good key is let in all the same.
    """
    known = request.META.get(LET_IN)
    if isinstance(known, Token):
        return known
    kind, _, word = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not word.strip():
        raise Problem(
            401, 'no token: send the header "Authorization: Bearer rung_…"; `rung token create NAME` makes one'
        )
    found = tokens.find(word.strip())
    if found is None:
        limits.count_guess(sign_in.network_of(request))
        raise Problem(401, "this token is unknown, expired or revoked; `rung token list` names those in use")
    request.META[LET_IN] = found
    return found


OBSERVER, AGENT, LEAD, OWNER = May(Role.OBSERVER), May(Role.AGENT), May(Role.LEAD), May(Role.OWNER)


class Nobody(HttpBearer):
    """What applies to an operation that names no role."""

    def __call__(self, request: HttpRequest) -> Caller:  # noqa: ARG002  ninja's signature
        raise Problem(403, "nobody may do this")

    def authenticate(self, request: HttpRequest, token: str) -> Caller:  # noqa: ARG002  ninja's signature
        """Never."""
        return self(request)


def caller(request: HttpRequest) -> Caller:
    """Who was let in to this request."""
    found = getattr(request, "auth", None)
    assert isinstance(found, Caller)  # noqa: S101  every operation has a `May`
    return found

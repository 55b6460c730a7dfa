"""Keys to the API."""

from datetime import datetime, timedelta

from rung.people import secrets
from rung.people.models import Agent, Role, Token

PREFIX = "rung_"
USE_NOTED_EVERY = timedelta(minutes=10)
# Asked with every request.
_FIND = """
    SELECT t.* FROM people_token t LEFT JOIN people_agent a ON a.id = t.agent_id
    WHERE t.hash = %s AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > %s)
      AND (t.agent_id IS NULL OR a.is_active)
"""


def create(
    name: str, *, role: Role = Role.AGENT, agent: Agent | None = None, expires_at: datetime | None = None
) -> str:
    """A new key under this name, to be shown once. Raises IntegrityError if the name is taken."""
    word = secrets.make(PREFIX)
    Token.objects.create(name=name, hash=secrets.hashed(word), role=role, agent=agent, expires_at=expires_at)
    return word


def find(word: str, *, now: datetime) -> Token | None:
    """The token this key belongs to, if it may still be used. Notes the use, at most every ten minutes."""
    token = next(iter(Token.objects.raw(_FIND, [secrets.hashed(word), now])), None)
    if token and (token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY):
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def revoke(name: str, *, now: datetime) -> bool:
    """End a key. False: there is no such name, or it had ended before."""
    return bool(Token.objects.filter(name=name, revoked_at=None).update(revoked_at=now))

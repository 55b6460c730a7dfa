"""Keys to the API."""

from datetime import datetime, timedelta

from django.db import connection

from rung.people import roles, secrets
from rung.people.clock import moment_of
from rung.people.models import Agent, Role, Token
from rung.people.prepared_statements import prepared

PREFIX = "rung_"
USE_NOTED_EVERY = timedelta(minutes=10)
_FIELDS = [field.attname for field in Token._meta.concrete_fields]
# Asked with every request.
_FIND = f"""
    SELECT {", ".join(f"t.{name}" for name in _FIELDS)}, a.role, clock_timestamp()
    FROM people_token t LEFT JOIN people_agent a ON a.id = t.agent_id
    WHERE t.hash = %s AND t.revoked_at IS NULL AND (t.agent_id IS NULL OR a.is_active)
"""  # noqa: S608  our own names


def create(
    name: str, *, role: Role = Role.AGENT, agent: Agent | None = None, expires_at: datetime | None = None
) -> str:
    """A new key under this name, to be shown once. Raises IntegrityError if the name is taken."""
    word = secrets.make(PREFIX)
    Token.objects.create(name=name, hash=secrets.hashed(word), role=role, agent=agent, expires_at=expires_at)
    return word


def find(word: str, *, now: datetime | None = None) -> Token | None:
    """The token this key belongs to, if it may still be used, with no greater role than its agent has now.

    Notes the use, at most every ten minutes.
    """
    with prepared() as cursor:
        cursor.execute(_FIND, [secrets.hashed(word)])
        row = cursor.fetchone()
    if row is None:
        return None
    token = Token.from_db(connection.alias, _FIELDS, row[:-2])
    if token.agent_id is not None:
        token.role = roles.lesser(token.role, row[-2])  # it was made when the agent may have been more than today
    now = now or moment_of(row[-1])
    if token.expires_at is not None and token.expires_at <= now:
        return None
    if token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def revoke(name: str, *, now: datetime) -> bool:
    """End a key. False: there is no such name, or it had ended before."""
    return bool(Token.objects.filter(name=name, revoked_at=None).update(revoked_at=now))

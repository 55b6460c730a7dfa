"""Users: an account here for each person the directory says is in."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from rung.api.scim.protocol import (
    CORE,
    ScimError,
    answer,
    body_of,
    filtered,
    listed,
    operations,
    scim,
    text_in,
    truth,
)
from rung.people import changes, directory_groups
from rung.people.directory_adapter import free_handle
from rung.people.models import Agent, DirectoryUser, SignInProvider

_COLUMNS = {
    "username": "user_name__iexact",
    "externalid": "external_id",
    "id": "agent_id",
    "active": "agent__is_active",
    "emails.value": "agent__email__iexact",
}


@scim("GET", "POST")
def users(request: HttpRequest, directory: SignInProvider) -> HttpResponse:
    """All of the directory's people; a new one."""
    if request.method == "GET":
        try:
            rows = directory.users.filter(**filtered(request, _COLUMNS)).select_related("agent").order_by("pk")
        except (ValueError, ValidationError) as mistake:
            raise ScimError(400, "no such value", "invalidValue") from mistake
        return listed(request, rows, lambda row: shown(request, row))
    row = _add(directory, body_of(request))
    return answer(shown(request, row), 201, _location(request, row))


@scim("GET", "PUT", "PATCH", "DELETE")
def user(request: HttpRequest, directory: SignInProvider, number: str) -> HttpResponse:
    """One of them. Deleted, a person is deactivated: what they did stays theirs."""
    row = _found(directory, number)
    if request.method == "PUT":
        _replace(row, body_of(request))
    elif request.method == "PATCH":
        _patch(row, operations(body_of(request)))
    elif request.method == "DELETE":
        _set_active(row, False)
        row.delete()
        return HttpResponse(status=204)
    return answer(shown(request, row))


def shown(request: HttpRequest, row: DirectoryUser) -> dict[str, Any]:
    """The resource."""
    agent = row.agent
    first, _, last = agent.name.partition(" ")
    groups = agent.directory_groups.filter(directory=row.directory)
    found = {
        "schemas": [f"{CORE}User"],
        "id": str(agent.pk),
        "userName": row.user_name,
        "name": {"formatted": agent.name, "givenName": first, "familyName": last},
        "displayName": agent.name,
        "emails": [{"value": agent.email, "type": "work", "primary": True}],
        "active": agent.is_active,
        "groups": [{"value": str(group.pk), "display": group.name} for group in groups],
        "meta": {
            "resourceType": "User",
            "created": row.created_at.isoformat(),
            "location": _location(request, row),
        },
    }
    return found | ({"externalId": row.external_id} if row.external_id else {})


def _location(request: HttpRequest, row: DirectoryUser) -> str:
    return request.build_absolute_uri(f"/api/scim/v2/Users/{row.agent_id}")


def _found(directory: SignInProvider, number: str) -> DirectoryUser:
    rows = directory.users.select_related("agent", "directory")
    row = (
        rows.filter(agent_id=int(number)).first()
        if number.isascii() and number.isdecimal() and len(number) < 18
        else None
    )
    if row is None:
        raise ScimError(404, f"there is no user {number[:40]}")
    return row


def _add(directory: SignInProvider, given: dict[str, Any]) -> DirectoryUser:
    """A new account, or one that is here already under an address the directory may speak for."""
    name, email = text_in(given, "userName", 254), email_of(given)
    if not name:
        raise ScimError(400, "userName is missing", "invalidValue")
    _refuse_foreign(directory, email)
    agent = Agent.objects.filter(email=email).first()
    if agent is not None and DirectoryUser.objects.filter(agent=agent).exists():
        raise ScimError(409, f"{email} is a user already", "uniqueness")
    active = truth(given.get("active", True), "active")
    try:
        with transaction.atomic():
            if agent is None:
                agent = _newcomer(directory, email, name_of(given) or email.partition("@")[0], active)
            row = directory.users.create(agent=agent, user_name=name, external_id=text_in(given, "externalId"))
            if agent.is_active != active:
                _set_active(row, active)
            directory_groups.apply(agent, directory, [])
    except IntegrityError as taken:
        raise ScimError(409, f'there is a user "{name}" already', "uniqueness") from taken
    return row


def _newcomer(directory: SignInProvider, email: str, name: str, active: bool) -> Agent:
    agent = Agent(email=email, handle=free_handle(email.partition("@")[0]), name=name, role=directory.role)
    agent.is_restricted, agent.is_active = True, active
    agent.set_unusable_password()
    agent.save()
    changes.note("added", agent, by=directory_groups.by(directory))
    return agent


def _replace(row: DirectoryUser, given: dict[str, Any]) -> None:
    name = text_in(given, "userName", 254)
    if not name:
        raise ScimError(400, "userName is missing", "invalidValue")
    _save(row, user_name=name, external=text_in(given, "externalId"), email=email_of(given), name=name_of(given))
    _set_active(row, truth(given.get("active", True), "active"))


def _patch(row: DirectoryUser, asked: Any) -> None:
    """What an operation names; other attributes of a directory are none of ours, and change nothing."""
    with transaction.atomic():
        for op, path, value in asked:
            given = value if not path and isinstance(value, dict) else {path: value}
            for name, each in given.items():
                _set(row, op, name, each)


def _set(row: DirectoryUser, op: str, path: str, value: Any) -> None:
    plain = re.sub(r"\[[^\]]*\]", "", path).lower()
    if op == "remove":
        if plain in ("username", "active", "emails", "emails.value", "name", "displayname"):
            raise ScimError(400, f"{path}: an account needs it", "mutability")
        if plain == "externalid":
            _save(row, external="")
        return
    match plain:
        case "active":
            _set_active(row, truth(value, "active"))
        case "username":
            _save(row, user_name=text_in({"userName": value}, "userName", 254))
        case "externalid":
            _save(row, external=text_in({"externalId": value}, "externalId"))
        case "displayname" | "name.formatted":
            _save(row, name=text_in({"displayName": value}, "displayName"))
        case "name":
            _save(row, name=name_of({"name": value}))
        case "name.givenname" | "name.familyname":
            first, _, last = row.agent.name.partition(" ")
            word = text_in({plain: value}, plain)
            _save(row, name=f"{word} {last}".strip() if plain.endswith("givenname") else f"{first} {word}".strip())
        case "emails":
            _save(row, email=email_of({"emails": value}))
        case "emails.value":
            _save(row, email=email_of({"userName": value}))


def _save(
    row: DirectoryUser, *, user_name: str = "", external: str | None = None, email: str = "", name: str = ""
) -> None:
    agent, before = row.agent, changes.facts_of(row.agent)
    row.user_name = user_name or row.user_name
    row.external_id = row.external_id if external is None else external
    agent.name = name or agent.name
    if email and email != agent.email:
        _refuse_foreign(row.directory, email)
        agent.email = email
    try:
        with transaction.atomic():
            row.save()
            agent.save(update_fields=["name", "email"])
    except IntegrityError as taken:
        raise ScimError(409, "that name or address is somebody else's", "uniqueness") from taken
    changes.note("changed", agent, by=directory_groups.by(row.directory), before=before)


def _set_active(row: DirectoryUser, active: bool) -> None:
    agent = row.agent
    if agent.is_active == active:
        return
    if not active:
        try:
            directory_groups.leave(agent, row.directory)
        except ValueError as refused:
            raise ScimError(409, str(refused), "mutability") from refused
        return
    before = changes.facts_of(agent)
    agent.is_active = True
    agent.save(update_fields=["is_active"])
    changes.note("changed", agent, by=directory_groups.by(row.directory), before=before)


def _refuse_foreign(directory: SignInProvider, email: str) -> None:
    """A directory speaks for its own mail domains."""
    if directory.domains and email.rpartition("@")[2] not in directory.domains:
        raise ScimError(400, f"{email} is outside the mail domains of this directory", "invalidValue")


def email_of(given: dict[str, Any]) -> str:
    """The primary address, else the first, else the user's name where that is one. Raises ScimError."""
    emails = given.get("emails")
    listed_ = [each for each in emails if isinstance(each, dict)] if isinstance(emails, list) else []
    chosen = next((each for each in listed_ if each.get("primary") in (True, "true", "True")), None)
    chosen = chosen or (listed_[0] if listed_ else {})
    email = (text_in(chosen, "value", 254) or text_in(given, "userName", 254)).lower()
    try:
        validate_email(email)
    except ValidationError as mistake:
        raise ScimError(400, "a user needs a mail address, in emails or as userName", "invalidValue") from mistake
    return email


def name_of(given: dict[str, Any]) -> str:
    """As people say it; empty where the directory does not."""
    name = given.get("name")
    parts: dict[str, Any] = name if isinstance(name, dict) else {}
    whole = f"{text_in(parts, 'givenName')} {text_in(parts, 'familyName')}".strip()
    return (text_in(given, "displayName") or text_in(parts, "formatted") or whole)[:200]

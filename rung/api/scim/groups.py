"""Groups: who is in which. What a group gives stands in the directory's rules."""

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from rung.api.scim.protocol import CORE, ScimError, answer, body_of, filtered, listed, operations, scim, text_in
from rung.people import directory_groups
from rung.people.models import Agent, DirectoryGroup, SignInProvider

_COLUMNS = {"displayname": "name", "externalid": "external_id", "id": "pk", "members.value": "members"}
_MEMBER = re.compile(r'^members\[\s*value\s+eq\s+"([^"]*)"\s*\]$', re.IGNORECASE)
MOST_MEMBERS = 10_000


@scim("GET", "POST")
def groups(request: HttpRequest, directory: SignInProvider) -> HttpResponse:
    """All groups; a new one."""
    if request.method == "GET":
        try:
            rows = directory.groups.filter(**filtered(request, _COLUMNS)).order_by("pk")
        except (ValueError, ValidationError) as mistake:
            raise ScimError(400, "no such value", "invalidValue") from mistake
        return listed(request, rows, lambda row: shown(request, row))
    given = body_of(request)
    name = _name(given)
    try:
        with transaction.atomic():
            row = directory.groups.create(name=name, external_id=text_in(given, "externalId"))
            _set_members(row, _members(directory, given.get("members") or []))
    except IntegrityError as taken:
        raise ScimError(409, f'there is a group "{name}" already', "uniqueness") from taken
    return answer(shown(request, row), 201, _location(request, row))


@scim("GET", "PUT", "PATCH", "DELETE")
def group(request: HttpRequest, directory: SignInProvider, number: str) -> HttpResponse:
    """One of them. Deleted, it gives nobody anything."""
    row = _found(directory, number)
    if request.method == "DELETE":
        with transaction.atomic():
            _set_members(row, [])
            row.delete()
        return HttpResponse(status=204)
    try:
        with transaction.atomic():
            if request.method == "PUT":
                given = body_of(request)
                _rename(row, _name(given))
                _set_members(row, _members(directory, given.get("members") or []))
            elif request.method == "PATCH":
                for op, path, value in operations(body_of(request)):
                    _patch(row, op, path, value)
    except IntegrityError as taken:
        raise ScimError(409, "there is a group of that name already", "uniqueness") from taken
    return answer(shown(request, row))


def shown(request: HttpRequest, row: DirectoryGroup) -> dict[str, Any]:
    """The resource."""
    found = {
        "schemas": [f"{CORE}Group"],
        "id": str(row.pk),
        "displayName": row.name,
        "members": [{"value": str(agent.pk), "display": agent.name} for agent in row.members.all()],
        "meta": {
            "resourceType": "Group",
            "created": row.created_at.isoformat(),
            "location": _location(request, row),
        },
    }
    return found | ({"externalId": row.external_id} if row.external_id else {})


def _location(request: HttpRequest, row: DirectoryGroup) -> str:
    return request.build_absolute_uri(f"/api/scim/v2/Groups/{row.pk}")


def _found(directory: SignInProvider, number: str) -> DirectoryGroup:
    is_one = number.isascii() and number.isdecimal() and len(number) < 18
    row = directory.groups.select_related("directory").filter(pk=int(number)).first() if is_one else None
    if row is None:
        raise ScimError(404, f"there is no group {number[:40]}")
    return row


def _name(given: dict[str, Any]) -> str:
    name = text_in(given, "displayName")
    if not name:
        raise ScimError(400, "displayName is missing", "invalidValue")
    return name


def _members(directory: SignInProvider, given: object) -> list[Agent]:
    """The directory's people these are. Raises ScimError for anybody else."""
    if isinstance(given, dict):
        given = [given]
    if not isinstance(given, list) or len(given) > MOST_MEMBERS:
        raise ScimError(400, f"members: a list of at most {MOST_MEMBERS} is wanted", "invalidValue")
    wanted = [str(each.get("value", "")) if isinstance(each, dict) else "" for each in given]
    numbers = {int(word) for word in wanted if word.isascii() and word.isdecimal() and len(word) < 18}
    found = list(Agent.objects.filter(managed__directory=directory, pk__in=numbers))
    if len(found) != len(set(wanted)):
        known = {str(agent.pk) for agent in found}
        unknown = next(word for word in wanted if word not in known)
        raise ScimError(400, f'members: there is no user "{unknown[:40]}"', "invalidValue")
    return found


def _patch(row: DirectoryGroup, op: str, path: str, value: Any) -> None:
    if not path and isinstance(value, dict):
        for name, each in value.items():
            _patch(row, op, name, each)
        return
    now = list(row.members.all())
    if one := _MEMBER.match(path):
        if op == "remove":
            _set_members(row, [agent for agent in now if str(agent.pk) != one[1]])
        return
    match path.lower():
        case "members":
            named = _members(row.directory, value) if value else []
            gone = named or now  # without a value all of them are meant
            after = {"add": [*now, *named], "replace": named, "remove": [one for one in now if one not in gone]}
            _set_members(row, after[op])
        case "displayname" if op != "remove":
            _rename(row, _name({"displayName": value}))
        case "externalid":
            row.external_id = text_in({"externalId": value}, "externalId") if op != "remove" else ""
            row.save(update_fields=["external_id"])


def _rename(row: DirectoryGroup, name: str) -> None:
    if name != row.name:
        row.name = name
        row.save(update_fields=["name"])
        _give(row.directory, row.members.all())


def _set_members(row: DirectoryGroup, members: Iterable[Agent]) -> None:
    before = set(row.members.all())
    after = set(members)
    row.members.set(after)
    _give(row.directory, before ^ after)


def _give(directory: SignInProvider, agents: Iterable[Agent]) -> None:
    """Each of them is from now on what their groups say."""
    for agent in agents:
        mine = agent.directory_groups.filter(directory=directory).values_list("name", flat=True)
        directory_groups.apply(agent, directory, mine)

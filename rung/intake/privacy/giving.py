"""One person's data as a file to take along: JSON of everything Rung holds about them, and their files."""

import json
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.core.files.storage import default_storage
from django.db.models import Model, Q, QuerySet

from rung.core import actors
from rung.outbox.models import Delivery
from rung.outbox.sentences import Sentence, english
from rung.people.changes import Change
from rung.people.models import Agent, Requester
from rung.tickets.models import Attachment, Event, Handoff, Message, Ticket

Rows = list[dict[str, Any]]
#: Secrets, and what only the machinery reads.
_LEFT_OUT = frozenset({"password", "hash", "snapshot", "fallbacks", "data_hash"})


def archive_of_agent(agent: Agent, now: datetime) -> bytes:
    """A zip. Times are UTC; secrets are left out."""
    me = actors.agent(agent.handle)
    said = Message.objects.filter(author=me)
    parts: dict[str, Rows] = {
        "person": _rows(Agent.objects.filter(pk=agent.pk)),
        "teams": [{"team": name} for name in agent.teams.values_list("name", flat=True)],
        "absences": _rows(agent.absences.all()),
        "on_call_swaps": _rows(agent.overrides.all()),
        "ways_to_reach": _rows(agent.contact_methods.all()),
        "keys_to_the_api": _rows(agent.tokens.all()),
        "sessions": _rows(UserSession.objects.filter(user=agent)),
        "directories": _rows(SocialAccount.objects.filter(user=agent)),
        "second_factors": _dicts(Authenticator.objects.filter(user=agent).values("type", "created_at", "last_used_at")),
        "messages": _rows(said),
        "handoffs": _rows(Handoff.objects.filter(by=me)),
        "events": _dicts(
            Event.objects.filter(by=me).order_by("pk").values("ticket_id", "number", "at", "kind", "data")
        ),
        "assigned": _dicts(Ticket.objects.filter(assignee=agent).values("number", "subject", "status")),
        "said_to_them": _rows(Delivery.objects.filter(Q(recipient=me) | Q(destination=me))),
        "changes": _rows(Change.objects.filter(Q(by=me) | Q(subject=me))),
    }
    return _zip(agent.name, parts, Attachment.objects.filter(message__in=said), now)


def archive_of_requester(person: Requester, now: datetime) -> bytes:
    """A zip. Internal notes about their tickets are in a file of their own, to be judged before it is handed out."""
    me = actors.customer(person.pk)
    own = Ticket.objects.filter(requester=person)
    said = Message.objects.filter(Q(ticket__in=own) | Q(author=me))
    spoken = said.exclude(direction="note")
    parts: dict[str, Rows] = {
        "person": _rows(Requester.objects.filter(pk=person.pk)),
        "customer": [{"name": person.customer.name, "tier": person.customer.tier}] if person.customer else [],
        "known_elsewhere_as": _rows(person.identities.all()),
        "tickets": _rows(own),
        "messages": _rows(spoken),
        "internal_notes": _rows(said.filter(direction="note")),
        "handoffs": _rows(Handoff.objects.filter(ticket__in=own)),
        "events": _dicts(
            Event.objects.filter(by=me).order_by("pk").values("ticket_id", "number", "at", "kind", "data")
        ),
        "said_to_them": _rows(Delivery.objects.filter(ticket__in=own, recipient="customer")),
    }
    return _zip(str(person), parts, Attachment.objects.filter(message__in=spoken), now)


def _rows(found: "QuerySet[Any]") -> Rows:
    return [_row(each) for each in found]


def _dicts(found: Iterable[Mapping[str, Any]]) -> Rows:
    return [dict(each) for each in found]


def _row(row: Model) -> dict[str, Any]:
    fields = (field for field in row._meta.concrete_fields if field.name not in _LEFT_OUT)
    return {field.attname: field.value_from_object(row) for field in fields}


def _zip(who: str, parts: Mapping[str, Rows], files: "QuerySet[Attachment]", now: datetime) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        _write(
            archive,
            "about.json",
            {"who": who, "made_at": now, "rows": {name: len(rows) for name, rows in parts.items()}},
        )
        for name, rows in parts.items():
            _write(archive, f"{name}.json", rows)
        for file in files:
            if default_storage.exists(file.path):
                with default_storage.open(file.path) as source:
                    archive.writestr(f"attachments/{file.pk}-{file.name.replace('/', '_')}", source.read())
    return written.getvalue()


def _write(archive: zipfile.ZipFile, name: str, what: object) -> None:
    archive.writestr(name, json.dumps(what, indent=1, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, Sentence):
        return english(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)

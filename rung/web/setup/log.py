"""The log: who did what to people, customers, settings, the policy and tickets, the newest first."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rung.core import actors
from rung.core.actors import Actor
from rung.core.case.events import decode
from rung.frame.access import needs
from rung.hooks import Label, folders
from rung.people.changes import SECRET, Change
from rung.people.models import Agent, Role
from rung.policies.models import PolicyVersion
from rung.policies.versions import compiled, current_number
from rung.tickets.models import Event
from rung.tickets.timeline_text import Names, tell

PAGE = 60
#: Events of tickets are looked for among so many of the newest before the page: somebody who did nothing lately costs
#: no search of the whole record.
REACH = 200_000
AREAS: dict[str, Promise] = {
    "people": _("People"),
    "customers": _("Customers"),
    "settings": _("Settings"),
    "policy": _("Policy"),
    "tickets": _("Tickets"),
}
_WHAT: dict[str, Promise] = {
    "added": _("added"),
    "changed": _("changed"),
    "removed": _("removed"),
    "connected": _("connected"),
    "ended": _("ended"),
    "made a sign-in link": _("created a sign-in link for"),
    "signed out everywhere": _("signed out everywhere"),
    "took the second factors of": _("removed the passkeys and codes of"),
    "exported the data of": _("exported the data of"),
    "forgot an agent": _("forgot an agent, now"),
    "forgot a requester": _("forgot a requester, now"),
    "forgot the ids of": _("forgot all accounts of"),
    "gave another secret to": _("gave a new secret to"),
}


_NOUNS: dict[str, Label] = {
    "absence": _("an absence of"),
    "contactmethod": _("a way to reach"),
    "customer": _("customer"),
    "override": _("a swap on"),
    "requester": _("requester"),
    "signinprovider": _("directory"),
    "team": _("team"),
    "token": _("key"),
}
_FIELDS: dict[str, Promise] = {
    "account_owner": _("account owner"),
    "address": _("address"),
    "agent": _("person"),
    "channel": _("channel"),
    "customer": _("customer"),
    "domains": _("domains"),
    "email": _("mail address"),
    "end": _("until"),
    "handle": _("handle"),
    "is_active": _("works here"),
    "is_restricted": _("sees only their teams' tickets"),
    "language": _("language"),
    "level": _("level"),
    "name": _("name"),
    "password": _("password"),
    "role": _("role"),
    "schedule": _("schedule"),
    "skills": _("expert in"),
    "start": _("from"),
    "teams": _("teams"),
    "tier": _("tier"),
    "time_zone": _("time zone"),
}
#: Not worth a word where something is new: its name stands there already, or it is the same for all.
_OF_COURSE = frozenset(
    {"name", "handle", "slug", "is_active", "language", "password", "hash", "sealed_secret", "secret"}
)


@dataclass(frozen=True)
class Line:
    """One thing that was done."""

    at: datetime
    area: str
    who: str
    what: str | Promise
    subject: str = ""
    address: str = ""
    why: str = ""
    #: (field, before, after)
    facts: list[tuple[str, str, str]] = field(default_factory=list)


@needs(Role.OWNER)
def log(request: HttpRequest) -> HttpResponse:
    """A page of it; `area`, `who` (a handle or `system`) and `before` (a moment) narrow it down."""
    area, who = request.GET.get("area", ""), request.GET.get("who", "").replace("\x00", "")
    before = _moment(request.GET.get("before", ""))
    lines = _lines(area if area in AREAS else "", who, before)
    page = lines[:PAGE]
    while len(lines) > len(page) and lines[len(page)].at == page[-1].at:  # what happened together is shown together
        page.append(lines[len(page)])
    context = {
        "live": [],
        "lines": page,
        "areas": AREAS,
        "agents": Agent.objects.all(),
        "chosen": {"area": area, "who": who},
        "before": page[-1].at.isoformat() if len(lines) > len(page) else "",
    }
    return render(request, "setup/log.html", context)


def _lines(area: str, who: str, before: datetime | None) -> list[Line]:
    by = None if not who else actors.SYSTEM if who == actors.SYSTEM else actors.agent(who)
    names = {agent.handle: agent.name for agent in Agent.objects.all()}
    found: list[Line] = []
    if area in ("", "people", "customers", "settings"):
        found += _of_changes(area, by, before, names)
    if area in ("", "policy"):
        found += _of_policy(by, before, names)
    if area in ("", "tickets"):
        found += _of_tickets(by, before)
    return sorted(found, key=lambda line: line.at, reverse=True)


def _of_changes(area: str, by: Actor | None, before: datetime | None, names: dict[str, str]) -> Iterable[Line]:
    nouns = _NOUNS | {key: noun for folder in folders() for key, noun in folder.setup.nouns.items()}
    rows = Change.objects.all()
    rows = rows.filter(area=area) if area else rows
    rows = rows.filter(by=by) if by else rows
    rows = rows.filter(at__lt=before) if before else rows
    for row in rows[: PAGE * 2]:
        noun, _colon, name = row.subject.partition(":")
        known = noun == "agent" and name in names
        yield Line(
            row.at,
            row.area,
            _person(row.by, names),
            _WHAT.get(row.what, row.what),
            names.get(name, name) if noun == "agent" else f"{nouns.get(noun, noun)} {name}",
            reverse("agent", args=[name]) if known else "",
            facts=_facts(row),
        )


def _of_policy(by: Actor | None, before: datetime | None, names: dict[str, str]) -> Iterable[Line]:
    rows = PolicyVersion.objects.defer("text", "holidays").order_by("-created_at")
    rows = rows.filter(author=by) if by else rows
    rows = rows.filter(created_at__lt=before) if before else rows
    for row in rows[: PAGE * 2]:
        reviewed = [(gettext("reviewer"), "", _person(row.reviewer, names))] if row.reviewer else []
        subject = gettext("version %(number)s") % {"number": row.number}
        address = reverse("policy-version", args=[row.number])
        yield Line(
            row.created_at, "policy", _person(row.author, names), _("published"), subject, address, row.reason, reviewed
        )


def _of_tickets(by: Actor | None, before: datetime | None) -> Iterable[Line]:
    newest = Event.objects.aggregate(newest=Max("pk"))["newest"] or 0
    rows = Event.objects.filter(by=by) if by else Event.objects.filter(by__startswith=actors.AGENTS)
    rows = rows.filter(at__lt=before) if before else rows
    rows = rows.filter(pk__gt=newest - REACH).order_by("-pk") if not before else rows.order_by("-pk")
    found = [(row.ticket_id, decode(json.dumps(row.data))) for row in rows[: PAGE * 2]]
    names = Names.read(compiled(current_number()).policy, [event for _ticket, event in found])
    for ticket, event in found:
        told = tell(event, names)
        yield Line(event.at, "tickets", told.who, told.what, f"#{ticket}", reverse("ticket", args=[ticket]), told.why)


def _facts(row: Change) -> list[tuple[str, str, str]]:
    told = {name: pair for name, pair in row.facts.items() if row.what != "added" or name not in _OF_COURSE}
    return [
        (_field(name), "", gettext("another one")) if name in SECRET else
        (_field(name), _said(old), _said(new))
        for name, (old, new) in sorted(told.items())
    ]  # fmt: skip


def _field(name: str) -> str:
    """What a column is called; one that is not named here, by its own name."""
    return str(_FIELDS.get(name, name.replace("_", " ")))


def _person(by: Actor, names: dict[str, str]) -> str:
    if by == actors.SYSTEM:
        return gettext("The command line")
    name = actors.name_of(by)
    return names.get(name, name) if actors.is_agent(by) else name or by


def _said(value: object) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _moment(word: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(word)
    except ValueError:
        return None
    return found if timezone.is_aware(found) else None

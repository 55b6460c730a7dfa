"""What needs attention, in order: mine, unassigned, at risk, escalated. On the Home tab and behind /desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from django.conf import settings
from django.db.models import F, Q, QuerySet

from rung.channels.slack.api.clients import client_of
from rung.channels.slack.blocks import elements as b
from rung.channels.slack.blocks.button_values import About, Press, write
from rung.channels.slack.blocks.elements import Block, Leaf
from rung.channels.slack.blocks.field_words import CLOCKS, MARKS
from rung.channels.slack.models import HomeTab, Workspace
from rung.channels.slack.people import identity
from rung.channels.slack.people.affiliation import Standing
from rung.core.vocabulary import ClockName, Priority
from rung.people.models import Agent, Requester
from rung.tickets.models import IS_OPEN, Ticket
from rung.tickets.visibility import visible

#: Of each list: on the Home tab, and in a message, which may have half as many blocks.
SHOWN, SHOWN_IN_MESSAGE = 8, 5


def publish(workspace: Workspace, user: str, now: datetime) -> str:
    """Draw somebody's Home tab, which they have before them. Raises what slack_sdk raises."""
    parts = _parts(workspace, user, now)
    _draw(workspace, user, parts, now)
    facts = {"opened_at": now, "looked_at": now, "drawn": _digest(parts)}
    HomeTab.objects.update_or_create(workspace=workspace, user=user, defaults=facts)
    return "a Home tab"


def draw_again(tab: HomeTab, now: datetime) -> bool:
    """Draw one that was opened before, if it is to show something else by now; whether. Raises as `publish`."""
    parts = _parts(tab.workspace, tab.user, now)
    drawn = _digest(parts)
    if drawn == tab.drawn:
        return False
    _draw(tab.workspace, tab.user, parts, now)
    HomeTab.objects.filter(pk=tab.pk).update(drawn=drawn)
    return True


def _parts(workspace: Workspace, user: str, now: datetime) -> list[Block]:
    row = identity.seen(workspace, user, now)
    agent = identity.agent_of(workspace, row, now)
    if agent is not None:
        return desk(agent, now)
    if identity.standing_of(workspace, row, now) is Standing.CUSTOMER:
        return asked_by(identity.known_requester(workspace, row) if row else None)
    return [b.section("You are not an agent of this desk yet. Ask its owner to add you.")]


def _draw(workspace: Workspace, user: str, parts: list[Block], now: datetime) -> None:
    client_of(workspace, now).views_publish(user_id=user, view={"type": "home", "blocks": parts})


def _digest(parts: list[Block]) -> str:
    return sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()


def desk(agent: Agent, now: datetime, shown: int = SHOWN) -> list[Block]:
    """The lists of one agent, `shown` of each. A ticket stands in the first list it belongs to."""
    running = visible(agent).filter(IS_OPEN).filter(Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now))
    lists: Sequence[tuple[str, QuerySet[Ticket]]] = (
        ("Mine", running.filter(assignee=agent, turn="ours")),
        ("Unassigned", running.filter(assignee__isnull=True, turn="ours")),
        ("At risk", running.filter(Q(missed=True) | Q(at_risk_at__lte=now))),
        ("Escalated, waiting to be claimed", running.exclude(offered_to="")),
    )
    told: set[int] = set()
    parts: list[Block] = []
    for title, tickets in lists:
        ordered = tickets.select_related("customer").order_by(
            F("critical").desc(), "priority_rank", F("next_deadline_at").asc(nulls_last=True), "number"
        )
        count = ordered.count()
        parts.append(b.header(f"{title} ({count})"))
        fresh = [ticket for ticket in ordered[: shown + len(told)] if ticket.number not in told][:shown]
        parts += [part for ticket in fresh for part in _row(ticket, offered=title.startswith("Esc"))]
        if not fresh:
            parts.append(b.aside("Nothing." if not count else "All of these are listed above."))
        elif count > len(fresh):
            parts.append(b.aside(f"{count - len(fresh)} more in Rung, or above"))
        told |= {ticket.number for ticket in fresh}
    return parts


def asked_by(requester: Requester | None) -> list[Block]:
    """What a customer sees: their own requests and how they stand. Nothing internal."""
    tickets = Ticket.objects.filter(requester=requester).order_by("-number")[:10]
    if requester is None or not tickets:
        return [b.section("You have no requests here. Write to us, and we will answer.")]
    return [b.header("Your requests"), *(b.section(status_line(ticket)) for ticket in tickets)]


def status_line(ticket: Ticket) -> str:
    """How a ticket stands, for its customer."""
    standing = {
        "open": "we are working on it",
        "pending": "we are waiting for your answer",
        "on_hold": "we are waiting for somebody we have asked",
        "resolved": "solved",
        "closed": "closed",
    }
    return f"#{ticket.number} {b.cut(ticket.subject, 150)}: {standing.get(ticket.status, ticket.status)}"


def ticket_url(number: int) -> str:
    return f"{settings.BASE_URL}/tickets/{number}" if settings.BASE_URL else ""


def _row(ticket: Ticket, *, offered: bool) -> list[Block]:
    mark = MARKS.get(Priority(ticket.priority)) if ticket.priority else None
    row: list[Leaf] = [{"type": "emoji", "name": mark}, b.words(" ")] if mark else []
    row += [
        b.link(ticket_url(ticket.number), f"#{ticket.number}"),
        b.words(f" {b.cut(ticket.subject, 150)}", bold=True),
    ]
    second: list[Leaf] = [b.words(" · ".join(_facts(ticket)) or "no facts yet")]
    if ticket.missed:
        second.append(b.words(" · target missed", bold=True))
    if ticket.next_deadline_at is not None:
        clock = CLOCKS[ClockName(ticket.next_deadline_clock)] if ticket.next_deadline_clock else "next"
        at = ticket.next_deadline_at
        second += [b.words(f" · {clock} due "), b.moment(at), b.words(", "), b.moment(at, b.AGO)]
    return [b.lines([row, second]), b.actions(_buttons(ticket, offered=offered), f"ticket:{ticket.number}:{offered}")]


def _facts(ticket: Ticket) -> list[str]:
    told = [ticket.customer.name if ticket.customer else "", ticket.priority, ticket.level]
    told.append(f"offered to {ticket.offered_to}" if ticket.offered_to else "")
    return [fact for fact in told if fact]


def _buttons(ticket: Ticket, *, offered: bool) -> list[dict[str, Any]]:
    value = write(About(ticket.number))
    buttons = []
    if offered:
        buttons.append(b.button("Claim", Press.CLAIM, value, style="primary"))
    elif ticket.assignee_id is None:
        buttons.append(b.button("Take it", Press.TAKE, value, style="primary"))
    buttons += [b.button("Reply", Press.REPLY, value), b.button("Escalate", Press.ESCALATE, value)]
    return buttons

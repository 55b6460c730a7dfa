"""Workflows that offer themselves on a ticket's page: what they ask, what they would send, and what follows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import QueryDict
from django.utils.translation import gettext as _

from rung.core.policy.model import Workflow
from rung.core.reckoning import workflows as rules
from rung.core.reckoning.look import Look
from rung.core.text.placeholders import Filled, is_known
from rung.people.models import Agent
from rung.tickets import canned_answers
from rung.tickets.models import Handoff, Ticket

if TYPE_CHECKING:
    from rung.web.ticket.page import Given

_PIECES = re.compile(r"(\{[A-Za-z_][\w. -]*\})")


@dataclass(frozen=True)
class Piece:
    """A part of what would be sent: words, or a gap; `ask`: the field that fills it."""

    text: str
    gap: str = ""
    ask: str = ""


@dataclass(frozen=True)
class CommonRequest:
    """One workflow for this ticket. `fields`: (name, what is known)."""

    workflow: Workflow
    fields: tuple[tuple[str, str], ...]
    pieces: tuple[Piece, ...]
    #: Gaps no field fills: the reply has to be edited before it can go.
    blocked: str = ""


def common_requests(found: Ticket, look: Look, reader: Agent, given: "Given | None") -> list[CommonRequest]:
    """Those that offer themselves, in the policy's order."""
    offered = rules.offered(look.compiled.workflows, look.facts, look.case)
    if not offered:
        return []
    known: dict[str, str] = {}
    for handoff in Handoff.objects.filter(ticket=found).order_by("at", "pk"):
        known |= handoff.fields
    if given is not None:
        known |= asked(given.values)
    return [_request(found, look, reader, workflow, known) for workflow in offered]


def asked(form: QueryDict | Mapping[str, str]) -> dict[str, str]:
    """What was given for the fields a workflow asks for."""
    return {name.removeprefix("ask-"): str(form[name]).strip() for name in form if name.startswith("ask-")}


def open_gaps(said: Filled) -> str:
    """A sentence about the gaps an agent still has to fill; empty if there is none."""
    if said.unknown:
        gaps = ", ".join(f"{{{gap}}}" for gap in said.unknown)
        return _("Nothing fills %(gaps)s. Fix the canned answer; it cannot be sent like this.") % {"gaps": gaps}
    if said.open:
        gaps = ", ".join(f"{{{gap}}}" for gap in said.open)
        return _("Still open: %(gaps)s. Write what belongs there.") % {"gaps": gaps}
    return ""


def _request(found: Ticket, look: Look, reader: Agent, workflow: Workflow, known: Mapping[str, str]) -> CommonRequest:
    fields = tuple((name, known.get(name, "")) for name in workflow.ask)
    if workflow.reply is None:
        return CommonRequest(workflow, fields, ())
    said = canned_answers.filled(workflow.reply, found, look.case, look.compiled, agent=reader)
    asks = {f"answers.{name}": name for name in workflow.ask}
    pieces = tuple(_piece(part, asks) for part in _PIECES.split(said.text) if part)
    others = Filled(said.text, tuple(gap for gap in said.open if gap not in asks), said.unknown)
    return CommonRequest(workflow, fields, pieces, open_gaps(others))


def _piece(part: str, asks: Mapping[str, str]) -> Piece:
    gap = part[1:-1] if _PIECES.fullmatch(part) else ""
    if gap in asks:
        return Piece(asks[gap].replace("_", " "), gap, asks[gap])
    return Piece(part, gap if gap and is_known(gap) else "")

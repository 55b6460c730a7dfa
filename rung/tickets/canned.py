"""Canned answers with their gaps filled from the ticket. A gap nobody can fill is left out, never shown."""

import re
from collections.abc import Mapping

from rung.core.case import Case
from rung.core.compiled import Compiled
from rung.core.recipients import team_of
from rung.tickets import customer_pass
from rung.tickets.models import Ticket

_GAP = re.compile(r"\{([a-z_.]+)\}")
_EMPTY = {"missing": "more information", "resolution": "the cause is removed", "deadline.next_response": "soon"}


def text(reply: str, ticket: Ticket, case: Case, compiled: Compiled, answers: Mapping[str, str] | None = None) -> str:
    """The words of one of the policy's replies for this ticket; empty if the version has none of that name."""
    template = compiled.policy.replies.get(reply, "")
    facts = _facts(ticket, case, compiled) | {f"answers.{name}": words for name, words in (answers or {}).items()}
    return _GAP.sub(lambda gap: facts.get(gap[1]) or _EMPTY.get(gap[1], ""), template).strip()


def _facts(ticket: Ticket, case: Case, compiled: Compiled) -> dict[str, str]:
    requester = ticket.requester
    name = requester.name if requester else ""
    return {
        "requester.name": name,
        "requester.first_name": name.split()[0] if name else "there",
        "customer.name": ticket.customer.name if ticket.customer else "",
        "ticket.number": str(ticket.number),
        "ticket.subject": ticket.subject,
        "level": case.level or "",
        "level.team": team_of(case.level, compiled.policy),
        "rating_link": customer_pass.link(ticket.number),
    }

"""Canned answers with their gaps filled from the ticket, as it stands at a moment."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from rung.core.case.case import Case
from rung.core.receipt.outlook import clock_views
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.look import Look
from rung.core.reckoning.recipients import team_of
from rung.core.spelling import nearest
from rung.core.text.placeholders import PLACEHOLDERS, Filled, fill, gaps, is_known, left_open, without_gaps
from rung.core.vocabulary import METRICS, ClockName
from rung.people.clock import database_now
from rung.people.models import Agent
from rung.people.who_is_there import roster_at
from rung.tickets import customer_pass
from rung.tickets.models import Ticket

#: What stands in a gap that has no fact yet, in what is sent by itself.
_OTHERWISE = {"missing": "more information"}
_SOON = "soon"


def text(reply: str, ticket: Ticket, case: Case, compiled: Compiled, now: datetime | None = None) -> str:
    """The words of one of the policy's replies, to be sent by itself; empty if the version has none of that name."""
    template = compiled.policy.replies.get(reply, "")
    facts = _facts(template, ticket, case, compiled, now)
    later = dict.fromkeys((f"deadline.{metric}" for metric in METRICS), _SOON)
    return without_gaps(template, later | _OTHERWISE | {name: fact for name, fact in facts.items() if fact})


def filled(
    reply: str,
    ticket: Ticket,
    case: Case,
    compiled: Compiled,
    *,
    agent: Agent,
    answers: Mapping[str, str] | None = None,
) -> Filled:
    """The words for an agent, who fills what is still open. `answers`: what a workflow asked for."""
    template = compiled.policy.replies.get(reply, "")
    facts = _facts(template, ticket, case, compiled, None)
    facts |= {"agent.name": agent.name, "agent.first_name": _first(agent.name)}
    return fill(template, facts | {f"answers.{name}": words.strip() for name, words in (answers or {}).items()})


def gap_in(text: str, compiled: Compiled) -> tuple[str, str | None] | None:
    """The first gap that still stands in words of an agent, which must not be sent so; None: there is none.

    With it what was probably meant: None, the gap is a known one; empty, there is nothing like it.
    """
    for gap in left_open(text, compiled.policy.replies.values()):
        return gap, None if is_known(gap) else nearest(gap, PLACEHOLDERS) or ""
    return None


def gap_sentence(gap: str, meant: str | None) -> str:
    """The same as a sentence."""
    if meant is None:
        return f"{{{gap}}} still stands in it: write what belongs there, or take it out"
    hint = f"; did you mean {{{meant}}}?" if meant else ""
    return f"nothing fills {{{gap}}}{hint} Take it out, or write what belongs there"


def _facts(template: str, ticket: Ticket, case: Case, compiled: Compiled, now: datetime | None) -> dict[str, str]:
    requester, customer, assignee = ticket.requester, ticket.customer, ticket.assignee
    name = requester.name if requester else ""
    facts = {
        "requester.name": name,
        "requester.first_name": _first(name) or "there",
        "requester.email": (requester.email or "") if requester else "",
        "customer.name": customer.name if customer else "",
        "customer.tier": customer.tier if customer else "",
        "ticket.number": str(ticket.number),
        "ticket.subject": ticket.subject,
        "ticket.priority": ticket.priority,
        "ticket.status": ticket.status.replace("_", " "),
        "ticket.category": ticket.category,
        "level.name": case.level or "",
        "level.team": team_of(case.level, compiled.policy),
        "assignee.name": assignee.name if assignee else "",
        "assignee.first_name": _first(assignee.name) if assignee else "",
        "rating_link": customer_pass.link(ticket.number, now),
        "ticket.link": customer_pass.link(ticket.number, now),
    }
    if any(gap.startswith("deadline.") for gap in gaps(template)):
        facts |= _deadlines(case, compiled, now or database_now())
    return facts


def _deadlines(case: Case, compiled: Compiled, now: datetime) -> dict[str, str]:
    """The moments promised, in the policy's own zone. Before the first answer, that is the next one."""
    views = clock_views(Look(case.copy(), compiled, roster_at(now), now))
    at = {view.clock: view.deadline_at for view in views if view.deadline_at is not None}
    if ClockName.FIRST_RESPONSE in at:
        at.setdefault(ClockName.NEXT_RESPONSE, at[ClockName.FIRST_RESPONSE])
    zone = ZoneInfo(compiled.policy.timezone)
    return {f"deadline.{clock}": f"{due.astimezone(zone):%Y-%m-%d %H:%M %Z}" for clock, due in at.items()}


def _first(name: str) -> str:
    return name.split(maxsplit=1)[0] if name else ""

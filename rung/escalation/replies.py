"""The words of steps: a canned answer becomes a message of the ticket."""

from datetime import datetime

from rung.core.case.case import Case
from rung.core.case.events import AutoReplied
from rung.core.reckoning.compiled import Compiled
from rung.tickets import canned_answers, message_rows
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Direction, Ticket


def write_reply(number: int, event: AutoReplied, case: Case, compiled: Compiled, now: datetime) -> int | None:
    """The message of a step's canned answer; None if the policy has no words under that name."""
    ticket = Ticket.objects.select_related("customer", "requester", "assignee").get(number=number)
    text = canned_answers.text(event.reply, ticket, case, compiled, now)
    if not text:
        return None
    return message_rows.write(number, Direction.PUBLIC, event.by, MessageText(text=text), now).pk

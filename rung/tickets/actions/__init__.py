"""The only door: every way to change a ticket.

Each action locks the ticket, records one event (with what belongs to it), folds it into the case, and is one
transaction. It does nothing in the state it leads to and says so, and with a `client_key` it is done once.
`by` names who acts, as events do: `agent:sam`, `customer:7`, `bot:slack`. An unknown number raises Ticket.DoesNotExist.
"""

from rung.tickets.actions.acknowledgement import acknowledge
from rung.tickets.actions.assignment import assign, claim, return_offer, withdraw_offer
from rung.tickets.actions.conversation import answer, customer_edit, customer_message, note, open_ticket, recount
from rung.tickets.actions.ending import close, reopen, resolve
from rung.tickets.actions.escalation import escalate, give_handoff
from rung.tickets.actions.merging import link, merge, relate, split, third_party_moved, unlink
from rung.tickets.actions.sending import bounced, send_again, undo
from rung.tickets.actions.triage import rate, set_category, set_customer, set_priority, tag
from rung.tickets.actions.turns import hold, snooze, take_turn, wait, wake

__all__ = [
    "acknowledge",
    "answer",
    "assign",
    "bounced",
    "claim",
    "close",
    "customer_edit",
    "customer_message",
    "escalate",
    "give_handoff",
    "hold",
    "link",
    "merge",
    "note",
    "open_ticket",
    "rate",
    "recount",
    "relate",
    "reopen",
    "resolve",
    "return_offer",
    "send_again",
    "set_category",
    "set_customer",
    "set_priority",
    "snooze",
    "split",
    "tag",
    "take_turn",
    "third_party_moved",
    "undo",
    "unlink",
    "wait",
    "wake",
    "withdraw_offer",
]

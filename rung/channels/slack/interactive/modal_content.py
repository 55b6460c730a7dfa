"""The windows filled with what the ticket, its policy and its thread already say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from rung.channels.slack.api.clients import client_of
from rung.channels.slack.blocks import elements as b
from rung.channels.slack.blocks import modal_views
from rung.channels.slack.blocks.button_values import About, Press
from rung.channels.slack.blocks.elements import Block
from rung.channels.slack.blocks.modal_views import Choice, HandoffField
from rung.channels.slack.interactive.caller import Caller
from rung.channels.slack.people import identity
from rung.core import actors
from rung.core.actors import Actor
from rung.core.case import case as cases
from rung.core.case.case import Case
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.ladder import Kind, destination
from rung.core.reckoning.turns import is_kept_by_default
from rung.core.reckoning.workflows import missing
from rung.core.vocabulary import Priority, Reason
from rung.people.models import Agent, Role
from rung.policies.versions import compiled
from rung.tickets import actions, canned_answers
from rung.tickets.models import Direction, Event, Ticket
from rung.tickets.results import Escalated, Refused
from rung.tickets.visibility import sees

ONCE_IN = timedelta(hours=24)
NOT_THEIRS = "Only the people who asked may do that."


class Seen:
    """A ticket as the windows need it."""

    def __init__(self, number: int) -> None:
        self.ticket = Ticket.objects.select_related("customer", "requester").get(number=number)
        self.case: Case = cases.decode(bytes(self.ticket.snapshot))
        self.compiled: Compiled = compiled(self.case.policy)

    @property
    def customer(self) -> str:
        who = self.ticket.customer or self.ticket.requester
        return str(who) if who else "The customer"

    def last_words(self) -> str:
        said = self.ticket.messages.filter(direction=Direction.INBOUND).order_by("-at", "-id").first()
        return said.text if said else ""


def window(press: Press, about: About, agent: Agent) -> Block:
    """The window behind a button. Raises Ticket.DoesNotExist."""
    return _WINDOWS[press](Seen(about.ticket), about, agent)


def _reply(seen: Seen, about: About, _agent: Agent, text: str = "") -> Block:
    answers = [Choice(name.replace("-", " ").capitalize(), name) for name in seen.compiled.policy.replies]
    keeps = is_kept_by_default(seen.case, seen.compiled.policy)
    return modal_views.reply(
        about, customer=seen.customer, last_words=seen.last_words(), canned=answers, keeps_turn=keeps, text=text
    )


def fill_in(caller: Caller, about: About, agent: Agent) -> str:
    """A canned answer was chosen: put its words, gaps filled, into the field, where they can still be changed."""
    view = caller.view
    if view.about is None or view.callback != "rung:reply" or not sees(agent, view.about.ticket):
        return ""
    seen = Seen(view.about.ticket)
    text = canned_answers.filled(about.what, seen.ticket, seen.case, seen.compiled, agent=agent).text
    filled = _reply(seen, view.about, agent, text)
    # Slack keeps what stands in a field with the same block_id, so the field gets another one.
    for part in filled["blocks"]:
        if part.get("block_id") == "text":
            part["block_id"] = f"text:{about.what}"[:255]
    client_of(caller.workspace, caller.now).views_update(view_id=view.id, hash=view.hash, view=filled)
    return ""


def _escalate(seen: Seen, about: About, _agent: Agent) -> Block:
    return modal_views.escalate(
        about, targets=targets(seen), fields=handoff_fields(seen, "next"), reason=Reason.COMPLEXITY
    )


def targets(seen: Seen) -> list[Choice]:
    """Where a ticket can go, the next level first."""
    policy = seen.compiled.policy
    found = [Choice(_next_label(seen), "next")]
    for level in policy.levels.values():
        if level.name != seen.case.level:
            what = f" – {level.responsible_for}" if level.responsible_for else ""
            found.append(Choice(f"{level.name}{what}", level.name))
    found += [Choice(f"Department {path}", f"path:{path}") for path in policy.paths if path != seen.case.path]
    return [*found, Choice("Somebody who knows about this category", "expert")]


def _next_label(seen: Seen) -> str:
    goal = destination(seen.case, seen.compiled.policy, "next")
    return f"The next level: {goal.level}" if goal.kind is Kind.LEVEL and goal.level else "The next level"


def handoff_fields(seen: Seen, to: str) -> list[HandoffField]:
    """The fields a level asks for, then those other levels do, filled in from what was given and said before."""
    policy = seen.compiled.policy
    goal = destination(seen.case, policy, to)
    level = policy.levels.get(goal.level or "")
    required = level.handoff.require if level else ()
    asked = dict.fromkeys([*required, *(name for one in policy.levels.values() for name in one.handoff.require)])
    return [HandoffField(name, _known(seen, name), name in required) for name in list(asked)[:10]]


def _known(seen: Seen, name: str) -> str:
    """What was handed off before, else what the thread says: what was tried is what we answered."""
    for handoff in seen.ticket.handoffs.all():
        if handoff.fields.get(name):
            return str(handoff.fields[name])
    match name:
        case "tried":
            said = seen.ticket.messages.filter(direction=Direction.PUBLIC, author__startswith=actors.AGENTS)
            return "\n".join(f"- {b.cut(text, 300)}" for text in said.values_list("text", flat=True)[:5])
        case "impact":
            first = seen.ticket.messages.filter(direction=Direction.INBOUND).first()
            return b.cut(first.text, 500) if first else ""
        case _:
            return ""


def _workflow(seen: Seen, about: About, agent: Agent) -> Block:
    """What it asks, filled in from what was given before, and what would be sent."""
    found = next((one for one in seen.compiled.policy.workflows if one.name == about.what), None)
    if found is None:
        return modal_views.refused("Not possible", f"No workflow is called {about.what} any more.")
    fields = [Choice(name, _known(seen, name)) for name in found.ask]
    known = {one.label: one.value for one in fields}
    preview = ""
    if found.reply is not None:
        preview = canned_answers.filled(
            found.reply, seen.ticket, seen.case, seen.compiled, agent=agent, answers=known
        ).text
    then = f"Afterwards: {found.then.value.replace('_', ' ')}." if found.then else ""
    return modal_views.workflow(about, customer=seen.customer, fields=fields, preview=preview, then=then)


def asks(number: int, workflow: str) -> bool:
    """Whether somebody has to say something before it can be done."""
    found = (one for one in Seen(number).compiled.policy.workflows if one.name == workflow)
    return any(missing(one, {}) for one in found)


def _assign(seen: Seen, about: About, _agent: Agent) -> Block:
    agents = Agent.objects.filter(is_active=True).exclude(role=Role.OBSERVER).order_by("name")
    choices = [Choice(agent.name, agent.handle) for agent in agents[:100]]
    return modal_views.assign(about, agents=choices, chosen=seen.case.assignee or "")


def _priority(seen: Seen, about: About, _agent: Agent) -> Block:
    return modal_views.priority(about, chosen=seen.case.priority or Priority.NORMAL)


def _category(seen: Seen, about: About, _agent: Agent) -> Block:
    names = [category.name for category in seen.compiled.policy.categories]
    if not names:
        return modal_views.refused("Category", "The policy names no categories.")
    return modal_views.category(about, categories=names, chosen=seen.case.category or "")


def _snooze(_seen: Seen, about: About, _agent: Agent) -> Block:
    return modal_views.snooze(about)


def _return(_seen: Seen, about: About, _agent: Agent) -> Block:
    return modal_views.give_back(about)


def _resolve(seen: Seen, about: About, agent: Agent) -> Block:
    """With what the policy says at the end, whose open gaps the agent fills."""
    closing = seen.compiled.policy.closing
    said = closing.tell_customer
    text = canned_answers.filled(said, seen.ticket, seen.case, seen.compiled, agent=agent).text if said else ""
    asks = bool(said) and closing.ask_rating
    return modal_views.resolve(about, customer=seen.customer, text=text, asks_rating=asks)


def _note(_seen: Seen, about: About, _agent: Agent) -> Block:
    return modal_views.note(about)


_WINDOWS: dict[Press, Callable[[Seen, About, Agent], Block]] = {
    Press.REPLY: _reply,
    Press.ESCALATE: _escalate,
    Press.ASSIGN: _assign,
    Press.PRIORITY: _priority,
    Press.CATEGORY: _category,
    Press.SNOOZE: _snooze,
    Press.RETURN: _return,
    Press.RESOLVE: _resolve,
    Press.NOTE: _note,
    Press.WORKFLOW: _workflow,
}


def for_customer(caller: Caller, press: Press, about: About) -> str:
    """The two buttons a customer has: ask for escalation, once a day, and rate. Only for their own company's ticket.

    Raises CannotAsk.
    """
    row = caller.person
    if row is None or not Ticket.objects.filter(number=about.ticket, channel="slack").exists():
        return "That did not work; please write to us."
    seen = Seen(about.ticket)
    requester = identity.known_requester(caller.workspace, row)
    if requester is None:
        return NOT_THEIRS
    same_company = seen.ticket.customer_id is not None and seen.ticket.customer_id == requester.customer_id
    if seen.ticket.requester_id != requester.pk and not same_company:
        return NOT_THEIRS
    by = actors.customer(requester.pk)
    if press is Press.RATE:
        rating = int(about.what) if about.what in ("1", "2", "3", "4", "5") else 0
        if rating:
            actions.rate(about.ticket, rating, by=by, now=caller.now)
        return "Thank you, we have kept your rating."
    return _ask_escalation(seen, by, caller.now)


def _ask_escalation(seen: Seen, by: Actor, now: datetime) -> str:
    number = seen.ticket.number
    asked = Event.objects.filter(ticket=number, kind="offered", by__startswith=actors.CUSTOMERS)
    if asked.filter(at__gt=now - ONCE_IN).exists():
        return "You have asked for that within the last day, and it has been passed on."
    key = f"slack:asked:{number}:{asked.count()}"  # two presses at one moment are one request
    told = actions.escalate(number, "next", by=by, reason=Reason.CUSTOMER_REQUEST, anyway=True, client_key=key, now=now)
    if isinstance(told, Escalated):
        return "Thank you, your request has been passed on."
    return (
        "This is solved or closed; write again and it opens." if isinstance(told, Refused) else "It has been passed on."
    )

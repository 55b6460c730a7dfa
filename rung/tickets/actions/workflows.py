"""A common request done in one click: what was asked for, the reply, the state afterwards, together or not at all."""

from collections.abc import Mapping
from datetime import datetime

from rung.core import actors
from rung.core.actors import Actor
from rung.core.case import events as e
from rung.core.policy.model import Workflow
from rung.core.reckoning import workflows as rules
from rung.core.reckoning.turns import kept as kept_because
from rung.core.sentences import say, word
from rung.core.spelling import did_you_mean
from rung.core.vocabulary import Status
from rung.people.models import Agent
from rung.tickets import action_notices, canned_answers, message_rows
from rung.tickets.message_rows import NewFile, Words
from rung.tickets.models import Direction, Message
from rung.tickets.results import AlreadySo, Done, Refused
from rung.tickets.transaction import Visit, asked_before, visit


def use(
    ticket: int,
    workflow: str,
    *,
    agent: Agent,
    answers: Mapping[str, str] | None = None,
    text: str | None = None,
    files: tuple[NewFile, ...] = (),
    client_key: str | None = None,
    now: datetime | None = None,
) -> Done | AlreadySo | Refused:
    """A workflow of the ticket's policy. `text`: the agent's own words instead of the policy's; then nothing is asked.

    Refused while something it asks for is missing, or while a gap of its reply stays open.
    """
    with visit(ticket, now=now) as at:
        if before := asked_before(client_key, ticket):
            return before
        known = {each.name: each for each in at.policy.policy.workflows}
        found = known.get(workflow)
        if found is None:
            return Refused(
                ticket,
                say(
                    'no workflow is called "%(workflow)s"%(hint)s',
                    workflow=workflow,
                    hint=did_you_mean(workflow, known),
                ),
            )
        if at.case.status.is_over:
            return Refused(
                ticket,
                say("ticket %(ticket)s is %(status)s; reopen it first", ticket=ticket, status=word(at.case.status)),
            )
        words = text if text is not None else _words(at, found, agent, answers or {})
        if isinstance(words, Refused):
            return words
        edited = text is not None and text.strip() != _template(at, found, agent, answers or {})
        by = actors.agent(agent.handle)
        number = at.record(e.WorkflowUsed(at=at.now, by=by, workflow=workflow, edited=edited), client_key=client_key)
        message = None
        if words:
            said = Words(text=words, author_name=agent.name, files=files)
            message = message_rows.write(ticket, Direction.PUBLIC, by, said, at.now)
        _conclude(at, found, message, by=by)
        return Done(ticket, number, message.pk if message else None)


def _words(at: Visit, workflow: Workflow, agent: Agent, answers: Mapping[str, str]) -> str | Refused:
    """The reply, whole; or what is missing."""
    missing = rules.missing(workflow, answers)
    if missing:
        return Refused(at.ticket.number, say("still to be asked: %(missing)s", missing=", ".join(missing)))
    if workflow.reply is None:
        return ""
    filled = canned_answers.filled(workflow.reply, at.ticket, at.case, at.policy, agent=agent, answers=answers)
    if still := (*filled.unknown, *filled.open):
        listed = ", ".join(f"{{{gap}}}" for gap in still)
        return Refused(
            at.ticket.number,
            say(
                "nothing fills %(listed)s in the reply %(reply)s: edit it before it is sent",
                listed=listed,
                reply=workflow.reply,
            ),
        )
    return filled.text


def _template(at: Visit, workflow: Workflow, agent: Agent, answers: Mapping[str, str]) -> str:
    if workflow.reply is None:
        return ""
    return canned_answers.filled(workflow.reply, at.ticket, at.case, at.policy, agent=agent, answers=answers).text


def _conclude(at: Visit, workflow: Workflow, message: Message | None, *, by: Actor) -> None:
    """The answer, and whose turn it is then: the workflow says it, and nothing else is asked."""
    if workflow.then is Status.RESOLVED:
        number = at.record(e.Resolved(at=at.now, by=by, message=message.pk if message else None))
    elif message is not None:
        chosen = None if workflow.then is None else False
        kept = kept_because(at.case, at.policy.policy, message.text, chosen=chosen)
        number = at.record(e.Answered(at=at.now, by=by, message=message.pk, kept=kept))
    elif workflow.then is Status.PENDING:
        number = at.record(e.Waited(at=at.now, by=by))
    if workflow.then is Status.ON_HOLD:
        number = at.record(e.Held(at=at.now, by=by))
    if message is not None:
        action_notices.customer(at, message, event=number)

"""A common request done in one click: what was asked for, the reply, the state afterwards, together or not at all."""

from collections.abc import Mapping
from datetime import datetime

from rung.core import actors
from rung.core.actors import Actor
from rung.core.case import events as e
from rung.core.policy.model import Workflow
from rung.core.reckoning import workflows as rules
from rung.core.reckoning.turns import kept as kept_because
from rung.core.sentences import say
from rung.core.spelling import did_you_mean
from rung.core.vocabulary import Status
from rung.people.models import Agent
from rung.tickets import action_notices, canned_answers, message_rows
from rung.tickets.message_rows import MessageText, NewFile
from rung.tickets.models import Direction, Message
from rung.tickets.results import AlreadySo, Done, Refused
from rung.tickets.transaction import TicketTransaction, locked


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
    with locked(ticket, client_key=client_key, now=now) as at:
        if at.before:
            return at.before
        known = {each.name: each for each in at.policy.policy.workflows}
        found = known.get(workflow)
        if found is None:
            hint = did_you_mean(workflow, known)
            return at.refused(say('no workflow is called "%(workflow)s"%(hint)s', workflow=workflow, hint=hint))
        if at.case.status.is_over:
            return at.refused_as_over()
        words = text if text is not None else _words(at, found, agent, answers or {})
        if isinstance(words, Refused):
            return words
        edited = text is not None and text.strip() != _template(at, found, agent, answers or {})
        by = actors.agent(agent.handle)
        number = at.record(e.WorkflowUsed(at=at.now, by=by, workflow=workflow, edited=edited))
        message = None
        if words:
            said = MessageText(text=words, author_name=agent.name, files=files)
            message = message_rows.write(ticket, Direction.PUBLIC, by, said, at.now)
        _conclude(at, found, message, by=by)
        return Done(ticket, number, message.pk if message else None)


def _words(at: TicketTransaction, workflow: Workflow, agent: Agent, answers: Mapping[str, str]) -> str | Refused:
    """The reply, whole; or what is missing."""
    missing = rules.missing(workflow, answers)
    if missing:
        return at.refused(say("still to be asked: %(missing)s", missing=", ".join(missing)))
    if workflow.reply is None:
        return ""
    filled = canned_answers.filled(workflow.reply, at.ticket, at.case, at.policy, agent=agent, answers=answers)
    if still := (*filled.unknown, *filled.open):
        listed = ", ".join(f"{{{gap}}}" for gap in still)
        return at.refused(
            say(
                "nothing fills %(listed)s in the reply %(reply)s: edit it before it is sent",
                listed=listed,
                reply=workflow.reply,
            )
        )
    return filled.text


def _template(at: TicketTransaction, workflow: Workflow, agent: Agent, answers: Mapping[str, str]) -> str:
    if workflow.reply is None:
        return ""
    return canned_answers.filled(workflow.reply, at.ticket, at.case, at.policy, agent=agent, answers=answers).text


def _conclude(at: TicketTransaction, workflow: Workflow, message: Message | None, *, by: Actor) -> None:
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

"""Workflows for common requests: which offer themselves for a ticket, and what those do that act alone."""

from rung.core.policy import Actions, Rule, Workflow


def acting_alone(workflow: Workflow) -> Rule:
    """A workflow with `auto: true` that has nothing to ask, as the rule it amounts to."""
    return Rule(
        id=f"workflow:{workflow.name}",
        name=workflow.name,
        when=workflow.when,
        do=Actions(reply=workflow.reply, then=workflow.then),
        do_id="reply.1",
    )


def missing_answers(workflow: Workflow, answers: frozenset[str]) -> tuple[str, ...]:
    """What a workflow still has to ask before it can be done in one click."""
    return tuple(question for question in workflow.ask if question not in answers)

"""Workflows for common requests: what those do that act alone."""

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

"""Workflows for common requests: which offers itself, what it still has to ask, and what those do that act alone."""

from collections.abc import Iterable, Mapping

from rung.core.case.case import Case
from rung.core.conditions.evaluation import Facts, Predicate
from rung.core.policy.model import Actions, Rule, Workflow


def acting_alone(workflow: Workflow) -> Rule:
    """A workflow with `auto: true` that has nothing to ask, as the rule it amounts to."""
    return Rule(
        id=f"workflow:{workflow.name}",
        name=workflow.name,
        when=workflow.when,
        do=Actions(reply=workflow.reply, then=workflow.then),
        do_id="reply.1",
    )


def acts_alone(workflow: Workflow) -> bool:
    """Whether it needs nobody: it is `auto`, and has nothing to ask."""
    return workflow.auto and not workflow.ask


def offered(workflows: Iterable[tuple[Predicate, Workflow]], facts: Facts, case: Case) -> tuple[Workflow, ...]:
    """Those that fit the ticket as it stands, in the policy's order, until used; after a reopen they may come again."""
    if case.status.is_over:
        return ()
    return tuple(
        workflow
        for fits, workflow in workflows
        if not acts_alone(workflow) and workflow.name not in case.workflows and fits(facts)
    )


def missing(workflow: Workflow, answers: Mapping[str, str]) -> tuple[str, ...]:
    """What it asks for that nobody has said yet."""
    return tuple(name for name in workflow.ask if not answers.get(name, "").strip())

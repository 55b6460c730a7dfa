"""Common requests: which workflows fit a ticket, and doing one in one click."""

from django.http import HttpRequest
from ninja import Router

from rung.api.acts import BOTH, Answer, refuse_gaps
from rung.api.callers import AGENT, OBSERVER, caller
from rung.api.reading import done
from rung.api.shapes import WorkflowOut, WorkflowUse
from rung.api.tickets import the_ticket
from rung.core import actors
from rung.core.reckoning.workflows import offered
from rung.people.clock import database_now
from rung.people.models import Agent
from rung.tickets.actions import workflows
from rung.tickets.overview import look_at

router = Router(tags=["actions"], auth=AGENT)


@router.get(
    "/tickets/{int:number}/workflows", response=list[WorkflowOut], auth=OBSERVER, summary="What fits, in one click"
)
def fitting_workflows(request: HttpRequest, number: int) -> list[WorkflowOut]:
    """The workflows of the policy that offer themselves as the ticket stands."""
    look = look_at(the_ticket(request, number), database_now())
    return [
        WorkflowOut(workflow=each.name, ask=list(each.ask), reply=each.reply, then=each.then)
        for each in offered(look.compiled.workflows, look.facts, look.case)
    ]


@router.post("/tickets/{int:number}/workflows", response=BOTH, summary="Do a common request in one click")
def use_workflow(request: HttpRequest, number: int, body: WorkflowUse) -> Answer:
    """Fills the reply, sends it, sets the state. 409 names what is still to be asked."""
    ticket = the_ticket(request, number)
    handle = actors.name_of(caller(request).person(body.agent, "an answer"))
    if body.text:
        refuse_gaps(ticket, body.text)
    agent = Agent.objects.get(handle=handle)
    return done(workflows.use(number, body.workflow, agent=agent, answers=body.answers, text=body.text))

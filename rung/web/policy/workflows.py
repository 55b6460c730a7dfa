"""The workflows of the desk: how often each is used, and which are of no use any more."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rung.core.handbook.workflow_review import LOOKED_BACK, review
from rung.frame.access import may, needs
from rung.people.clock import database_now
from rung.people.models import Role
from rung.policies.versions import compiled, current_number
from rung.tickets import workflow_record


@needs(Role.OBSERVER)
def workflows(request: HttpRequest) -> HttpResponse:
    """Each with what it asks, sends and sets, its uses, and what is wrong with it; then those that are gone."""
    now = database_now()
    policy = compiled(current_number()).policy
    reviewed = review(policy, workflow_record.uses(now), workflow_record.since(), now)
    context = {
        "live": [],
        "policy": policy,
        "reviewed": [
            (each, policy.replies.get((each.workflow.reply if each.workflow else None) or "", "")) for each in reviewed
        ],
        "days": LOOKED_BACK.days,
        "leads": may(request, Role.LEAD),
    }
    return render(request, "policy/workflows.html", context)

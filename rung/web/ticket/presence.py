"""Who else is on a ticket: each open page says so now and then, and nothing of it is kept."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from rung.frame.access import agent_of, needs
from rung.outbox import live
from rung.people.models import Role
from rung.tickets.visibility import sees

#: What somebody does on a ticket's page: looks, writes an answer or a note, has left, or asks who is there.
STATES = ("looking", "writing", "noting", "gone", "arrived")


@require_POST
@needs(Role.OBSERVER)
def here(request: HttpRequest, number: int) -> HttpResponse:
    """Pass on to the other pages of this ticket what the reader does there."""
    state = request.POST.get("state", "")
    if state not in STATES or not sees(agent_of(request), number):
        raise Http404(f"nobody can be there: ticket {number}, {state}")
    agent = agent_of(request)
    live.present(f"ticket:{number}", agent.handle, {"who": agent.handle, "name": agent.name, "state": state})
    return HttpResponse(status=204)

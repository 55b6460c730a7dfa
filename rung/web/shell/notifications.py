"""What was said to the reader and their teams inside Rung: the list that never loses anything."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from rung.core import addresses
from rung.frame.access import agent_of, needs
from rung.outbox.addresses import APP
from rung.outbox.models import Delivery
from rung.people.clock import database_now
from rung.people.models import Agent, Role
from rung.tickets.visibility import visible

MOST = 100
#: What is said to people. New tickets are on the triage page; replies and links go elsewhere.
KINDS = ("moment", "digest", "offer_card")


@needs(Role.OBSERVER)
def for_you(request: HttpRequest) -> HttpResponse:
    """The newest first; what has not been seen yet stands out."""
    agent = agent_of(request)
    shown = said_to(agent).select_related("ticket__customer").defer("ticket__snapshot")
    context = {
        "live": [addresses.team(name) for name in agent.teams.values_list("name", flat=True)],
        "deliveries": list(shown[:MOST]),
        "unseen": said_to(agent).filter(seen_at=None).count(),
    }
    part = "list" if request.headers.get("HX-Request") else "page"
    return render(request, f"shell/notifications/{part}.html", context)


@require_POST
@needs(Role.OBSERVER)
def seen(request: HttpRequest) -> HttpResponse:
    """Everything up to now has been seen."""
    said_to(agent_of(request)).filter(seen_at=None).update(seen_at=database_now())
    return redirect("for-you")


def said_to(agent: Agent) -> QuerySet[Delivery]:
    """Deliveries to this agent, their teams and the whole desk about tickets they may see, by whatever channel."""
    teams = list(agent.teams.values_list("name", flat=True))
    lists = [addresses.agent(agent.handle), *(addresses.team(name) for name in teams), addresses.DESK]
    in_app = Delivery.objects.filter(channel=APP, destination__in=lists, kind__in=KINDS)
    said = in_app | Delivery.objects.filter(recipient=addresses.agent(agent.handle), kind__in=KINDS)
    if agent.is_restricted:
        said = said.filter(Q(ticket=None) | Q(ticket__in=visible(agent)))
    return said.order_by("-pk")

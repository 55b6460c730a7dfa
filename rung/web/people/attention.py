"""What a person was told: sent, held back and why, overtaken; and the policy's own limits on it."""

from datetime import timedelta

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rung.core import addresses
from rung.frame.access import agent_of, needs
from rung.outbox.models import Delivery, State
from rung.people.clock import database_now
from rung.people.models import Agent, Role
from rung.policies.versions import compiled, current_number
from rung.tickets.visibility import visible

SHOWN = 100
LATELY = timedelta(days=7)
#: Filters of the page -> the states they stand for.
STATES = {
    "sent": [State.SENT, State.SENDING],
    "held": [State.HELD, State.DIGESTED],
    "overtaken": [State.OVERTAKEN],
    "failed": [State.NEVER, State.UNCLEAR],
    "waiting": [State.WAITING],
}
NAMES: dict[str, Promise] = {
    "sent": _("Sent"),
    "held": _("Held back"),
    "overtaken": _("No longer needed, not sent"),
    "failed": _("Not delivered"),
    "waiting": _("On its way"),
}


@needs(Role.OBSERVER)
def attention(request: HttpRequest) -> HttpResponse:
    """The reader's own."""
    return _page(request, agent_of(request), is_own=True)


@needs(Role.LEAD)
def attention_of(request: HttpRequest, name: str) -> HttpResponse:
    """Somebody else's, for their lead."""
    return _page(request, get_object_or_404(Agent, handle=name), is_own=False)


def meant_for(agent: Agent, reader: Agent) -> QuerySet[Delivery]:
    """What was to interrupt this person, whatever came of it; only about tickets the reader may see."""
    names = [addresses.agent(agent.handle), addresses.account_owner(agent.handle)]
    found = Delivery.objects.filter(Q(recipient__in=names) | Q(destination=addresses.agent(agent.handle)))
    found = found.filter(kind__in=["moment", "digest", "page"])
    return found.filter(Q(ticket=None) | Q(ticket__in=visible(reader))) if reader.is_restricted else found


def _page(request: HttpRequest, agent: Agent, *, is_own: bool) -> HttpResponse:
    now = database_now()
    told = meant_for(agent, agent_of(request))
    lately = told.filter(created_at__gt=now - LATELY)
    counts = lately.aggregate(**{name: Count("pk", filter=Q(state__in=states)) for name, states in STATES.items()})
    chosen = request.GET.get("what", "")
    shown = told.filter(state__in=STATES[chosen]) if chosen in STATES else told
    context = {
        "live": [f"person:{agent.handle}"] if is_own else [],
        "agent": agent,
        "is_own": is_own,
        "counts": [(name, NAMES[name], counts[name]) for name in STATES],
        "chosen": chosen,
        "deliveries": shown.select_related("ticket").defer("ticket__snapshot").order_by("-pk")[:SHOWN],
        "rules": compiled(current_number()).policy.attention,
        "most": SHOWN,
    }
    return render(request, "people/attention.html", context)

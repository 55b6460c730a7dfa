"""Customers: with what they are promised, who is there, what they asked, and how they see it themselves."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from rung.core import actors
from rung.core.reckoning.promises import promises
from rung.frame.access import actor_of, agent_of, may, needs
from rung.people import changes
from rung.people.clock import database_now
from rung.people.models import Agent, Customer, Requester, Role
from rung.policies.versions import compiled, current_number
from rung.tickets import customer_pass
from rung.tickets.actions import triage
from rung.tickets.models import IS_OPEN, Ticket
from rung.tickets.visibility import visible
from rung.web.people.agents import open_count
from rung.web.people.forms import CustomerForm

SHOWN = 500
TICKETS, PEOPLE = 25, 100


@needs(Role.OBSERVER)
def customers(request: HttpRequest) -> HttpResponse:
    """Every customer with its tier and what is open."""
    words = request.GET.get("q", "").replace("\x00", "").strip()
    found = Customer.objects.select_related("account_owner").annotate(open=open_count(request))
    if words:
        found = found.filter(Q(name__icontains=words) | Q(domains__contains=[words.lower()]) | Q(tier__iexact=words))
    context = {"live": [], "customers": found[:SHOWN], "words": words, "leads": may(request, Role.LEAD)}
    return render(request, "people/customers.html", context)


@needs(Role.OBSERVER)
def customer(request: HttpRequest, number: int) -> HttpResponse:
    """One customer: promises, people, tickets."""
    found = get_object_or_404(Customer.objects.select_related("account_owner"), pk=number)
    seen = visible(agent_of(request)).filter(customer=found).select_related("assignee", "requester").defer("snapshot")
    theirs = Q(tickets__in=seen) if agent_of(request).is_restricted else Q(tickets__isnull=False)
    asked = Count("tickets", filter=theirs)
    running = Count("tickets", filter=theirs & ~Q(tickets__status__in=("resolved", "closed")))
    people = found.requesters.annotate(asked=asked, open=running).order_by("-open", "name")
    context = {
        "live": [],
        "customer": found,
        "now": database_now(),
        "promises": promises(compiled(current_number()), customer=found.name, tier=found.tier),
        "people": people[:PEOPLE],
        "running": seen.filter(IS_OPEN).order_by("priority_rank", "number")[:TICKETS],
        "over": seen.exclude(IS_OPEN).order_by("-number")[:TICKETS],
        "leads": may(request, Role.LEAD),
        "works": may(request, Role.AGENT),
    }
    return render(request, "people/customer.html", context)


@needs(Role.LEAD)
def edit(request: HttpRequest, number: int = 0) -> HttpResponse:
    """Add a customer, or change one. Its running tickets learn of another tier or owner at once."""
    found = get_object_or_404(Customer, pk=number) if number else None
    form = CustomerForm(request.POST or None, instance=found)
    before = changes.facts_of(found) if found else None
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        changes.note("changed" if found else "added", saved, by=actor_of(request), before=before)
        _tell_tickets(saved, agent_of(request))
        messages.success(request, _("Saved."))
        return redirect("customer", number=saved.pk)
    tiers = Customer.objects.exclude(tier="").order_by("tier").values_list("tier", flat=True).distinct()
    context = {"live": [], "form": form, "customer": found, "tiers": tiers}
    return render(request, "people/customer_form.html", context, status=422 if form.errors else 200)


@require_POST
@never_cache
@needs(Role.LEAD)
def person_link(request: HttpRequest, number: int) -> HttpResponse:
    """A link with which one person sees all their requests, shown this once; or take all of theirs back (`revoke`)."""
    person, now = get_object_or_404(Requester, pk=number), database_now()
    back = redirect("customer", number=person.customer_id) if person.customer_id else redirect("customers")
    if request.POST.get("revoke") == "1":
        customer_pass.revoke_person(person.pk, now)
        for ticket in person.tickets.values_list("number", flat=True):
            customer_pass.revoke(ticket, now)
        messages.success(request, _("All links of %(who)s are revoked.") % {"who": person})
        return back
    address = request.build_absolute_uri(f"/ask/{customer_pass.pass_of_person(person.pk, now)}")
    shown = {"live": [], "who": str(person), "secret": address, "kind": "customer", "days": customer_pass.lasts().days}
    return render(request, "frame/shown_once.html", shown)


@require_POST
@needs(Role.AGENT)
def revoke_link(request: HttpRequest, number: int) -> HttpResponse:
    """Links to one ticket that customers hold lead nowhere from now on."""
    ticket = get_object_or_404(visible(agent_of(request)), number=number)
    customer_pass.revoke(ticket.number, database_now())
    messages.success(request, _("All links to this request are revoked. Anyone who has one can ask for a new link."))
    return redirect("ticket", number=number)


def _tell_tickets(found: Customer, by: Agent) -> None:
    for number in Ticket.objects.filter(IS_OPEN, customer=found).values_list("number", flat=True):
        triage.set_customer(number, found, by=actors.agent(by.handle))

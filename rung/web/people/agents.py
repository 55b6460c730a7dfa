"""Agents and teams: who works here, and how each of them is reached."""

from django.contrib import messages
from django.db.models import Count, Q
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from rung.core import actors
from rung.frame.access import actor_of, agent_of, may, needs
from rung.frame.fields import number_in
from rung.frame.show_once import Shown, shown_once
from rung.people import changes, sign_in
from rung.people.changes import Area
from rung.people.clock import database_now
from rung.people.models import Agent, ContactMethod, Role, Team
from rung.people.presence import present
from rung.tickets.visibility import visible
from rung.web.people.forms import AgentForm, ContactForm, MeForm, TeamForm


@needs(Role.OBSERVER)
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, by team and level, with what they have in hand."""
    there = set(present(database_now()).values_list("pk", flat=True))
    agents = Agent.objects.prefetch_related("teams").annotate(open=open_count(request)).order_by("-is_active", "name")
    context = {
        "live": [],
        "agents": [(agent, agent.pk in there) for agent in agents],
        "teams": Team.objects.select_related("lead").prefetch_related("members"),
        "owns": may(request, Role.OWNER),
        "leads": may(request, Role.LEAD),
    }
    return render(request, "people/page.html", context)


@needs(Role.OWNER)
def agent(request: HttpRequest, name: str = "") -> HttpResponse:
    """Add an agent, or change one."""
    found = get_object_or_404(Agent, handle=name) if name else None
    form = AgentForm(request.POST or None, instance=found)
    title = found.name if found else _("New agent")
    return _form(request, form, title, back="people", said=_("Saved."), link_for=found)


@require_POST
@never_cache
@needs(Role.OWNER)
def invite(request: HttpRequest, name: str) -> HttpResponse:
    """A link that signs an agent in once, shown this once."""
    found = get_object_or_404(Agent, handle=name, is_active=True)

    def make() -> Shown:
        word = sign_in.issue_link(found, now=database_now())
        changes.record(
            by=actor_of(request), area=Area.PEOPLE, what="made a sign-in link", subject=actors.agent(found.handle)
        )
        return {"who": found.name, "secret": request.build_absolute_uri(f"/sign-in/{word}"), "kind": "link"}

    return shown_once(request, make)


@needs(Role.LEAD)
def team(request: HttpRequest, name: str = "") -> HttpResponse:
    """Make a team, or say who is in it."""
    found = get_object_or_404(Team, name=name) if name else None
    title = found.name if found else _("New team")
    return _form(request, TeamForm(request.POST or None, instance=found), title, back="people", said=_("Saved."))


@needs(Role.OBSERVER)
def me(request: HttpRequest) -> HttpResponse:
    """What the reader may change of themselves, and how they are reached."""
    own = agent_of(request)
    before, form = changes.facts_of(own), MeForm(request.POST or None, instance=own)
    if request.method == "POST" and form.is_valid():
        changes.note("changed", form.save(), by=actor_of(request), before=before)
        messages.success(request, _("Saved."))
        return redirect("me")
    context: dict[str, object] = {
        "live": [],
        "form": form,
        "contacts": own.contact_methods.all(),
        "contact_form": ContactForm(),
    }
    return render(request, "people/me.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Role.OBSERVER)
def reach(request: HttpRequest) -> HttpResponse:
    """One more way to be reached, or one less (`remove`)."""
    own = agent_of(request)
    if request.POST.get("remove"):
        for method in ContactMethod.objects.filter(agent=own, pk=number_in(request.POST, "remove") or 0):
            changes.note("removed", method, by=actor_of(request))
            method.delete()
        return redirect("me")
    form = ContactForm(request.POST)
    form.instance.agent = own
    form.instance.position = own.contact_methods.count()
    if not form.is_valid():
        messages.error(
            request, _("This is not an address: %(why)s") % {"why": "; ".join(map(str, form.errors.values()))}
        )
    elif own.contact_methods.filter(channel=form.instance.channel, address=form.instance.address).exists():
        messages.info(request, _("You can already be reached at this address."))
    else:
        changes.note("added", form.save(), by=actor_of(request))
    return redirect("me")


def open_count(request: HttpRequest) -> Count:
    """How many tickets that are not over somebody has, of those the reader may see."""
    running = ~Q(tickets__status__in=("resolved", "closed")) & Q(tickets__isnull=False)
    reader = agent_of(request)
    return Count("tickets", filter=running & Q(tickets__in=visible(reader)) if reader.is_restricted else running)


def _form(
    request: HttpRequest,
    form: "ModelForm[Agent] | ModelForm[Team]",
    title: str,
    *,
    back: str,
    said: str,
    link_for: Agent | None = None,
) -> HttpResponse:
    before = changes.facts_of(form.instance) if form.instance.pk else None
    if request.method == "POST" and form.is_valid():
        row = form.save()
        if isinstance(row, Agent) and not row.is_active:
            sign_in.sign_out_everywhere(row, now=database_now())
        changes.note("changed" if before is not None else "added", row, by=actor_of(request), before=before)
        messages.success(request, said)
        return redirect(back)
    context: dict[str, object] = {"live": [], "form": form, "title": title, "back": back, "link_for": link_for}
    context["absences"] = link_for.absences.filter(ends_at__gt=database_now()) if link_for else []
    return render(request, "people/form.html", context, status=422 if form.errors else 200)

"""Who can be reached: on call and at each level, for the coming two weeks, with swaps and absences."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rung.core.duty import nobody_on_call, on_call_now, turns_of
from rung.core.ladder import is_reachable, opens_at
from rung.core.oncall import Turn
from rung.outbox import live
from rung.people import changes
from rung.people.clock import database_now
from rung.people.desks import desk_at
from rung.people.models import Absence, Agent, Override, Role
from rung.policies.versions import compiled, current_number
from rung.tickets.standing import people_of
from rung.web.access import agent_of, may, needs
from rung.web.forms import AbsenceForm, OverrideForm
from rung.web.templatetags.desk import hue

AHEAD = timedelta(days=14)
LENGTH = 1000.0


@dataclass(frozen=True)
class Strip:
    """A stretch in the picture of a schedule."""

    turn: Turn
    x: str
    width: str
    hue: int
    name: str


@dataclass(frozen=True)
class Rota:
    """One schedule: who is on now, the picture, the list, the holes."""

    name: str
    now: Agent | None
    strips: list[Strip]
    days: list[tuple[str, datetime]]
    holes: list[Turn]


@dataclass(frozen=True)
class Standby:
    """A level: who belongs there, and whether somebody can be reached at this moment."""

    level: str
    people: list[Agent]
    reachable: bool
    opens_at: datetime | None


@needs(Role.OBSERVER)
def on_call(request: HttpRequest) -> HttpResponse:
    """The page; a refused form comes back with its reason."""
    return _page(request)


@require_POST
@needs(Role.AGENT)
def swap(request: HttpRequest) -> HttpResponse:
    """Somebody stands in on a schedule."""
    form = OverrideForm(request.POST)
    if form.is_valid():
        override = form.save(commit=False)
        override.made_by = agent_of(request)
        try:
            with transaction.atomic():
                override.save()
                changes.note("added", override, by=f"agent:{agent_of(request).handle}")
        except IntegrityError:
            form.add_error("starts_at", _("There is a swap in that time already; take it away first."))
        else:
            return _changed(request, _("Swapped."))
    return _page(request, swap_form=form, status=422)


@require_POST
@needs(Role.AGENT)
def unswap(request: HttpRequest, number: int) -> HttpResponse:
    """A swap is taken away."""
    gone = get_object_or_404(Override, pk=number)
    changes.note("removed", gone, by=f"agent:{agent_of(request).handle}")
    gone.delete()
    return _changed(request, _("The swap is gone."))


@require_POST
@needs(Role.AGENT)
def away(request: HttpRequest) -> HttpResponse:
    """Somebody will not be there: oneself, or anybody where a lead says so."""
    form = AbsenceForm(request.POST)
    if form.is_valid():
        if form.cleaned_data["agent"] != agent_of(request) and not may(request, Role.LEAD):
            raise PermissionDenied
        changes.note("added", form.save(), by=f"agent:{agent_of(request).handle}")
        return _changed(request, _("Noted."))
    return _page(request, away_form=form, status=422)


@require_POST
@needs(Role.AGENT)
def back(request: HttpRequest, number: int) -> HttpResponse:
    """An absence is taken away."""
    absence = get_object_or_404(Absence, pk=number)
    if absence.agent != agent_of(request) and not may(request, Role.LEAD):
        raise PermissionDenied
    changes.note("removed", absence, by=f"agent:{agent_of(request).handle}")
    absence.delete()
    return _changed(request, _("The absence is gone."))


def _page(
    request: HttpRequest,
    *,
    swap_form: OverrideForm | None = None,
    away_form: AbsenceForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now = database_now()
    policy_version = compiled(current_number())
    policy, desk = policy_version.policy, desk_at(now)
    names = {agent.handle: agent for agent in Agent.objects.all()}
    rotas = []
    for name, schedule in policy.schedules.items():
        turns = turns_of(schedule, desk, now, now + AHEAD)
        rotas.append(
            Rota(
                name=name,
                now=names.get(on_call_now(schedule, desk, now) or ""),
                strips=[_strip(turn, now, names) for turn in turns],
                days=[(f"{LENGTH * day / AHEAD.days:.1f}", now + timedelta(days=day)) for day in range(AHEAD.days)],
                holes=nobody_on_call(schedule, desk, now, now + AHEAD),
            )
        )
    standby = [
        Standby(
            level=level,
            people=[names[handle] for handle in people_of(policy, desk, level)],
            reachable=is_reachable(policy_version, desk, level, now),
            opens_at=opens_at(policy_version, desk, level, now),
        )
        for level in policy.levels
    ]
    context = {
        "has_policy": bool(policy.targets or policy.rules),
        "live": ["on-call"],
        "rotas": rotas,
        "standby": standby,
        "swaps": Override.objects.filter(ends_at__gt=now).select_related("agent", "made_by"),
        "absences": Absence.objects.filter(ends_at__gt=now).select_related("agent"),
        "swap_form": swap_form or OverrideForm(),
        "away_form": away_form or AbsenceForm(initial={"agent": agent_of(request)}),
        "works": may(request, Role.AGENT),
    }
    return render(request, "oncall/page.html", context, status=status)


def _strip(turn: Turn, now: datetime, names: dict[str, Agent]) -> Strip:
    x = LENGTH * ((turn.start - now) / AHEAD)
    width = LENGTH * ((turn.end - turn.start) / AHEAD)
    agent = names.get(turn.person or "")
    name = agent.name if agent else turn.person or _("nobody")
    return Strip(turn, f"{x:.2f}", f"{width:.2f}", hue(name) if turn.person else -1, name)


def _changed(request: HttpRequest, said: str) -> HttpResponse:
    live.changed("on-call", "triage")
    messages.success(request, said)
    return redirect("on-call")

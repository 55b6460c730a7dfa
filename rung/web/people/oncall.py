"""Who can be reached: on call and at each level, for the coming two weeks, with swaps and absences."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rung.core.check import coverage
from rung.core.oncall.duty import nobody_on_call, on_call_now, turns_of
from rung.core.oncall.schedule import Turn
from rung.core.reckoning.ladder import is_reachable, opens_at
from rung.frame.access import actor_of, agent_of, may, needs
from rung.outbox import live
from rung.people import changes
from rung.people.clock import database_now
from rung.people.models import Absence, Agent, Override, Role
from rung.people.who_is_there import roster_at
from rung.policies.versions import compiled, current_number
from rung.tickets.overview import people_of
from rung.web.people import duty_calendar
from rung.web.people.forms import AbsenceForm, OverrideForm

AHEAD = timedelta(days=duty_calendar.DAYS)
#: Holes of levels that are listed; more of them are one and the same trouble.
MOST_HOLES = 12


@dataclass(frozen=True)
class Rota:
    """One schedule: who is on now, every turn, the holes."""

    name: str
    now: Agent | None
    turns: list[tuple[Turn, str]]
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


@needs(Role.OBSERVER)
def holes(request: HttpRequest) -> HttpResponse:
    """When nobody at a level, or above it, can be reached while a target's time counts. Asked for by the page, because
    two weeks are looked through half hour by half hour."""
    now = database_now()
    policy = compiled(current_number()).policy
    found = coverage.holes(policy, coverage.presence(policy, roster_at(now), now))
    distinct = coverage.as_one(found)
    context = {"holes": distinct[:MOST_HOLES], "more": len(distinct) - MOST_HOLES}
    return render(request, "people/oncall/holes.html", context)


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
                changes.note("added", override, by=actor_of(request))
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
    changes.note("removed", gone, by=actor_of(request))
    gone.delete()
    return _changed(request, _("The swap was removed."))


@require_POST
@needs(Role.AGENT)
def away(request: HttpRequest) -> HttpResponse:
    """Somebody will not be there: oneself, or anybody where a lead says so."""
    form = AbsenceForm(request.POST)
    if form.is_valid():
        if form.cleaned_data["agent"] != agent_of(request) and not may(request, Role.LEAD):
            raise PermissionDenied
        changes.note("added", form.save(), by=actor_of(request))
        return _changed(request, _("Noted."))
    return _page(request, away_form=form, status=422)


@require_POST
@needs(Role.AGENT)
def back(request: HttpRequest, number: int) -> HttpResponse:
    """An absence is taken away."""
    absence = get_object_or_404(Absence, pk=number)
    if absence.agent != agent_of(request) and not may(request, Role.LEAD):
        raise PermissionDenied
    changes.note("removed", absence, by=actor_of(request))
    absence.delete()
    return _changed(request, _("The absence was removed."))


def _page(
    request: HttpRequest,
    *,
    swap_form: OverrideForm | None = None,
    away_form: AbsenceForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now = database_now()
    policy_version = compiled(current_number())
    policy, roster = policy_version.policy, roster_at(now)
    names = {agent.handle: agent for agent in Agent.objects.all()}
    end = duty_calendar.edges_of(now)[-1]
    drawn = [(name, turns_of(schedule, roster, now, end)) for name, schedule in policy.schedules.items()]
    absences = list(Absence.objects.filter(ends_at__gt=now).select_related("agent"))
    rotas = [
        Rota(
            name=name,
            now=names.get(on_call_now(policy.schedules[name], roster, now) or ""),
            turns=[(turn, _name(turn, names)) for turn in turns],
            holes=nobody_on_call(policy.schedules[name], roster, now, end),
        )
        for name, turns in drawn
    ]
    standby = [
        Standby(
            level=level,
            people=[names[handle] for handle in people_of(policy, roster, level)],
            reachable=is_reachable(policy_version, roster, level, now),
            opens_at=opens_at(policy_version, roster, level, now),
        )
        for level in policy.levels
    ]
    context = {
        "has_policy": bool(policy.targets or policy.rules),
        "live": ["on-call"],
        "rotas": rotas,
        "standby": standby,
        "swaps": Override.objects.filter(ends_at__gt=now).select_related("agent", "made_by"),
        "absences": absences,
        "calendar": duty_calendar.draw(drawn, absences, names, now),
        "zone": timezone.localtime(now).tzname(),
        "swap_form": swap_form or OverrideForm(initial=_asked(request, policy.schedules)),
        "asks_swap": swap_form is not None or "schedule" in request.GET,
        "away_form": away_form or AbsenceForm(initial={"agent": agent_of(request)}),
        "works": may(request, Role.AGENT),
        "writes_policy": may(request, Role.LEAD),
    }
    return render(request, "people/oncall/page.html", context, status=status)


def _name(turn: Turn, names: dict[str, Agent]) -> str:
    agent = names.get(turn.person or "")
    return agent.name if agent else turn.person or _("nobody")


def _asked(request: HttpRequest, schedules: Collection[str]) -> dict[str, object]:
    """What a link beside a hole says of the swap that would fill it."""
    schedule = request.GET.get("schedule", "")
    moments = {name: parse_datetime(request.GET.get(name, "")[:40]) for name in ("starts_at", "ends_at")}
    return {"schedule": schedule if schedule in schedules else "", **moments}


def _changed(request: HttpRequest, said: str) -> HttpResponse:
    live.changed("on-call", "triage")
    messages.success(request, said)
    return redirect("on-call")

"""How the desk itself is doing, for its owners: its parts, its queues, destinations that do not take what is sent."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from rung.frame.access import needs
from rung.intake import health
from rung.outbox.models import LaneState
from rung.people.clock import database_now
from rung.people.models import Role
from rung.tickets.models import Ticket

PARTS = {
    "ticker": _("looks at tickets that are due"),
    "sorter": _("turns what comes in into tickets"),
    "courier": _("sends messages, cards and pages"),
    "worker": _("runs rare and slow jobs"),
    "live": _("tells open pages what changed"),
}
QUEUES = {
    "tickets": _("Tickets that are due"),
    "received": _("Messages that wait to be sorted"),
    "failing": _("Messages that could not be sorted yet"),
    "deliveries": _("Deliveries that wait to be sent"),
    "jobs": _("Jobs"),
}


@needs(Role.OWNER)
def desk_health(request: HttpRequest) -> HttpResponse:
    """The page. It shows what `/healthz` measures, with what waits and why."""
    now = database_now()
    found = health.measure(now)
    silent = health.SILENT_AT_MOST.total_seconds()
    seen = {part: timedelta(seconds=found.parts[part]) if part in found.parts else None for part in PARTS}
    well = {part for part in PARTS if found.parts.get(part, silent + 1) <= silent}
    backup = health.last_backup(now)
    context = {
        "live": [],
        "is_well": not found.troubles,
        "parts": [(part, does, seen[part], part in well) for part, does in PARTS.items()],
        "queues": [(QUEUES[each.name], each, timedelta(seconds=each.oldest)) for each in found.queues],
        "failing": LaneState.objects.filter(failures__gt=0).order_by("-failures", "name")[:50],
        "parked": Ticket.objects.filter(parked_at__isnull=False).order_by("number")[:50],
        "backup": backup,
        "backup_age": timedelta(seconds=backup.age) if backup else None,
        "back": timedelta(seconds=found.clock_stepped_back),
    }
    return render(request, "setup/health.html", context)

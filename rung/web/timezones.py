"""Times are shown where the reader is."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from rung.people.models import Agent


def middleware(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: the reader's own time zone; UTC for everybody else."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        with timezone.override(_zone_of(request)):
            return get_response(request)

    return respond


def _zone_of(request: HttpRequest) -> ZoneInfo:
    reader = request.user if not request.path.startswith(("/api/", "/static/")) else None
    if isinstance(reader, Agent):
        try:
            return ZoneInfo(reader.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            pass
    return ZoneInfo("UTC")

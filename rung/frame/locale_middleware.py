"""Times are shown where the reader is, and words in their language."""

from collections.abc import Callable
from contextlib import nullcontext
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from rung.core.sentences import speaking
from rung.hooks import folders
from rung.people.models import Agent

#: Answered to machines: no session is read for them.
MACHINES = ("/api/", "/static/", "/healthz", "/metrics")


def middleware(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: the reader's own time zone and language; for everybody else UTC and what their browser asks for."""
    machines = (*MACHINES, *(f"/{folder.name}/" for folder in folders() if folder.urls))

    def respond(request: HttpRequest) -> HttpResponseBase:
        is_machine = request.path.startswith(machines)
        reader = None if is_machine else request.user
        if not isinstance(reader, Agent):
            with timezone.override(ZoneInfo("UTC")), nullcontext() if is_machine else speaking(translation.gettext):
                return get_response(request)
        known = reader.language in dict(settings.LANGUAGES)
        language = translation.override(reader.language if known else "en")
        with timezone.override(zone_of(reader)), language, speaking(translation.gettext):
            request.LANGUAGE_CODE = translation.get_language() or "en"
            return get_response(request)

    return respond


def zone_of(agent: Agent) -> ZoneInfo:
    """The agent's time zone; UTC where it is not one."""
    try:
        return ZoneInfo(agent.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")

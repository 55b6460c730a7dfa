"""What a request is answered while the database is away: 503 and when to come again, with one line in the log."""

import logging
import sys
from collections.abc import Callable

import structlog
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template import loader
from django.views import defaults

from rung.people.database_errors import AWAY

log = structlog.get_logger(__name__)

#: Seconds after which a caller may come again.
AGAIN = 5
#: What answers programs, by how its address begins.
FOR_PROGRAMS = ("/api/", "/healthz", "/metrics")


class _Known:
    """What this process has said of it."""

    away = False


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`: called while the error is being handled. What is not the database's is a 500, as ever."""
    if not isinstance(sys.exc_info()[1], AWAY):
        return _for_programs(request, "something broke here; it is in the log", 500) or defaults.server_error(request)
    if not _Known.away:
        _Known.away = True
        log.warning("the database is away", error=str(sys.exc_info()[1]).strip())
    answer = _for_programs(request, "the database does not answer; try again in a few seconds", 503)
    if answer is None:
        answer = HttpResponse(loader.get_template("503.html").render(), status=503)
    answer.headers["Retry-After"] = str(AGAIN)
    return answer


def middleware(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Says once that the database answers again."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if _Known.away and response.status_code < 500 and connection.connection is not None:
            _Known.away = False
            log.warning("the database answers again")
        return response

    return answered


class SaidOnce(logging.Filter):
    """For Django's log of requests: an outage is one line of ours, not a traceback for each request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """False: what this line says has been said."""
        return getattr(record, "status_code", 0) != 503


def _for_programs(request: HttpRequest, said: str, status: int) -> HttpResponse | None:
    return JsonResponse({"error": said}, status=status) if request.path.startswith(FOR_PROGRAMS) else None

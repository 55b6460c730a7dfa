"""Where Slack calls us over HTTP: proven, then kept or answered within its three seconds."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from slack_sdk.errors import SlackApiError, SlackClientError

from rung.channels.slack import entry
from rung.channels.slack.connection import signature
from rung.people.clock import database_now

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def events(request: HttpRequest) -> HttpResponse:
    """The Events API. 200 only once the event is kept: anything else, and Slack sends it again."""
    now = database_now()
    opens = signature.opened_by(request.body, request.headers, now)
    if not opens:
        return HttpResponse("The signature is not Slack's, or too old.", status=401)
    payload = _object(request.body)
    if payload is None:
        return HttpResponse("That is not JSON.", status=400)
    if payload.get("type") == "url_verification":
        return JsonResponse({"challenge": payload.get("challenge")})
    if not entry.event(payload, opens, now):
        return HttpResponse("That secret is another workspace's.", status=401)
    return HttpResponse(status=200)


@csrf_exempt
@require_POST
def interactive(request: HttpRequest) -> HttpResponse:
    """Buttons, windows and shortcuts."""
    return _answered(request, lambda: _object(request.POST.get("payload", "").encode()), entry.interactive)


@csrf_exempt
@require_POST
def commands(request: HttpRequest) -> HttpResponse:
    """Slash commands."""
    return _answered(request, lambda: request.POST.dict(), entry.command)  # noqa: PLW0108  the body comes before POST


def _answered(
    request: HttpRequest,
    read: Callable[[], dict[str, Any] | None],
    act: Callable[[dict[str, Any], frozenset[int], datetime], dict[str, Any]],
) -> HttpResponse:
    now, body = database_now(), request.body  # the body is read before the form, for its signature
    opens = signature.opened_by(body, request.headers, now)
    if not opens or not signature.is_first(request.headers, now):
        return HttpResponse("The signature is not Slack's, or was used before.", status=401)
    payload = read()
    if payload is None:
        return HttpResponse("There is no payload.", status=400)
    try:
        answer = act(payload, opens, now)
    except (SlackApiError, SlackClientError, OSError) as error:
        # The window could not be opened or the person not told; what was to be done is done or was not begun.
        log.warning("Slack did not take our answer to a press", error=str(error))
        answer = {}
    return JsonResponse(answer) if answer else HttpResponse(status=200)


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None

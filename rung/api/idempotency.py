"""`Idempotency-Key`: the same request again gets the same answer and does nothing; another under it is refused.

The key's row and what the request does are one transaction. A duplicate that arrives meanwhile waits at the unique
constraint until the first is committed, and then reads its answer.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from rung.api import callers
from rung.api.models import KeptAnswer
from rung.api.problems import Problem
from rung.people.clock import database_now
from rung.policies.versions import compiled

HEADER = "Idempotency-Key"
LONGEST = 255
KEPT_FOR = timedelta(days=7)
CLEARED_EVERY = 1_000
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
#: Answers worth keeping: what was done, and what was refused because of how things stand. Others did nothing.
KEPT_STATUSES = frozenset({200, 201, 409})
PATHS = "/api/v1/"

_INSERT = """
    INSERT INTO api_keptanswer (caller, key, request, status, body, made_at) VALUES (%s, %s, %s, 0, '', %s)
    ON CONFLICT (caller, key) DO NOTHING RETURNING id
"""

Respond = Callable[[HttpRequest], HttpResponseBase]


def middleware(get_response: Respond) -> Respond:
    """Middleware for requests to the API that carry the header."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        key = request.headers.get(HEADER)
        if key is None or request.method not in CHANGING or not request.path.startswith(PATHS):
            return get_response(request)
        if not key.strip() or len(key) > LONGEST:
            return _refused(422, f"header {HEADER}: it is 1 to {LONGEST} characters long")
        if not is_known(request):
            return get_response(request)  # refused there, and nothing of the body has been read
        return _once(request, key, get_response)

    return respond


def _once(request: HttpRequest, key: str, get_response: Respond) -> HttpResponseBase:
    caller = callers.let_in(request)
    # Who may do less than when the answer was kept asks anew.
    whose = sha256(f"{caller.hash} {caller.role}".encode()).hexdigest()
    asked = sha256(
        b"\n".join([str(request.method).encode(), request.get_full_path().encode(), request.body])
    ).hexdigest()
    with transaction.atomic():
        row = _keep_place(whose, key, asked)
        if row is None:
            return _again(KeptAnswer.objects.get(caller=whose, key=key), asked)
        response = get_response(request)
        if response.status_code not in KEPT_STATUSES or not isinstance(response, HttpResponse):
            transaction.set_rollback(True)
            # A version published and read in this request is gone again, and its number will be another's.
            compiled.cache_clear()
            return response
        KeptAnswer.objects.filter(pk=row).update(status=response.status_code, body=response.content)
    if row % CLEARED_EVERY == 0:
        forget()
    return response


def is_known(request: HttpRequest) -> bool:
    """Whether the key in the header is a good one."""
    try:
        callers.let_in(request)
    except Problem:
        return False
    return True


def forget() -> int:
    """Drop answers older than a week; returns how many."""
    count, _ = KeptAnswer.objects.filter(made_at__lt=database_now() - KEPT_FOR).delete()
    return count


def _keep_place(caller: str, key: str, asked: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [caller, key, asked, database_now()])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _again(kept: KeptAnswer, asked: str) -> HttpResponse:
    if kept.request != asked:
        return _refused(422, f"header {HEADER}: this key was used for another request; use a new one")
    answer = HttpResponse(bytes(kept.body), status=kept.status, content_type="application/json; charset=utf-8")
    answer.headers["Idempotent-Replayed"] = "true"
    return answer


def _refused(status: int, sentence: str) -> HttpResponse:
    body = json.dumps({"error": sentence[:1].upper() + sentence[1:], "place": f"header.{HEADER}"})
    return HttpResponse(body, status=status, content_type="application/json; charset=utf-8")

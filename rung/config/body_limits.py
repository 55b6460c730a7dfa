"""How much a request may send, by who sends it: decided from its headers, before anything of its body is read."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, SESSION_KEY
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections

from rung.api import callers
from rung.api.problems import Problem
from rung.api.scim import protocol as scim
from rung.api.v1 import on_problem
from rung.config.incoming import Refused, too_much
from rung.frame.uploads import WORDS
from rung.people import sign_in
from rung.people.database_errors import AWAY

#: What anybody may send: the events of Slack and the forms of the way in are far smaller.
ANYBODY = 1024 * 1024
#: Where anybody may send files.
OPEN_FORMS = ("/ask",)
API, SCIM = "/api/", "/api/scim/"


def address_of(environ: dict[str, Any]) -> str:
    """Whose bodies count together."""
    return sign_in.network_of(WSGIRequest(environ))


def must_be_asked(environ: dict[str, Any]) -> bool:
    """Whether `most` has to look into the database: for the API, and for what is more than anybody may send."""
    path, length = str(environ["PATH_INFO"]), environ.get("CONTENT_LENGTH", "")
    return path.startswith(API) or not (length.isdecimal() and int(length) <= ANYBODY)


def most(environ: dict[str, Any]) -> int:
    """How many bytes it may send. Raises Refused for a key that is not good, and for a length above the limit.

    In a thread: it asks the database. A good key is found once, and stands in `environ` from then on.
    """
    close_old_connections()
    path = str(environ["PATH_INFO"])
    if path.startswith(API):
        _let_in(environ)
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or ANYBODY
    elif path.startswith(OPEN_FORMS) or _is_signed_in(environ):
        limit = settings.ATTACHMENT_LARGEST * settings.ATTACHMENTS_MOST + WORDS
    else:
        limit = ANYBODY
    length = environ.get("CONTENT_LENGTH", "")
    if length.isdecimal() and int(length) > limit:
        raise too_much(limit)
    return int(limit)


def _let_in(environ: dict[str, Any]) -> None:
    request = WSGIRequest(environ)
    try:
        (scim.let_in if request.path.startswith(SCIM) else callers.let_in)(request)
    except Problem as problem:
        answer = on_problem(request, problem)
        headers = tuple((name.lower(), value) for name, value in answer.headers.items())
        raise Refused(answer.status_code, answer.content, headers) from problem
    except AWAY:
        return  # Django says so, in its own words


def _is_signed_in(environ: dict[str, Any]) -> bool:
    """Whether it comes with a session of somebody who signed in. Whether they may do it is asked later."""
    word = WSGIRequest(environ).COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    try:
        session = import_module(settings.SESSION_ENGINE).SessionStore(word)
        return SESSION_KEY in session and BACKEND_SESSION_KEY in session
    except AWAY:
        return False

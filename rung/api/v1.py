"""The JSON API, version 1: its parts, and how every mistake is answered."""

import json
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.types import DictStrAny

from rung.api import acts, downloads, history, people, policy, privacy, shapes, tickets, workflows
from rung.api.callers import Nobody
from rung.api.description import DescribedAPI
from rung.api.problems import Problem, known_fields, of_validation
from rung.tickets.visibility import NotTheirs

DESCRIPTION = """\
Requests become tickets, a written policy runs their clocks, and an escalation is an offer until somebody claims it.

Send `Authorization: Bearer rung_…`; `rung token create NAME` makes a key. With an `Idempotency-Key` a request may be
sent again: it gets the same answer and does nothing twice. Every answer of 4xx is one sentence under `error`.
"""


class TextParser(Parser):
    """JSON whose texts PostgreSQL can hold: no NUL characters, no half characters."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """The body. Raises Problem 400 or 422."""
        try:
            parsed = json.loads(request.body)
            _refuse_broken_text(parsed, "body")
        except ValueError as mistake:
            raise Problem(400, f"the body is not JSON: {mistake}", place="body") from mistake
        except RecursionError as mistake:
            raise Problem(400, "the body is nested too deeply", place="body") from mistake
        return parsed  # type: ignore[no-any-return]

    def parse_querydict(self, data: Any, list_fields: list[str], request: HttpRequest) -> DictStrAny:
        """The query. Raises Problem 422."""
        parsed = super().parse_querydict(data, list_fields, request)
        _refuse_broken_text(parsed, "query")
        return parsed


api = DescribedAPI(
    title="Rung",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    openapi_url="/openapi.json",
    auth=Nobody(),
    parser=TextParser(),
    urls_namespace="api-1",
)
api.add_router("", tickets.router)
api.add_router("", downloads.router)
api.add_router("", acts.router)
api.add_router("", workflows.router)
api.add_router("", people.router)
api.add_router("", privacy.router)
api.add_router("", policy.router)
api.add_router("", history.router)

FIELDS = known_fields(shape for shape in vars(shapes).values() if isinstance(shape, type)) | known_fields(
    [people.NewAgent, people.NewTeam, people.NewCustomer, people.NewAbsence, tickets.Filters, people.DeliveryFilters]
)


@api.exception_handler(Problem)
def on_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    """One sentence."""
    response = api.create_response(request, problem.body(), status=problem.status)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if "retry_after" in problem.more:
        response.headers["Retry-After"] = str(problem.more["retry_after"])
    return response


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, mistake: ValidationError) -> HttpResponse:
    """The first mistake as a sentence, the others beside it."""
    return on_problem(request, of_validation(mistake.errors, FIELDS, _read(request)))


@api.exception_handler(HttpError)
def on_refused(request: HttpRequest, mistake: HttpError) -> HttpResponse:
    """What ninja itself refuses."""
    problem = (
        mistake.__cause__ if isinstance(mistake.__cause__, Problem) else Problem(mistake.status_code, str(mistake))
    )
    return on_problem(request, problem)


@api.exception_handler(RequestDataTooBig)
def on_too_much(request: HttpRequest, mistake: RequestDataTooBig) -> HttpResponse:
    """More than settings allow."""
    most = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // 2**20
    return on_problem(request, Problem(413, f"the body is longer than {most} MB", place="body"))


@api.exception_handler(Http404)
@api.exception_handler(NotTheirs)
def on_missing(request: HttpRequest, mistake: Http404 | NotTheirs) -> HttpResponse:
    """Nothing there."""
    return on_problem(request, Problem(404, "there is nothing here"))


def _read(request: HttpRequest) -> object:
    """The request as given, to show what stood at a place."""
    if request.method == "GET":
        return request.GET.dict()
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return None


def _refuse_broken_text(value: object, place: str) -> None:
    match value:
        case str():
            if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
                raise Problem(422, f"{place}: the text has characters that are none (NUL or half a pair)", place=place)
        case dict():
            for name, inner in value.items():
                _refuse_broken_text(name, place)
                _refuse_broken_text(inner, f"{place}.{name}")
        case list():
            for number, inner in enumerate(value):
                _refuse_broken_text(inner, f"{place}[{number}]")

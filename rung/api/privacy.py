"""One person's data, for an owner: all of it as a file, and forgetting it."""

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from rung.api.callers import OWNER, caller
from rung.api.problems import Problem, unknown
from rung.intake.privacy import Forgotten, archive_of_agent, archive_of_requester, forget_agent, forget_requester
from rung.people.clock import database_now
from rung.people.models import Agent, Requester

router = Router(tags=["personal data"], auth=OWNER)
ZIP = {"responses": {200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}}}


class RequesterOut(Schema):
    id: int
    name: str
    email: str | None
    customer: str | None


class ForgottenOut(Schema):
    pseudonym: str
    messages: int = Field(description="Messages whose words were deleted.")
    files: int
    rows: int = Field(description="Rows elsewhere in which a pseudonym stands now.")
    left: dict[str, int] = Field(description="`table.column` -> rows that still name the person. Empty.")


@router.get("/requesters", response=list[RequesterOut], summary="People who asked, by mail address")
def find_requesters(request: HttpRequest, email: Query[str]) -> list[RequesterOut]:
    found = Requester.objects.select_related("customer").filter(email=email.strip().lower())
    return [
        RequesterOut(
            id=each.pk, name=each.name, email=each.email, customer=each.customer.name if each.customer else None
        )
        for each in found
    ]


@router.get("/agents/{handle}/data", summary="Everything about an agent, as a zip", openapi_extra=ZIP)
def agent_data(request: HttpRequest, handle: str) -> HttpResponse:
    return _zip(archive_of_agent(_agent(handle), database_now()), handle)


@router.delete("/agents/{handle}/data", response=ForgottenOut, summary="Forget an agent for good")
def delete_agent(request: HttpRequest, handle: str, keep_words: Query[bool] = False) -> ForgottenOut:
    """No way in, no words, no name; what they did stays under a pseudonym. Cannot be undone."""
    try:
        done = forget_agent(_agent(handle), by=caller(request).by, now=database_now(), keep_words=keep_words)
    except ValueError as refused:
        raise Problem(409, str(refused), place="path.handle") from refused
    return _told(done)


@router.get("/requesters/{int:number}/data", summary="Everything about somebody who asked", openapi_extra=ZIP)
def requester_data(request: HttpRequest, number: int) -> HttpResponse:
    return _zip(archive_of_requester(_requester(number), database_now()), f"requester-{number}")


@router.delete("/requesters/{int:number}/data", response=ForgottenOut, summary="Forget somebody who asked, for good")
def delete_requester(request: HttpRequest, number: int) -> ForgottenOut:
    """Everything said on their tickets, their files, mails and ids. The tickets stay, empty. Cannot be undone."""
    return _told(forget_requester(_requester(number), by=caller(request).by, now=database_now()))


def _agent(handle: str) -> Agent:
    found = Agent.objects.filter(handle=handle).first()
    if found is None:
        raise unknown("agent", handle, Agent.objects.values_list("handle", flat=True), place="path.handle", status=404)
    return found


def _requester(number: int) -> Requester:
    found = Requester.objects.filter(pk=number).first() if number < 2**62 else None
    if found is None:
        raise Problem(404, f"nobody who asked has the number {number}", place="path.number")
    return found


def _told(done: Forgotten) -> ForgottenOut:
    return ForgottenOut(
        pseudonym=done.pseudonym, messages=done.messages, files=done.files, rows=done.rows, left=done.left
    )


def _zip(data: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"', "Cache-Control": "no-store"}
    return HttpResponse(data, content_type="application/zip", headers=headers)

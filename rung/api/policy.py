"""The policy: what is in force, its versions, checking a text, publishing it."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja import Status as Reply
from pydantic import Field, StringConstraints

from rung.api.callers import LEAD, OBSERVER, caller
from rung.api.problems import Problem
from rung.api.shapes import Given, example
from rung.core.document.findings import MOST_SHOWN, Finding, first_of, has_errors
from rung.escalation.policy_rollout import roll_out
from rung.people.clock import database_now
from rung.policies.models import PolicyVersion
from rung.policies.publishing import NotPublished, publish
from rung.policies.reading import check_policy

router = Router(tags=["policy"])
FILE = "policy.yaml"
SMALL = (
    "name: Acme support\ntimezone: Europe/Berlin\n"
    "teams: {frontline: {}}\nlevels: {L1: {team: frontline}}\npaths: {support: [L1]}\n"
)


class PolicyText(Given):
    model_config = example(text=SMALL)
    text: Annotated[str, StringConstraints(max_length=1_000_000)]


class NewVersion(Given):
    model_config = example(text=SMALL, reason="Begin")
    text: Annotated[str, StringConstraints(max_length=1_000_000)]
    reason: Annotated[str, StringConstraints(max_length=2_000)] = ""
    running: bool = Field(default=False, description="Judge the tickets that are open by it too, not only new ones.")
    fire: bool = Field(
        default=False, description="With `running`: steps it has crossed already fire, else are recorded."
    )


class FindingOut(Schema):
    line: int
    place: str
    message: str
    severity: str
    hint: str
    text: str = Field(description="The finding as one line.")


class CheckOut(Schema):
    ok: bool
    findings: list[FindingOut] = Field(description=f"The first {MOST_SHOWN}, mistakes before warnings.")
    more: int = Field(default=0, description="How many there are besides.")


class VersionOut(Schema):
    number: int
    author: str
    reason: str
    created_at: datetime
    is_current: bool


class VersionTextOut(VersionOut):
    text: str


class PublishedOut(VersionOut):
    findings: list[FindingOut] = Field(description=f"Warnings, the first {MOST_SHOWN}: somebody should look.")
    more: int = Field(default=0, description="How many there are besides.")
    tickets: int = Field(description="How many open tickets are judged by it from now on.")


@router.get("/policy", response=VersionTextOut, auth=OBSERVER, summary="The policy in force")
def current(request: HttpRequest) -> VersionTextOut:
    """404 while none has been published."""
    version = PolicyVersion.objects.filter(is_current=True).first()
    if version is None:
        raise Problem(404, "no policy has been published yet")
    return _with_text(version)


@router.get("/policy/versions", response=list[VersionOut], auth=OBSERVER, summary="Its versions, the newest first")
def versions(request: HttpRequest) -> list[VersionOut]:
    return [VersionOut(**_facts(version)) for version in PolicyVersion.objects.defer("text", "holidays")]


@router.get("/policy/versions/{int:number}", response=VersionTextOut, auth=OBSERVER, summary="One version")
def version(request: HttpRequest, number: int) -> VersionTextOut:
    found = PolicyVersion.objects.filter(number=number).first()
    if found is None:
        raise Problem(404, f"there is no version {number} of the policy", place="path.number")
    return _with_text(found)


@router.post("/policy/check", response=CheckOut, auth=OBSERVER, summary="Check a text without publishing it")
def check(request: HttpRequest, body: PolicyText) -> CheckOut:
    """Every mistake with its line, all at once, and what could not work as written."""
    _, findings = check_policy(body.text, FILE)
    shown, more = first_of(findings)
    return CheckOut(ok=not has_errors(findings), findings=[_finding(each) for each in shown], more=more)


@router.post("/policy", response={201: PublishedOut}, auth=LEAD, summary="Publish a new version")
def publish_version(request: HttpRequest, body: NewVersion) -> Reply[PublishedOut]:
    """422 with every finding when the text has mistakes; nothing is published then."""
    _, checked = check_policy(body.text, FILE)
    result = (
        NotPublished(checked)
        if has_errors(checked)
        else publish(body.text, author=caller(request).by, reason=body.reason, file=FILE, now=database_now())
    )
    if isinstance(result, NotPublished):
        shown, more = first_of(result.findings)
        findings = [_finding(each) for each in shown]
        if not findings:
            raise Problem(409, "this text is the policy in force already")
        first = next((each for each in findings if each.severity == "error"), findings[0])
        raise Problem(
            422, first.text, place=first.place or "body.text", findings=[each.dict() for each in findings], more=more
        )
    changed = 0
    if body.running:
        changed = sum(roll_out(result.number, by=caller(request).by, fire=body.fire))
    version = PolicyVersion.objects.get(number=result.number)
    shown, more = first_of(checked)
    findings = [_finding(each) for each in shown]
    return Reply(201, PublishedOut(**_facts(version), findings=findings, more=more, tickets=changed))


def _facts(version: PolicyVersion) -> dict[str, Any]:
    names = ("number", "author", "reason", "created_at", "is_current")
    return {name: getattr(version, name) for name in names}


def _with_text(version: PolicyVersion) -> VersionTextOut:
    return VersionTextOut(**_facts(version), text=version.text)


def _finding(finding: Finding) -> FindingOut:
    return FindingOut(
        line=finding.line,
        place=finding.place,
        message=finding.message,
        severity=finding.severity.value,
        hint=finding.hint,
        text=str(finding),
    )

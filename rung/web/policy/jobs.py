"""Jobs about the policy on its pages: begun, watched while the worker does them, and what came of them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rung.core.actors import Actor
from rung.frame.access import actor_of, needs
from rung.insights.policy_job_progress import jobs_ahead, stop_earlier
from rung.insights.policy_jobs import run_policy_job
from rung.people.clock import database_now
from rung.people.models import Role
from rung.policies.models import PolicyJob
from rung.policies.reading import read_policy
from rung.tickets.models import IS_OPEN, Ticket
from rung.web.policy.job_queue import hand_over
from rung.web.policy.studio import simulated
from rung.web.policy.studio.uploaded import rejected_in_words

#: Open tickets looked at while the page waits; more are the worker's.
AT_ONCE = 100
LONGEST = 1_000_000  # characters of a policy
PERIODS = (7, 30, 90, 365)
#: Without a sign of life for so long, it is said that the worker may be down.
SILENT = timedelta(seconds=60)


def begin(kind: PolicyJob.Kind, by: Actor, **wanted: Any) -> PolicyJob:
    """Write it down and let the worker do it; what is small is done before this returns. It takes the place of what
    the same person has asked for in this way and not yet got."""
    now = database_now()
    job = PolicyJob.objects.create(kind=kind, author=by, created_at=now, changed_at=now, **wanted)
    stop_earlier(job)
    if kind not in PolicyJob.LONG and Ticket.objects.filter(IS_OPEN)[: AT_ONCE + 1].count() <= AT_ONCE:
        run_policy_job(job.pk)
        job.refresh_from_db()
    else:
        with transaction.atomic():
            hand_over(job)
    return job


@require_POST
@needs(Role.LEAD)
def replay(request: HttpRequest) -> HttpResponse:
    """Run a text over some days of the record, beside the version in force."""
    return _begun(request, PolicyJob.Kind.REPLAY, {})


@require_POST
@needs(Role.LEAD)
def simulate(request: HttpRequest) -> HttpResponse:
    """What people might have done under a text: with more tickets, with more or fewer people."""
    return _begun(request, PolicyJob.Kind.SIMULATION, simulated.wanted(request.POST))


def _begun(request: HttpRequest, kind: PolicyJob.Kind, wanted: dict[str, Any]) -> HttpResponse:
    days = request.POST.get("days", "")
    chosen = int(days) if days in map(str, PERIODS) else 30
    return waiting(request, begin(kind, actor_of(request), text=text_of(request), days=chosen, wanted=wanted))


def waiting(request: HttpRequest, job: PolicyJob) -> HttpResponse:
    """The page, or the part of one, that watches a job."""
    if not request.headers.get("HX-Request"):
        return redirect("policy-job", number=job.pk)
    return render(request, "policy/job.html", shown(job))


def text_of(request: HttpRequest) -> str:
    """The policy a page has sent."""
    return request.POST.get("text", "").replace("\r\n", "\n").replace("\x00", "")[:LONGEST]


@needs(Role.LEAD)
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """How far it is, or what came of it; a part of a page where a page asks for it."""
    found = PolicyJob.objects.filter(pk=number).first()
    if found is None:
        raise Http404(f"there is no job {number}")
    part = request.headers.get("HX-Request") == "true"
    if part:
        PolicyJob.objects.filter(pk=number).update(seen_at=database_now())
    template = "policy/job.html" if part else "policy/job_page.html"
    return render(request, template, shown(found) | {"live": []})


@require_POST
@needs(Role.LEAD)
def stop(request: HttpRequest, number: int) -> HttpResponse:
    """Nobody waits for it any more."""
    going = PolicyJob.objects.filter(pk=number, state__in=[PolicyJob.State.WAITING, PolicyJob.State.WORKING])
    going.exclude(kind=PolicyJob.Kind.ROLLOUT).update(state=PolicyJob.State.STOPPED, changed_at=database_now())
    found = PolicyJob.objects.filter(pk=number).first()
    if found is None:
        raise Http404(f"there is no job {number}")
    return render(request, "policy/job.html", shown(found))


def trying(text: str) -> dict[str, Any]:
    """For the part of a page on which a text is tried: what its forms offer."""
    policy, _found = read_policy(text, "policy.yaml")
    return {
        "periods": PERIODS,
        "growth": simulated.GROWTH,
        "heeded": simulated.HEEDED,
        "levels_to_staff": tuple(policy.levels) if policy is not None else (),
    }


def shown(job: PolicyJob) -> dict[str, Any]:
    """For the template."""
    going = job.state in {PolicyJob.State.WAITING, PolicyJob.State.WORKING}
    result = job.result or {}
    context: dict[str, Any] = {
        "job": job,
        "going": going,
        "silent": going and database_now() - job.changed_at > SILENT,
        "result": result,
        "before_it": jobs_ahead(job) if job.state == PolicyJob.State.WAITING else 0,
    }
    if job.state == PolicyJob.State.FAILED and job.text:
        policy, mistakes = read_policy(job.text, "policy.yaml")
        if policy is None:  # said anew in the reader's language
            job.problem = "; ".join(map(str, mistakes))
    if job.kind == PolicyJob.Kind.REPLAY and result:
        # The pictures are made of our own elements, and escape every word in them.
        context["pictures"] = [mark_safe(each) for each in _pictures(result["pictures"])]  # noqa: S308
        context["sums"] = [(_NAMES[name](), before, after, after - before) for name, before, after in result["sums"]]
        context["rejected"] = rejected_in_words(result.get("rejected", {}))
    context["kept"] = list(result.get("kept", {}).items())
    if job.kind == PolicyJob.Kind.SIMULATION and result:
        context |= simulated.shown(result) | {"different": simulated.what_if(job.wanted)}
    if job.kind == PolicyJob.Kind.PREVIEW and result:
        context["rows"] = [_row(each) for each in result["tickets"]]
    return context


def _pictures(drawn: dict[str, list[str]] | list[str]) -> list[str]:
    """Those in the reader's language; of a replay of an earlier version there are only English ones."""
    return drawn if isinstance(drawn, list) else drawn.get(get_language() or "en", drawn["en"])


def _row(each: dict[str, Any]) -> dict[str, Any]:
    def moment(text: str | None) -> datetime | None:
        return datetime.fromisoformat(text) if text else None

    return each | {"moved": [(clock, moment(before), moment(after)) for clock, before, after in each["moved"]]}


_NAMES = {
    "breaches": lambda: _("promises broken"),
    "escalations": lambda: _("escalations"),
    "interruptions": lambda: _("interruptions"),
    "outside": lambda: _("of them outside working time"),
}

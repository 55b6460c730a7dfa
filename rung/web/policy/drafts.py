"""Drafts of the policy: kept, read by a second person with all that would change, published or withdrawn."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rung.frame.access import actor_of, needs
from rung.people.clock import database_now
from rung.people.models import Role
from rung.policies.drafts import accept, withdraw
from rung.policies.models import Draft, PolicyJob, PolicyVersion
from rung.policies.publishing import NotPublished, asks_for_second_person
from rung.policies.reading import read_policy
from rung.tickets.models import IS_OPEN, Ticket
from rung.web.policy import pages
from rung.web.policy.jobs import begin, shown, text_of, trying
from rung.web.policy.studio.preview import difference


@needs(Role.LEAD)
def drafts(request: HttpRequest) -> HttpResponse:
    """Those that wait, and how the latest others ended."""
    waiting = Draft.objects.filter(state=Draft.State.OPEN).defer("text")
    ended = Draft.objects.exclude(state=Draft.State.OPEN).defer("text")[:20]
    return render(request, "policy/drafts.html", {"live": ["policy"], "waiting": waiting, "ended": ended})


@needs(Role.LEAD)
def draft_page(request: HttpRequest, number: int) -> HttpResponse:
    """One draft with what it would change, for the person who decides."""
    return render(request, "policy/draft.html", _shown(request, _draft(number)))


@require_POST
@needs(Role.LEAD)
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Publish it or withdraw it."""
    draft, by, now = _draft(number), actor_of(request), database_now()
    if request.POST.get("withdraw") == "1":
        withdraw(draft.pk, now=now)
        messages.success(request, _("Draft %(number)d is withdrawn.") % {"number": draft.pk})
        return redirect("policy-drafts")
    context = _shown(request, draft)
    if context["errors"]:
        return render(request, "policy/draft.html", context, status=422)
    result = accept(draft.pk, by=by, text=text_of(request), now=now, instead_of=pages.against(request))
    if result is None:
        messages.error(request, _("The draft has changed since you opened it; this is how it is now."))
        return redirect("policy-draft", number=draft.pk)
    if isinstance(result, NotPublished):
        messages.error(request, pages.refusal(result))
        return render(request, "policy/draft.html", _shown(request, draft), status=409)
    return pages.in_force(request, result.number, by=by)


@require_POST
@needs(Role.LEAD)
def effects(request: HttpRequest) -> HttpResponse:
    """What a text would do to running tickets if it were published for them too, as a part of a page."""
    text = text_of(request)
    policy, _found = read_policy(text, pages.FILE)
    if policy is None:
        return render(request, "policy/unreadable.html")
    job = begin(PolicyJob.Kind.PREVIEW, actor_of(request), text=text)
    return render(request, "policy/job.html", shown(job))


def _draft(number: int) -> Draft:
    draft = Draft.objects.filter(pk=number).first()
    if draft is None:
        raise Http404(f"there is no draft {number} of the policy")
    return draft


def _shown(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    current = PolicyVersion.objects.filter(is_current=True).first()
    before, mine = current.text if current else "", draft.author == actor_of(request)
    return (
        pages.editing(draft.text)
        | trying(draft.text)
        | {
            "draft": draft,
            "version": current,
            "changes": pages.changes_between(before, draft.text),
            "lines_changed": difference(before, draft.text),
            "told": pages.changed(before, draft.text),
            "homeless": pages.left_behind(draft.text),
            "renames": draft.renames,
            "running": Ticket.objects.filter(IS_OPEN).count(),
            "waits": draft.state == Draft.State.OPEN,
            "alone": mine and current is not None and asks_for_second_person(current),
        }
    )

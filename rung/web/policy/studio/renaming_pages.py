"""Another name for something of the policy: what changes with it, and who else knows it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from rung.core.document.intents import value_at
from rung.core.document.nodes import Path
from rung.core.document.renaming import CHANNELS, RENAMED, in_prose, mentions, renamed
from rung.core.document.tree import CannotEdit
from rung.core.reckoning.arrival_rules import FALLBACK_CATEGORY
from rung.frame.access import agent_of, needs
from rung.people.clock import database_now
from rung.people.models import Role
from rung.policies.drafts import remember_rename
from rung.policies.outlets import outlets
from rung.web.policy.studio.kinds import section_of
from rung.web.policy.studio.pages import frame
from rung.web.policy.studio.preview import Preview, preview_of
from rung.web.policy.studio.usages import bare, channels, uses_outside_policy
from rung.web.policy.studio.working_draft import WorkingDraft

LONGEST = 60
TITLES: dict[str, Promise] = {
    "levels": gettext_lazy("Level"),
    "paths": gettext_lazy("Path"),
    "calendars": gettext_lazy("Calendar"),
    "teams": gettext_lazy("Team"),
    "schedules": gettext_lazy("On-call rotation"),
    "replies": gettext_lazy("Canned answer"),
    "categories": gettext_lazy("Category"),
    CHANNELS: gettext_lazy("Channel"),
}


@needs(Role.LEAD)
def rename(request: HttpRequest) -> HttpResponse:
    """The form; posted, the draft has the new name wherever the policy mentions it."""
    bench = WorkingDraft(agent_of(request))
    given = request.POST if request.method == "POST" else request.GET
    what, old = given.get("what", ""), given.get("name", "")
    _known(bench, what, old)
    new = _new(what, old, request.POST.get("new", "")) if request.method == "POST" else old
    made = _made(bench, what, old, new) if request.method == "POST" else Preview(bench.text)
    if request.method != "POST" or (made.errors and request.POST.get("seen") == bench.stamp):
        return _form(request, bench, (what, old, new), made, status=422 if made.errors else 200)
    if request.POST.get("seen") != bench.stamp or not bench.keep(made.text, database_now()):
        messages.error(request, _("The draft has changed since you opened this; here is how it is now."))
        return redirect(reverse("policy-section", args=[section_of((what,)).slug]))
    remember_rename(bench.author, what, old, new)
    said = _("“%(old)s” is called “%(new)s” in your draft, wherever the policy mentions it.")
    messages.success(request, said % {"old": old, "new": new})
    return redirect(reverse("policy-section", args=[section_of((what,)).slug]))


@require_POST
@needs(Role.LEAD)
def preview(request: HttpRequest) -> HttpResponse:
    """What the new name would change, as a part of the page."""
    bench = WorkingDraft(agent_of(request))
    what, old = request.POST.get("what", ""), request.POST.get("name", "")
    _known(bench, what, old)
    new = _new(what, old, request.POST.get("new", ""))
    made = _made(bench, what, old, new) if new != old else Preview(bench.text)
    return render(request, "policy/preview.html", {"beside": made, "waits": True})


def _known(bench: WorkingDraft, what: str, old: str) -> None:
    here = channels(bench.said) if what == CHANNELS else value_at(bench.said, (what,)) if what in RENAMED else None
    if not isinstance(here, dict | list) or old not in here:
        raise Http404(f'the policy has no {what or "name"} "{old}" to rename')


def _new(what: str, old: str, written: str) -> str:
    name = " ".join(written.replace("\x00", "").split())[:LONGEST]
    outlet = outlets().named(old.partition(":")[0]) if what == CHANNELS else None
    if outlet is None or not name:
        return name
    begins = f"{outlet.name}:"
    return f"{begins}{outlet.renamed}{name.removeprefix(begins).removeprefix(outlet.renamed)}"


def _made(bench: WorkingDraft, what: str, old: str, new: str) -> Preview:
    if not new:
        return Preview(bench.text, problem=_("It needs a name."))
    if new == old:
        return Preview(bench.text, problem=_("It already has this name."))
    if what == "categories" and FALLBACK_CATEGORY in {old, new}:
        said = _("“%(name)s” is the category of tickets that no other category fits; its name is fixed.")
        return Preview(bench.text, problem=said % {"name": FALLBACK_CATEGORY})
    taken = value_at(bench.said, (what, new)) is not None if what != CHANNELS else new in channels(bench.said)
    if taken:
        return Preview(bench.text, problem=_("“%(name)s” already exists.") % {"name": new})
    try:
        return preview_of(bench.text, renamed(bench.text, what, old, new), _place(what, new))
    except CannotEdit as problem:
        return Preview(bench.text, problem=str(problem))


def _place(what: str, name: str) -> Path:
    return ("triage",) if what == CHANNELS else (what, name)


def _form(
    request: HttpRequest, bench: WorkingDraft, asked: tuple[str, str, str], made: Preview, *, status: int
) -> HttpResponse:
    what, old, new = asked
    context: dict[str, Any] = frame(bench, section_of((what,)))
    context |= {
        "what": what,
        "name": old,
        "new": bare(new) if what == CHANNELS else new,
        "kind": TITLES[what],
        "count": len(mentions(bench.text, what, old)),
        "prose": in_prose(bench.text, bare(old) if what == CHANNELS else old),
        "known_by": uses_outside_policy(what, old),
        "beside": made,
        "waits": request.method != "POST",
    }
    return render(request, "policy/rename.html", context, status=status)

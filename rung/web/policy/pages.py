"""The policy: read as a handbook, edited as YAML with findings at the line, reviewed, published, its versions."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from msgspec import Struct

from rung.core.actors import Actor
from rung.core.document.changes import DocumentChange, document_changes
from rung.core.document.findings import Severity
from rung.core.document.nodes import lines_by_place, parse
from rung.core.handbook.book import Handbook, handbook
from rung.core.handbook.ladder_picture import ladder_svg
from rung.core.handbook.parts import Block, Ladder
from rung.core.handbook.text import ChangedChapter, Lines, changed_for_you
from rung.core.policy.completion import complete
from rung.escalation.policy_rollout import without_level
from rung.frame.access import agent_of, may, needs
from rung.frame.fields import number_in
from rung.people.clock import database_now
from rung.people.models import Agent, Role
from rung.people.who_is_there import roster_at
from rung.policies.drafts import accept, keep
from rung.policies.models import Draft, PolicyJob, PolicyVersion
from rung.policies.outlets import outlets
from rung.policies.publishing import NotPublished, Published, asks_for_second_person, publish
from rung.policies.reading import read_policy
from rung.policies.versions import compiled
from rung.tickets.models import IS_OPEN, Ticket
from rung.web.policy.jobs import LONGEST, begin, text_of, trying
from rung.web.policy.studio.checking import Checked, checked, checked_soon
from rung.web.policy.studio.preview import difference
from rung.web.policy.studio.working_draft import WorkingDraft, stamp_of

FILE = "policy.yaml"


class Shown(Struct, frozen=True):
    """A block of the handbook with its kind and its picture, for the template."""

    kind: str
    block: Block
    picture: SafeString


class Chapter(Struct, frozen=True):
    title: str
    blocks: tuple[Shown, ...]


@needs(Role.OBSERVER)
def handbook_page(request: HttpRequest) -> HttpResponse:
    """What the policy in force means for everybody, written from it."""
    version = PolicyVersion.objects.filter(is_current=True).first()
    chapters: tuple[Chapter, ...] = ()
    lines: Lines = {}
    if version is not None:
        now = database_now()
        chapters = _chapters(handbook(compiled(version.number).policy, now, roster_at(now)))
        root, _found = parse(version.text, FILE)
        lines = lines_by_place(root) if root is not None else {}
    edits = may(request, Role.LEAD)
    context = {"live": ["policy"], "version": version, "chapters": chapters, "lines": lines, "edits": edits}
    return render(request, "policy/handbook.html", context)


@needs(Role.LEAD)
def edit(request: HttpRequest) -> HttpResponse:
    """The text, from the version in force or from `?from=N`: that is how one rolls back."""
    wanted, draft = number_in(request.GET, "from"), number_in(request.GET, "draft")
    version = (_current() if wanted is None else PolicyVersion.objects.filter(number=wanted)).first()
    bench = WorkingDraft(agent_of(request))
    text = bench.text if version is None or wanted is None else version.text
    if draft is not None:
        text = Draft.objects.filter(pk=draft).values_list("text", flat=True).first() or text
    context = editing(text) | {"based": version, "seen": bench.stamp, "bench": bench, "in_force": _number_in_force()}
    return render(request, "policy/edit.html", context)


@require_POST
@needs(Role.LEAD)
def findings(request: HttpRequest) -> HttpResponse:
    """What is wrong with the text as it is being typed; of a long one, as soon as that is known."""
    text = text_of(request)
    found = checked_soon(text, agent_of(request).handle)
    context = {"checking": True} if found is None else _found(text, found)
    return render(request, "policy/findings.html", context)


@require_POST
@needs(Role.LEAD)
def completions(request: HttpRequest) -> HttpResponse:
    """What may be written where the cursor stands."""
    at = request.POST.get("at", "")
    text = request.POST.get("text", "").replace("\r\n", "\n")[:LONGEST]
    people = dict(Agent.objects.filter(is_active=True).order_by("handle").values_list("handle", "name"))
    found = complete(text, min(int(at), len(text)) if at.isdecimal() else len(text), people, outlets())
    options = [{"word": each.word, "about": each.about} for each in found.options]
    return JsonResponse({"start": found.start, "options": options})


@require_POST
@needs(Role.LEAD)
def review(request: HttpRequest) -> HttpResponse:
    """What publishing would change; with `publish`, it is done."""
    bench, now = WorkingDraft(agent_of(request)), database_now()
    text = bench.text if request.POST.get("draft") == "1" else text_of(request)
    context = editing(text) | {"based": _current().first(), "seen": request.POST.get("seen", bench.stamp)}
    context |= {"in_force": _number_in_force(), "unsaved": text != bench.text}
    if context["errors"] or request.POST.get("again") == "1":
        return render(request, "policy/edit.html", context, status=422 if context["errors"] else 200)
    if text != bench.text and context["seen"] != bench.stamp:
        messages.warning(request, _("Another window has changed your draft since. Go on with this text to replace it."))
        return render(request, "policy/edit.html", context | {"seen": bench.stamp}, status=409)
    if request.POST.get("keep") == "1":
        reason = request.POST.get("reason", "")[:2000]
        return redirect("policy-draft", number=keep(text, author=bench.author, reason=reason, now=now).pk)
    if request.POST.get("publish") == "1":
        return _publish(request, bench, text, context)
    bench.keep(text, now)
    context |= _overtaken(request)
    if request.POST.get("stay") == "1":
        messages.success(request, _("Saved in your draft."))
        return redirect("policy-text")
    return _reviewed(request, text, context)


def bench_renames(agent: Agent) -> list[list[str]]:
    """Names that change with the draft somebody works on."""
    draft = WorkingDraft(agent).draft
    return list(draft.renames) if draft is not None else []


def left_behind(text: str) -> list[tuple[str, int]]:
    """Levels and paths this text no longer has, with the open tickets that stand there."""
    policy, _found = read_policy(text, FILE)
    return list(without_level(policy).items()) if policy is not None else []


def _reviewed(request: HttpRequest, text: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The page on which one reads what publishing this text would change."""
    current = _current().first()
    changes = changes_between(current.text if current else "", text)
    context |= trying(text)
    context |= {
        "changes": changes,
        "lines_changed": difference(current.text if current else "", text),
        "told": changed(current.text if current else "", text),
        "version": current,
        "homeless": left_behind(text),
        "renames": bench_renames(agent_of(request)),
        "running": Ticket.objects.filter(IS_OPEN).count(),
        "alone": current is not None and asks_for_second_person(current),
        "seen": stamp_of(text),
    }
    return render(request, "policy/review.html", context, status=status)


@needs(Role.OBSERVER)
def versions(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first."""
    found = list(PolicyVersion.objects.defer("text", "holidays"))
    return render(
        request, "policy/versions.html", {"live": ["policy"], "versions": found, "edits": may(request, Role.LEAD)}
    )


@needs(Role.OBSERVER)
def version_page(request: HttpRequest, version: int) -> HttpResponse:
    """One version: what it changed, and its text by lines."""
    found = PolicyVersion.objects.filter(number=version).first()
    if found is None:
        raise Http404(f"there is no version {version} of the policy")
    others = PolicyVersion.objects.exclude(number=version)
    wanted = number_in(request.GET, "against")
    before = others.filter(number__lt=version).order_by("-number").first()
    if wanted is not None:
        before = others.filter(number=wanted).first() or before
    context = {
        "live": [],
        "version": found,
        "before": before,
        "others": others.order_by("-number").values_list("number", flat=True),
        "changes": changes_between(before.text, found.text) if before else (),
        "lines_changed": difference(before.text, found.text) if before else (),
        "told": changed(before.text, found.text) if before else (),
        "lines": list(enumerate(found.text.splitlines(), 1)),
        "edits": may(request, Role.LEAD),
    }
    return render(request, "policy/version.html", context)


def changes_between(old: str, new: str) -> tuple[DocumentChange, ...]:
    """Every value that differs, place by place; nothing if one of them cannot be read."""
    before, _found = parse(old, FILE)
    after, _found = parse(new, FILE)
    if after is None:
        return ()
    if before is None:
        before, _found = parse("name: none\n", FILE)
    return document_changes(before, after) if before is not None else ()


def changed(old: str, new: str) -> tuple[ChangedChapter, ...]:
    """What differs for the people who work by it; nothing where one of the texts cannot be read."""
    before, after = read_policy(old, FILE)[0], read_policy(new, FILE)[0]
    if before is None or after is None:
        return ()
    now = database_now()
    return changed_for_you(handbook(before, now), handbook(after, now))


def refusal(result: Published | NotPublished) -> str:
    """Why nothing was published; empty when something was."""
    match result:
        case NotPublished(findings=()):
            return _("This text is already the policy in force.")
        case NotPublished(findings=findings):
            return f"{findings[0].message}; {findings[0].hint}"
    return ""


def in_force(request: HttpRequest, version: int, *, by: Actor) -> HttpResponse:
    """Say that it is, and let it judge running tickets too if that was asked for."""
    said = _("Version %(number)d is in force for new tickets.") % {"number": version}
    if request.POST.get("running") == "1":
        job = begin(PolicyJob.Kind.ROLLOUT, by, version=version, fire=request.POST.get("fire") == "1")
        if job.state != PolicyJob.State.DONE:
            messages.success(request, said)
            return redirect("policy-job", number=job.pk)
        moved = int(job.result["moved"])
        told = ngettext("%(n)d open ticket is judged by it too.", "%(n)d open tickets are judged by it too.", moved)
        said = f"{said} {told % {'n': moved}}"
        if kept := sum(job.result["kept"].values()):
            more = ngettext("%(n)d stands where this version has no level.", "%(n)d stand where it has no level.", kept)
            said = f"{said} {more % {'n': kept}}"
    messages.success(request, said)
    return redirect("policy")


def against(request: HttpRequest) -> int | None:
    """The version a text was compared with on the page that publishes it; 0: there was none."""
    return number_in(request.POST, "against")


def _publish(request: HttpRequest, bench: WorkingDraft, text: str, context: dict[str, Any]) -> HttpResponse:
    reason, now, by = request.POST.get("reason", "")[:2000], database_now(), bench.author
    result: Published | NotPublished | None
    if bench.draft is None:
        result = publish(text, author=by, reason=reason, file=FILE, now=now, instead_of=against(request))
    else:  # what they worked on ends as this version
        keep(text, author=by, reason=reason, now=now)
        result = accept(bench.draft.pk, by=by, text=text, now=now, instead_of=against(request))
    if result is None:
        messages.error(request, _("The draft has changed since you opened it; this is how it is now."))
        return redirect("policy-edit")
    if isinstance(result, NotPublished):
        if overtaken := _overtaken(request):
            return _reviewed(request, text, context | overtaken, status=409)
        messages.info(request, refusal(result))
        if result.findings:
            return _reviewed(request, text, context, status=409)
        return render(request, "policy/edit.html", context, status=409)
    return in_force(request, result.number, by=by)


def _overtaken(request: HttpRequest) -> dict[str, Any]:
    """What a version has changed that was published while this text was edited; nothing where none was."""
    seen, current = against(request), _current().first()
    if seen is None or current is None or current.number == seen:
        return {}
    before = PolicyVersion.objects.filter(number=seen).values_list("text", flat=True).first() or ""
    said = _(
        "Somebody has published version %(number)d while you were editing. Your text is kept here; below is what that "
        "version changed. Go on with your text to replace it, or take their lines over first."
    )
    messages.warning(request, said % {"number": current.number})
    return {"theirs": difference(before, current.text), "their_number": current.number}


def editing(text: str) -> dict[str, Any]:
    """A text with everything that is found in it."""
    return _found(text, checked(text))


def _found(text: str, found: Checked) -> dict[str, Any]:
    errors = sum(each.severity is Severity.ERROR for each in found.own)
    return {"live": [], "text": text, "findings": found.findings, "errors": errors, "checked": True}


def _number_in_force() -> int:
    """0: none is."""
    return _current().values_list("number", flat=True).first() or 0


def _current() -> Any:
    return PolicyVersion.objects.filter(is_current=True)


def _chapters(book: Handbook) -> tuple[Chapter, ...]:
    return tuple(Chapter(each.title, tuple(_shown(block) for block in each.blocks)) for each in book.sections)


def _shown(block: Block) -> Shown:
    kind = str(type(block).__struct_config__.tag)
    # The picture is made of our own elements, and escapes every word in it.
    picture = mark_safe(ladder_svg(block)) if isinstance(block, Ladder) else SafeString("")  # noqa: S308
    return Shown(kind, block, picture)

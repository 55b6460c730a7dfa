"""The pages of the studio: a section with everything in it, and a form for each place."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rung.core.document.intents import Insert, Intent, Move, Put, Remove, edited, number_for_step, value_at
from rung.core.document.nodes import Path
from rung.core.document.renaming import RENAMED
from rung.core.document.rewriting import said as wording
from rung.core.document.tree import CannotEdit, Plain
from rung.core.policy.model import Fact
from rung.frame.access import agent_of, needs
from rung.people.clock import database_now
from rung.people.models import Role
from rung.policies.drafts import withdraw
from rung.web.policy.studio import conditions, fields, item_text
from rung.web.policy.studio.kinds import KINDS, SECTIONS, Kind, Part, Section, kind_of, part_at, section_of
from rung.web.policy.studio.places import place_path, place_text
from rung.web.policy.studio.preview import Preview, all_ladders, difference, picture_of, preview_of, week
from rung.web.policy.studio.usages import bare, channels
from rung.web.policy.studio.working_draft import WorkingDraft


class Asked:
    """The place a form is about: an item that is there, or a new one of a list."""

    def __init__(self, bench: WorkingDraft, given: Any) -> None:
        self.bench = bench
        self.path = place_path(given.get("at", ""), bench.said)
        self.is_new = given.get("new") in {"1", "moment"}
        self.part = part_at(self.path) if self.is_new else None
        self.name = self._name(given)
        self.item = None if self.is_new else value_at(bench.said, self.path) if self.path else bench.said

    def _name(self, given: Any) -> str:
        if self.is_step_list:
            return "step"
        if self.part is not None:
            moment = self.part.kind == "rule" and given.get("new") == "moment"
            return "moment" if moment else "new_rule" if self.part.kind == "rule" else self.part.kind
        found = None if self.is_new else kind_of(self.path, self.bench.said)
        if found is None:
            raise Http404("this place of the policy has no form")
        return found

    @property
    def is_step_list(self) -> bool:
        return self.is_new and self.path[-1:] == ("steps",) and self.path[0] in {"rules", "follow_up"}

    @property
    def kind(self) -> Kind:
        return KINDS[self.name]

    def intents(self, post: Any) -> tuple[list[Intent], Path]:
        """What the form asks for, and the place it is about afterwards."""
        value = self._value(post)
        if not self.is_new:
            return self._changes(value), self.path
        if self.is_step_list:
            steps = value_at(self.bench.said, self.path)
            number = number_for_step(steps, str(value_at(value, ("at",))))
            return [Insert(self.path, number, value)], (*self.path, number)
        if self.kind.named:
            name = " ".join(post.get("_name", "").split())
            if not name:
                raise CannotEdit(_("It needs a name."))
            if value_at(self.bench.said, (*self.path, name)) is not None:
                raise CannotEdit(_("“%(name)s” already exists.") % {"name": name})
            return [Put((*self.path, name), {} if value is None else value)], (*self.path, name)
        many = value_at(self.bench.said, self.path)
        number = len(many) if isinstance(many, list) else 0
        return [Insert(self.path, number, value)], (*self.path, number)

    def _value(self, post: Any) -> Plain:
        """The whole new item; of what is there, the fields of the form with their values."""
        made: dict[str, Plain] = {}
        for field in self.kind.fields:
            value = fields.read(field, post, self.item)
            if not field.key:
                return value
            if value is not None:
                _set(made, field.key, value)
        if self.name == "new_rule":
            head: dict[str, Plain] = {key: made.pop(key) for key in ("name", "clock") if key in made}
            return {**head, "steps": [made]}
        return made

    def _changes(self, value: Plain) -> list[Intent]:
        """Field by field, so that what the form does not know stays."""
        found: list[Intent] = []
        for field in self.kind.fields:
            old, new = value_at(self.item, field.key), value_at(value, field.key)
            if wording(new) == wording(old):
                continue
            found.append(Remove((*self.path, *field.key)) if new is None else Put((*self.path, *field.key), new))
        return found


@needs(Role.LEAD)
def section(request: HttpRequest, slug: str = "rules") -> HttpResponse:
    """One section of the policy: all that is in it, each with its form, and what it looks like."""
    bench = WorkingDraft(agent_of(request))
    found = next((each for each in SECTIONS if each.slug == slug), None)
    if found is None:
        raise Http404(f'the policy has no section "{slug}"')
    policy = bench.read[0] if bench.said else None
    context = frame(bench, found) | {"readable": policy is not None, "findings": bench.read[1]}
    if policy is not None:
        context["parts"] = [_shown_part(bench, part) for part in found.parts]
        if slug == "hours":
            context["pictures"] = [week(name, calendar) for name, calendar in policy.calendars.items()]
        elif slug == "desk":
            context["channels"] = [(each, bare(each)) for each in channels(bench.said)]
        elif slug in {"rules", "targets", "levels"}:
            context["pictures"] = [picture_of(each) for each in all_ladders(policy)[::-1]]
    return render(request, "policy/section.html", context)


@needs(Role.LEAD)
def form(request: HttpRequest) -> HttpResponse:
    """The form of one place; posted, it changes the draft."""
    bench = WorkingDraft(agent_of(request))
    if not bench.said:
        return redirect("policy-edit")
    asked = Asked(bench, request.POST if request.method == "POST" else request.GET)
    if request.method != "POST":
        if not asked.is_new and asked.item is None and asked.path and len(asked.path) > 1:
            messages.info(request, _("This place of the policy is not there any more."))
            return redirect("policy-section", slug=section_of(asked.path).slug)
        return _form(request, asked, preview_of(bench.text, bench.text, asked.path))
    is_as_seen = request.POST.get("seen") == bench.stamp
    made = _made(request, asked)
    if is_as_seen and made.errors:
        return _form(request, asked, made, given=request.POST, status=422)
    if not is_as_seen or not bench.keep(made.text, database_now()):
        messages.error(request, _("The draft has changed since you opened this; here is how it is now."))
        return redirect(_address(asked))
    return redirect(f"{reverse('policy-section', args=[section_of(asked.path).slug])}#{_anchor(asked.path)}")


@require_POST
@needs(Role.LEAD)
def preview(request: HttpRequest) -> HttpResponse:
    """What the form as it is being filled would mean, as a part of its page."""
    bench = WorkingDraft(agent_of(request))
    asked = Asked(bench, request.POST)
    return render(request, "policy/preview.html", {"beside": _made(request, asked), "waits": asked.is_new})


@require_POST
@needs(Role.LEAD)
def arrange(request: HttpRequest) -> HttpResponse:
    """Move an item up or down, or take it away."""
    bench = WorkingDraft(agent_of(request))
    path = place_path(request.POST.get("at", ""), bench.said)
    here = redirect("policy-section", slug=section_of(path).slug)
    if request.POST.get("seen") != bench.stamp or not path:
        messages.error(request, _("The draft has changed since you opened this; here is how it is now."))
        return here
    number, intent = path[-1], Remove(path)
    way = {"up": -1, "down": 1}.get(request.POST.get("do", ""))
    try:
        done: Intent = Move(path[:-1], number, number + way) if way and isinstance(number, int) else intent
        text = edited(bench.text, [done])
    except CannotEdit as problem:
        messages.error(request, _("%(problem)s; edit this part as text.") % {"problem": str(problem).capitalize()})
        return here
    shown = preview_of(bench.text, text, path)
    if shown.errors:
        messages.error(request, "; ".join(f"{each.message} ({each.place})" for each in shown.findings[:3]))
        return here
    if not bench.keep(text, database_now()):
        messages.error(request, _("The draft has changed since you opened this; here is how it is now."))
    elif way is None:
        messages.success(request, _("Removed. The review shows what that changes."))
    return here


@needs(Role.LEAD)
def fact(request: HttpRequest) -> HttpResponse:
    """A row of a condition with the field that suits its fact, and a new empty row."""
    names = WorkingDraft(agent_of(request)).names
    name = request.GET.get("row", "when-0-0")[:60]
    chosen = request.GET.get(f"{name}-fact", "")
    head, _dash, number = name.rpartition("-")
    rows = [conditions.row(name, chosen if chosen in set(Fact) else "", None, names)]
    if request.GET.get("last") == "1" and number.isdecimal() and int(number) + 1 < conditions.MOST_ROWS:
        rows.append(conditions.row(f"{head}-{int(number) + 1}", "", None, names))
    return render(request, "policy/rows.html", {"rows": rows})


@require_POST
@needs(Role.LEAD)
def discard(request: HttpRequest) -> HttpResponse:
    """Begin again from the version in force."""
    bench = WorkingDraft(agent_of(request))
    if bench.draft is not None:
        withdraw(bench.draft.pk, now=database_now())
        messages.success(request, _("Your draft is withdrawn; this is the version in force."))
    return redirect("policy-edit")


def _made(request: HttpRequest, asked: Asked) -> Preview:
    bench = asked.bench
    try:
        intents, path = asked.intents(request.POST)
        return preview_of(bench.text, edited(bench.text, intents), path)
    except CannotEdit as problem:
        return Preview(bench.text, problem=str(problem))


def _form(request: HttpRequest, asked: Asked, made: Preview, *, given: Any = None, status: int = 200) -> HttpResponse:
    bench = asked.bench
    item = asked._value(given) if given is not None else asked.item  # noqa: SLF001
    if given is not None and asked.name == "new_rule" and isinstance(item, dict):
        steps = item.pop("steps")
        item |= steps[0] if isinstance(steps, list) and isinstance(steps[0], dict) else {}
    shown = [fields.show(field, item, bench.names) for field in asked.kind.fields]
    context = frame(bench, section_of(asked.path)) | {
        "asked": asked,
        "at": place_text(asked.path),
        "new": ("moment" if asked.name == "moment" else "1") if asked.is_new else "",
        "usual": [each for each in shown if not each.field.rare],
        "rare": [each for each in shown if each.field.rare],
        "rare_open": any(each.filled for each in shown if each.field.rare),
        "given_name": (given or {}).get("_name", ""),
        "beside": made,
        "line": bench.line(asked.path),
        "title": str(asked.path[-1]) if asked.kind.named and not asked.is_new else "",
        "removable": not asked.is_new and kind_of(asked.path, bench.said) not in _KEPT,
        "within": value_at(bench.said, (*asked.path[:2], "name")) if asked.name == "step" else "",
        "waits": asked.is_new and given is None,
        "unsaved": given is not None,
        "renames": asked.path[0] if asked.path and asked.path[0] in RENAMED and asked.kind.named else "",
    }
    return render(request, "policy/form.html", context, status=status)


_KEPT = {"desk", "priority", "closing", "attention"}


def frame(bench: WorkingDraft, here: Section) -> dict[str, Any]:
    """What every page of the studio shows around its own part."""
    changes = difference(bench.in_force, bench.text) if bench.draft else ()
    return {
        "live": [],
        "bench": bench,
        "sections": SECTIONS,
        "here": here,
        "changed": sum(line.kind == "add" for line in changes) + sum(line.kind == "gone" for line in changes),
    }


def _shown_part(bench: WorkingDraft, part: Part) -> dict[str, Any]:
    policy = bench.read[0]
    said = value_at(bench.said, part.path) if part.path else bench.said
    shown: dict[str, Any] = {"part": part, "at": place_text(part.path), "kind": KINDS[part.kind]}
    if policy is None:
        return shown
    if part.many:
        shown["items"] = item_text.items(policy, part.path, said)
        shown["what"] = part.path[0] if part.many == "map" and part.path[0] in RENAMED else ""
    elif part.kind == "follow_up" and policy.rules and policy.rules[-1].id == "follow_up":
        shown["items"] = (item_text.rule_item(policy.rules[-1], part.path),)
    else:
        shown["facts"] = item_text.facts(part.kind, policy)
    return shown


def _address(asked: Asked) -> str:
    asks = {"at": place_text(asked.path), **({"new": "1"} if asked.is_new else {})}
    return f"{reverse('policy-form')}?{urlencode(asks)}"


def _anchor(path: Path) -> str:
    return "item-" + "-".join(str(step) for step in path[:2])


def _set(made: dict[str, Plain], key: tuple[str, ...], value: Plain) -> None:
    inside = made
    for step in key[:-1]:
        deeper = inside.setdefault(step, {})
        assert isinstance(deeper, dict)  # noqa: S101  keys of one kind never contradict each other
        inside = deeper
    inside[key[-1]] = value

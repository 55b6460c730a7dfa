"""The first-run guide's page: which steps are done, put off or next, and the parts of the channel that is looked at."""

from dataclasses import dataclass
from secrets import token_urlsafe

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop, override

from rung.core import actors
from rung.core.policy.model import Policy
from rung.frame.access import agent_of
from rung.hooks import GuidePart, Inbox, folders
from rung.people import sign_in
from rung.people.clock import database_now
from rung.people.models import Agent, Role, Token
from rung.people.vault import VaultProblem, unseal
from rung.policies.models import PolicyVersion
from rung.policies.versions import compiled
from rung.tickets.models import Ticket
from rung.web.models import GuideProgress
from rung.web.people.forms import TokenForm
from rung.web.setup import inboxes
from rung.web.setup.name_and_hours import DeskForm, as_published

#: The steps that can be put off.
OPTIONAL = ("people", "channel")
#: How many people can be invited at once.
INVITED_AT_ONCE = 3
#: In the session: whom this browser has invited, with the sealed word of each link.
INVITED = "guide_invited"
REASON = gettext_noop("The first-run guide")


@dataclass(frozen=True)
class Progress:
    """How far the guide has got."""

    version: PolicyVersion | None
    policy: Policy
    others: int
    ways: tuple[Inbox, ...]
    test: Ticket | None
    skipped: frozenset[str]

    @property
    def is_named(self) -> bool:
        """The desk has a policy that somebody here wrote."""
        return self.version is not None and self.version.author != actors.SYSTEM

    @property
    def is_ours(self) -> bool:
        """The policy in force is still as the guide wrote it, or as the desk began: it may be written again."""
        return not self.is_named or (self.version is not None and self.version.reason in _reasons())

    @property
    def connected(self) -> tuple[Inbox, ...]:
        """The channels that somebody has opened; the public form is open from the start."""
        return tuple(way for way in self.ways if way.is_open and way.key != "form")

    @property
    def next(self) -> str:
        """The step a returning reader goes on with; empty: the guide is through."""
        done = {
            "desk": self.is_named,
            "people": bool(self.others) or "people" in self.skipped,
            "channel": bool(self.connected) or "channel" in self.skipped,
            "test": self.test is not None,
        }
        return next((step for step, is_done in done.items() if not is_done), "")


def progress(request: HttpRequest) -> Progress:
    """As the desk stands."""
    version = PolicyVersion.objects.filter(is_current=True).first()
    kept = GuideProgress.objects.filter(pk=1).first()
    return Progress(
        version=version,
        policy=compiled(version.number if version else 0).policy,
        others=Agent.objects.filter(is_active=True).exclude(pk=agent_of(request).pk).count(),
        ways=tuple(inboxes.every(request)),
        test=Ticket.objects.filter(tags__contains=["test"]).order_by("-number").first(),
        skipped=frozenset(kept.skipped if kept else ()),
    )


def put_off(step: str) -> None:
    """Later: the guide goes on with the next one."""
    kept, _is_new = GuideProgress.objects.get_or_create(pk=1)
    if step in OPTIONAL and step not in kept.skipped:
        kept.skipped = [*kept.skipped, step]
        kept.save(update_fields=["skipped"])


def due(request: HttpRequest) -> str:
    """The step the reader should be led to: an owner of a desk where nothing real has happened. Empty: none."""
    if agent_of(request).role != Role.OWNER or Ticket.objects.exclude(tags__contains=["test"]).exists():
        return ""
    return progress(request).next


def page(
    request: HttpRequest,
    *,
    form: DeskForm | None = None,
    way: str = "",
    way_context: dict[str, object] | None = None,
    invited: dict[str, str] | None = None,
    open_step: str = "",
    status: int = 200,
) -> HttpResponse:
    """The guide. `way`: whose parts are shown; `open_step`: a step that is open besides the next one."""
    stands = progress(request)
    part = next((each for each in _parts().values() if each.way == way), None)
    way = part.way if part is not None else ""
    context: dict[str, object] = {
        "live": [],
        "progress": stands,
        "next": stands.next,
        "open_step": open_step or ("channel" if way else ""),
        "form": form or DeskForm(initial=as_published(stands, agent_of(request).time_zone)),
        "links": _links(request),
        "levels": list(stands.policy.levels.values()),
        "climbing": [stands.policy.levels[name] for name in reversed(next(iter(stands.policy.paths.values()), ()))],
        "slots": [(n, {k: (invited or {}).get(f"{k}-{n}", "") for k in ("name", "email", "level")}) for n in _places()],
        "ways": [(each, _parts()[each.key].way) for each in stands.ways if each.key in _parts()],
        "way": way,
        "parts": part.template if part is not None else "",
        "styles": part.styles if part is not None else (),
        "back": "guide",
        "once": token_urlsafe(9),
    }
    if part is not None:
        context |= way_context if way_context is not None else part.context_of(request)
    context["here"] = f"{reverse('start')}?way={way}&"
    return render(request, "setup/guide/page.html", context, status=status)


def _reasons() -> set[str]:
    """The guide's reason for a version, in the language of the person who went through it."""
    found = set()
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.add(gettext(REASON))
    return found


def _places() -> range:
    return range(1, INVITED_AT_ONCE + 1)


def _parts() -> dict[str, GuidePart]:
    """The parts of each way in, by its key: those of the channels' folders, and the web's own."""
    brought = {folder.name: folder.setup.guide for folder in folders()}
    return {key: part for key, part in brought.items() if part is not None} | _OWN


def _of_form(request: HttpRequest) -> dict[str, object]:
    arrived = Ticket.objects.filter(channel="form").exclude(tags__contains=["test"])
    return {"address": request.build_absolute_uri(reverse("ask")), "arrived": arrived.order_by("-number").first()}


def _of_api(request: HttpRequest) -> dict[str, object]:
    return {
        "key_form": TokenForm(),
        "keys": Token.objects.filter(revoked_at=None),
        "address": request.build_absolute_uri("/api/v1/tickets"),
    }


_OWN = {
    "form": GuidePart("form", "setup/guide/form.html", _of_form),
    "api": GuidePart("api", "setup/guide/api.html", _of_api),
}


def _links(request: HttpRequest) -> list[tuple[Agent, str]]:
    """Links this browser has made that nobody has used yet: they are there after a reload, and tomorrow morning too."""
    found = []
    for key, sealed in request.session.get(INVITED, []):
        agent = Agent.objects.filter(pk=key, is_active=True).first()
        try:
            word = unseal(sealed)
        except VaultProblem:
            continue
        if agent is not None and sign_in.is_good(word, now=database_now()):
            found.append((agent, request.build_absolute_uri(f"/sign-in/{word}")))
    return found

"""What the first-run guide does: name the desk, invite people, put a step off, and send a test ticket."""

import json
import re

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from rung.core import actors
from rung.core.actors import Actor
from rung.core.policy.model import Policy
from rung.escalation.policy_rollout import set_version
from rung.frame.access import actor_of, agent_of, needs
from rung.frame.fields import clean, once
from rung.people import changes, sign_in
from rung.people.clock import database_now
from rung.people.models import HANDLE, Agent, Role, Team
from rung.people.requester_lookup import requester_for
from rung.people.vault import seal
from rung.policies.publishing import NotPublished, keep_beside, publish
from rung.policies.versions import compiled, current_number
from rung.tickets.actions import conversation
from rung.tickets.message_rows import MessageText
from rung.tickets.results import Created
from rung.web.setup import guide
from rung.web.setup.name_and_hours import DeskForm, policy_text

#: The fast clock of the test ticket: reminded, offered upwards, offered further.
FAST = {"first_response": "20s", "resolution": "10m"}


@never_cache
@needs(Role.OWNER)
def start(request: HttpRequest, way: str = "", way_context: dict[str, object] | None = None) -> HttpResponse:
    """The guide, and how far it has got; `way`: the parts of which channel are looked at.

    `way_context`: of a form there that was not kept.
    """
    status = 200 if way_context is None else 422
    return guide.page(request, way=way or request.GET.get("way", ""), way_context=way_context, status=status)


@require_POST
@needs(Role.OWNER)
def desk(request: HttpRequest) -> HttpResponse:
    """Publish the first policy with the desk's own name, zone, hours and holidays."""
    form = DeskForm(request.POST)
    if not form.is_valid():
        return guide.page(request, form=form, open_step="desk", status=422)
    stands = guide.progress(request)
    text = policy_text(form.cleaned_data)
    by = actor_of(request)
    if stands.version is None or text != stands.version.text:  # pressed twice, it is done
        if not stands.is_ours or _is_overtaken(stands, form.cleaned_data["seen"]):
            messages.error(
                request, _("The policy has been changed since this page was opened; nothing is overwritten.")
            )
            return redirect("start")
        seen = stands.version.number if stands.version else 0
        result = publish(text, author=by, reason=_(guide.REASON), now=database_now(), instead_of=seen)
        if isinstance(result, NotPublished) and result.findings:
            form.add_error(None, str(result.findings[0]))
            return guide.page(request, form=form, open_step="desk", status=422)
    agent = agent_of(request)
    before = changes.facts_of(agent)
    agent.time_zone = form.cleaned_data["time_zone"]
    agent.save(update_fields=["time_zone"])
    changes.note("changed", agent, by=by, before=before)
    messages.success(request, _("Your desk has a name and its hours."))
    return redirect("start")


@require_POST
@never_cache
@needs(Role.OWNER)
def invite(request: HttpRequest) -> HttpResponse:
    """Add people at their levels, with a link for each; and the owner themselves, if they answer too."""
    policy = compiled(current_number()).policy
    by = actor_of(request)
    problems: list[str] = []
    again: dict[str, str] = {}
    for place in range(1, guide.INVITED_AT_ONCE + 1):
        name, email = (clean(request.POST, f"{field}-{place}") for field in ("name", "email"))
        level = request.POST.get(f"level-{place}", "")
        if problem := _invite_one(request, policy, name, email, level, by=by):
            problems.append(problem)
            again |= {f"name-{place}": name, f"email-{place}": email, f"level-{place}": level}
    _place_owner(agent_of(request), policy, request.POST.get("own-level", ""), by=by)
    if not problems:
        return redirect(f"{reverse('start')}#people")
    for problem in problems:
        messages.error(request, problem)
    return guide.page(request, invited=again, open_step="people", status=422)


@require_POST
@needs(Role.OWNER)
def skip(request: HttpRequest) -> HttpResponse:
    """Not now: go on with the next step."""
    guide.put_off(request.POST.get("step", ""))
    return redirect("start")


@require_POST
@needs(Role.OWNER)
def send(request: HttpRequest) -> HttpResponse:
    """Open a test ticket on a fast clock, and lead to it. Pressed twice it is one."""
    by, now = actor_of(request), database_now()
    policy = compiled(current_number()).policy
    version = keep_beside(fast_policy(policy), author=by, reason=_("A fast clock for test tickets"), now=now)
    asker = requester_for(name=_("Test customer"))
    opened = conversation.open_ticket(
        _("A test: the nightly import has stopped"),
        MessageText(text=_("Since 02:00 nothing arrives. Could somebody have a look?"), author_name=_("Test customer")),
        by=actors.customer(asker.pk) if asker else by,
        channel="form",
        requester=asker,
        tags=("test",),
        client_key=once(request.POST, by, "test ticket"),
    )
    if isinstance(opened, Created):
        set_version(opened.ticket, version, by=by)
        told = _("Watch: in ten seconds triage is reminded, in twenty it is offered to the next level.")
        messages.info(request, told)
    return redirect("ticket", number=opened.ticket)


def fast_policy(policy: Policy) -> str:
    """The same levels and paths on a clock of seconds. JSON, which is YAML too."""
    levels = {name: {"team": level.team} for name, level in policy.levels.items()}
    document = {
        "name": f"{policy.name}: a fast clock for test tickets",
        "timezone": policy.timezone,
        "teams": {level.team: {} for level in policy.levels.values()},
        "levels": levels,
        "paths": {name: list(path) for name, path in policy.paths.items()},
        "categories": {"other": {}},
        "targets": [FAST],
        "rules": [
            {
                "name": "Nobody has answered",
                "clock": "first_response",
                "steps": [
                    {"at": "50%", "remind": "triage"},
                    {"at": "100%", "escalate": "next", "reason": "time"},
                ],
            },
            {
                "name": "Offered, but nobody accepts",
                "clock": "unaccepted",
                "steps": [{"at": "40s", "escalate": "next", "reason": "time"}],
            },
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _is_overtaken(stands: guide.Progress, seen: int | None) -> bool:
    """Another window has published since the form was opened."""
    return seen is not None and seen != (stands.version.number if stands.version else 0)


def _invite_one(request: HttpRequest, policy: Policy, name: str, email: str, level: str, *, by: Actor) -> str:
    """One row of the form: what is wrong with it, or nothing. Its link is kept, sealed, in the session."""
    if not email:
        return _("%(name)s needs an e-mail address.") % {"name": name} if name else ""
    kept = request.session.get(guide.INVITED, [])
    if Agent.objects.filter(email__iexact=email, pk__in=[key for key, _word in kept]).exists():
        return ""  # this form was sent before
    try:
        invited = _invite(policy, name or email.partition("@")[0], email, level, by=by)
    except (ValidationError, IntegrityError):
        return _("“%(email)s” is no address, or somebody has it already.") % {"email": email}
    word = sign_in.issue_link(invited, now=database_now())
    request.session[guide.INVITED] = [*kept, [invited.pk, seal(word)]]
    changes.record(by=by, area=changes.Area.PEOPLE, what="made a sign-in link", subject=actors.agent(invited.handle))
    return ""


def _place_owner(agent: Agent, policy: Policy, level: str, *, by: Actor) -> None:
    if level in policy.levels:
        before = changes.facts_of(agent)
        with transaction.atomic():
            _place(agent, policy, level, by=by)
            changes.note("changed", agent, by=by, before=before)


def _invite(policy: Policy, name: str, email: str, level: str, *, by: Actor) -> Agent:
    handle = _free_handle(email.partition("@")[0])
    with transaction.atomic():
        agent = Agent(email=email.lower(), handle=handle, name=name, level=level if level in policy.levels else "")
        agent.time_zone = policy.timezone
        agent.set_unusable_password()
        agent.full_clean(exclude=["password"])
        agent.save()
        if agent.level:
            _place(agent, policy, agent.level, by=by)
        changes.note("added", agent, by=by)
    return agent


def _place(agent: Agent, policy: Policy, level: str, *, by: Actor) -> None:
    agent.level = level
    agent.save(update_fields=["level"])
    team, made = Team.objects.get_or_create(name=policy.levels[level].team)
    if made:
        changes.note("added", team, by=by)
    team.members.add(agent)


def _free_handle(wanted: str) -> str:
    base = re.sub(r"[^a-z0-9._-]", "-", wanted.lower()).strip("._-") or "agent"
    HANDLE(base)
    taken = set(Agent.objects.filter(handle__startswith=base).values_list("handle", flat=True))
    return next(name for name in (base, *(f"{base}{n}" for n in range(2, 1000))) if name not in taken)

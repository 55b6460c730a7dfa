"""The first-run guide: name the desk, say when people work, invite them, and watch a test ticket escalate."""

import json
import re
from datetime import time

import holidays
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from rung.core.policy import Policy
from rung.escalation.republishing import choose_version
from rung.people import changes, signin
from rung.people.acquaintance import requester_for
from rung.people.clock import database_now
from rung.people.models import HANDLE, Agent, Role, Team
from rung.policies.models import PolicyVersion
from rung.policies.publishing import NotPublished, keep_beside, publish
from rung.policies.starter import LEVELS, starter
from rung.policies.versions import compiled, current_number
from rung.tickets.actions import conversation
from rung.tickets.models import Ticket
from rung.tickets.writing import Words
from rung.web.access import agent_of, needs
from rung.web.forms import zones

#: How many people can be invited at once.
INVITED_AT_ONCE = 3
#: The fast clock of the test ticket: reminded, offered upwards, offered further.
FAST = {"first_response": "20s", "resolution": "10m"}


def clock_face() -> forms.TimeInput:
    """A field for a time of day, to the minute."""
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class DeskForm(forms.Form):
    """What a new desk is called and when its people work."""

    name = forms.CharField(max_length=80, label=gettext_lazy("What is your desk called?"))
    time_zone = forms.ChoiceField(choices=zones, label=gettext_lazy("Time zone"))
    opens = forms.TimeField(initial=time(9), widget=clock_face(), label=gettext_lazy("People work from"))
    closes = forms.TimeField(initial=time(17), widget=clock_face(), label=gettext_lazy("to"))
    country = forms.ChoiceField(
        choices=lambda: [("", "–"), *((code, code) for code in sorted(holidays.list_supported_countries()))],
        required=False,
        label=gettext_lazy("Public holidays of"),
    )

    levels = forms.ChoiceField(
        choices=lambda: [(name, f"{len(path)}: {' → '.join(path)}") for name, path in LEVELS.items()],
        initial="three",
        required=False,
        label=gettext_lazy("Levels"),
        help_text=gettext_lazy("who is asked next when nobody answers"),
    )

    def clean_name(self) -> str:
        """On one line."""
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean(self) -> dict[str, object]:
        """The day ends after it begins."""
        given = super().clean() or self.cleaned_data
        opens, closes = given.get("opens"), given.get("closes")
        if opens and closes and closes <= opens:
            self.add_error("closes", _("It must end after it starts."))
        return dict(given)


@never_cache
@needs(Role.OWNER)
def start(request: HttpRequest) -> HttpResponse:
    """The guide, and how far it has got."""
    return _page(request, DeskForm(initial={"time_zone": agent_of(request).time_zone}))


@require_POST
@needs(Role.OWNER)
def desk(request: HttpRequest) -> HttpResponse:
    """Publish the first policy with the desk's own name, zone, hours and holidays."""
    form = DeskForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    text = policy_text(form.cleaned_data)
    by = f"agent:{agent_of(request).handle}"
    result = publish(text, author=by, reason=_("The first-run guide"), now=database_now())
    if isinstance(result, NotPublished) and result.findings:
        form.add_error(None, str(result.findings[0]))
        return _page(request, form, status=422)
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
    links, problems = [], []
    for place in range(1, INVITED_AT_ONCE + 1):
        name, email = (request.POST.get(f"{field}-{place}", "").strip() for field in ("name", "email"))
        level = request.POST.get(f"level-{place}", "")
        if not email:
            continue
        try:
            invited = _invite(
                policy, name or email.partition("@")[0], email, level, by=f"agent:{agent_of(request).handle}"
            )
        except (ValidationError, IntegrityError):
            problems.append(_("“%(email)s” is no address, or somebody has it already.") % {"email": email})
        else:
            links.append(
                (invited, request.build_absolute_uri(f"/sign-in/{signin.issue_link(invited, now=database_now())}"))
            )
            changes.record(
                by=f"agent:{agent_of(request).handle}",
                area=changes.Area.PEOPLE,
                what="made a sign-in link",
                subject=f"agent:{invited.handle}",
            )
    own, agent = request.POST.get("own-level", ""), agent_of(request)
    if own in policy.levels:
        before = changes.facts_of(agent)
        with transaction.atomic():
            _place(agent, policy, own, by=f"agent:{agent.handle}")
            changes.note("changed", agent, by=f"agent:{agent.handle}", before=before)
    for problem in problems:
        messages.error(request, problem)
    return _page(request, DeskForm(), links=links, status=422 if problems else 200)


@require_POST
@needs(Role.OWNER)
def send(request: HttpRequest) -> HttpResponse:
    """Open a test ticket on a fast clock, and lead to it."""
    by, now = f"agent:{agent_of(request).handle}", database_now()
    policy = compiled(current_number()).policy
    version = keep_beside(fast_policy(policy), author=by, reason=_("A fast clock for test tickets"), now=now)
    asker = requester_for(name=_("Test customer"))
    opened = conversation.open_ticket(
        _("A test: the nightly import has stopped"),
        Words(text=_("Since 02:00 nothing arrives. Could somebody have a look?"), author_name=_("Test customer")),
        by=f"customer:{asker.pk}" if asker else by,
        channel="form",
        requester=asker,
        tags=("test",),
    )
    choose_version(opened.ticket, version, by=by)
    messages.info(request, _("Watch: in ten seconds triage is reminded, in twenty it is offered to the next level."))
    return redirect("ticket", number=opened.ticket)


def is_new(request: HttpRequest) -> bool:
    """Whether the reader should be shown the guide: an owner of a desk where nothing has happened."""
    return agent_of(request).role == Role.OWNER and not Ticket.objects.exists()


def policy_text(given: dict[str, object]) -> str:
    """The starter policy with the desk's own facts; its comments stay."""
    zone, opens, closes = given["time_zone"], given["opens"], given["closes"]
    assert isinstance(opens, time)  # noqa: S101  for the type checker
    assert isinstance(closes, time)  # noqa: S101
    hours = f"[{opens:%H:%M}-{closes:%H:%M}]"
    text = starter(str(given.get("levels") or "three"))
    text = re.sub(
        r"^name: .*$",
        lambda _match: f"name: {json.dumps(given['name'], ensure_ascii=False)}",
        text,
        count=1,
        flags=re.M,
    )
    text = re.sub(r"^(\s*)timezone: .*$", lambda found: f"{found[1]}timezone: {zone}", text, flags=re.M)
    text = re.sub(r"\[09:00-17:00\]", hours, text)
    if country := given.get("country"):
        text = re.sub(
            r"^(\s*)(hours: .*)$",
            lambda found: f"{found[0]}\n{found[1]}holidays: {{country: {country}}}",
            text,
            count=1,
            flags=re.M,
        )
    return text


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


def _page(
    request: HttpRequest, form: DeskForm, *, links: list[tuple[Agent, str]] | None = None, status: int = 200
) -> HttpResponse:
    version = PolicyVersion.objects.filter(is_current=True).first()
    policy = compiled(version.number if version else 0).policy
    context = {
        "live": [],
        "form": form,
        "links": links or [],
        "levels": list(policy.levels.values()),
        "climbing": [policy.levels[name] for name in reversed(next(iter(policy.paths.values()), ()))],
        "slots": range(1, INVITED_AT_ONCE + 1),
        "named": bool(version and version.author != "system"),
        "desk_name": policy.name,
        "others": Agent.objects.filter(is_active=True).exclude(pk=agent_of(request).pk).count(),
        "tested": Ticket.objects.order_by("number").first(),
    }
    return render(request, "start/page.html", context, status=status)


def _invite(policy: Policy, name: str, email: str, level: str, *, by: str) -> Agent:
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


def _place(agent: Agent, policy: Policy, level: str, *, by: str) -> None:
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

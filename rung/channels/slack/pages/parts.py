"""What connecting Slack shows, on its own page and in the guide; and where the team works there, kept in the policy."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from rung.channels.slack import doctor
from rung.channels.slack.connection import manifest
from rung.channels.slack.events import cursors
from rung.channels.slack.models import Application, Colleagues, SlackChannel, Workspace
from rung.core.actors import Actor
from rung.core.document.intents import Intent, Put, Remove, edited
from rung.core.document.tree import CannotEdit
from rung.people.clock import database_now
from rung.people.models import Customer
from rung.policies.models import PolicyVersion
from rung.policies.publishing import NotPublished, publish
from rung.policies.versions import compiled, current_number

TRIAGE = "triage"


@dataclass(frozen=True)
class TeamPlace:
    """A channel the policy may name: `key` in the form, what it is for, where it is now, and what to choose from."""

    key: str
    label: str
    now: str
    names: tuple[str, ...]


def context_of(request: HttpRequest) -> dict[str, object]:
    """For `slack/parts.html`."""
    by_socket = request.GET.get("by") == "socket" or not settings.BASE_URL.startswith("https://")
    return {
        "workspaces": [(each, cursors.oldest(each) if each.active else None) for each in Workspace.objects.all()],
        "channels": SlackChannel.objects.exclude(channel__startswith="D").select_related("workspace", "customer"),
        "customers": Customer.objects.all(),
        "colleagues": Colleagues.choices,
        "by_socket": by_socket,
        "application": Application.objects.filter(pk=1).first(),
        "can_http": settings.BASE_URL.startswith("https://"),
        "manifest": manifest.as_text(manifest.manifest("Rung", settings.BASE_URL, socket_mode=by_socket)),
        "findings": doctor.findings(database_now()) if request.GET.get("check") else None,
        "team_places": team_places(),
        "here": "?",
    }


def team_places() -> list[TeamPlace]:
    """Where cards and offers go, by the policy in force; nothing while no channel is known."""
    known = SlackChannel.objects.exclude(channel__startswith="D").filter(is_archived=False, workspace__active=True)
    names = {f"#{name}" for name in known.values_list("name", flat=True) if name}
    if not names:
        return []
    policy = compiled(current_number()).policy
    said = {TRIAGE: policy.triage_channel, **{name: level.channel for name, level in policy.levels.items()}}
    found = []
    for key, channel in said.items():
        medium, _colon, now = (channel or "").partition(":")
        if channel and medium != "slack":
            continue  # it works by another channel, and is changed in the studio
        label = _("Cards of new tickets") if key == TRIAGE else _("Offers to %(level)s") % {"level": key}
        found.append(TeamPlace(key, label, now, tuple(sorted(names | ({now} if now else set())))))
    return found


def publish_places(form: QueryDict, *, by: Actor) -> str:
    """Write the chosen channels into the policy; why it cannot be, or nothing."""
    number = current_number()
    intents = [intent for place in team_places() for intent in _change(place, form)]
    if not intents:
        return ""
    try:
        text = edited(PolicyVersion.objects.get(number=number).text, intents)
    except CannotEdit as cannot:
        return str(cannot)
    reason = _("Slack channels of the team")
    result = publish(text, author=by, reason=reason, now=database_now(), instead_of=number)
    if isinstance(result, NotPublished):
        return str(result.findings[0]) if result.findings else ""
    return ""


def _change(place: TeamPlace, form: QueryDict) -> list[Intent]:
    wanted = form.get(f"place-{place.key}", "")
    if wanted == place.now or (wanted and wanted not in place.names):
        return []
    if place.key == TRIAGE:
        return [Put(("triage", "channel"), f"slack:{wanted}") if wanted else Remove(("triage",))]
    path = ("levels", place.key, "channel")
    return [Put(path, f"slack:{wanted}") if wanted else Remove(path)]

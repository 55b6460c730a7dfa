"""One person's data, for an owner: taken along as a file, or forgotten for good."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from rung.core import actors
from rung.frame.access import actor_of, may, needs
from rung.intake.privacy import Forgotten, archive_of_agent, archive_of_requester, forget_agent, forget_requester
from rung.people import changes, sign_in
from rung.people.changes import Area
from rung.people.clock import database_now
from rung.people.models import Agent, Requester, Role
from rung.tickets.models import Ticket


@needs(Role.OWNER)
def agent_data(request: HttpRequest, name: str) -> HttpResponse:
    """What there is to do about an agent's data, and their sessions."""
    found = get_object_or_404(Agent, handle=name)
    factors = any(kind.objects.filter(user=found).exists() for kind in (Authenticator, SocialAccount))
    context = {"live": [], "person": found, "key": found.handle, "factors": factors}
    return render(request, "people/agent_data.html", context)


@require_POST
@needs(Role.OWNER)
def agent_out(request: HttpRequest, name: str) -> HttpResponse:
    """Sign an agent out everywhere."""
    found = get_object_or_404(Agent, handle=name)
    sign_in.sign_out_everywhere(found, now=database_now())
    _note(request, "signed out everywhere", actors.agent(found.handle))
    messages.success(request, _("Signed out everywhere."))
    return redirect("agent-data", name=name)


@require_POST
@needs(Role.OWNER)
def agent_factors(request: HttpRequest, name: str) -> HttpResponse:
    """Take an agent's passkeys, app, codes and directories' accounts away: their device is gone."""
    found = get_object_or_404(Agent, handle=name)
    if request.POST.get("sure") != "1":
        messages.error(request, _("Tick the box to confirm."))
        return redirect("agent-data", name=name)
    sign_in.remove_factors(found, now=database_now())
    _note(request, "took the second factors of", actors.agent(found.handle))
    messages.success(request, _("Their passkeys and codes are removed. Create a sign-in link to let them in again."))
    return redirect("agent-data", name=name)


@never_cache
@needs(Role.OWNER)
def agent_archive(request: HttpRequest, name: str) -> HttpResponse:
    """Everything about an agent."""
    found = get_object_or_404(Agent, handle=name)
    _note(request, "exported the data of", actors.agent(found.handle))
    return _zip(archive_of_agent(found, database_now()), found.handle)


@require_POST
@needs(Role.OWNER)
def agent_forget(request: HttpRequest, name: str) -> HttpResponse:
    """Forget an agent, once the owner has written their handle."""
    found = get_object_or_404(Agent, handle=name)
    if request.POST.get("sure") != found.handle:
        messages.error(request, _("Write “%(word)s” to confirm.") % {"word": found.handle})
        return redirect("agent-data", name=name)
    keep = request.POST.get("keep_words") == "1"
    try:
        done = forget_agent(found, by=actor_of(request), now=database_now(), keep_words=keep)
    except ValueError:
        messages.error(request, _("This is the desk's only owner; make somebody else an owner first."))
        return redirect("agent-data", name=name)
    return _forgotten(request, done, "people")


@needs(Role.LEAD)
def requester(request: HttpRequest, number: int) -> HttpResponse:
    """Somebody who asked: what there is of them, and, for an owner, what to do with it."""
    found = get_object_or_404(Requester.objects.select_related("customer"), pk=number)
    context = {
        "live": [],
        "person": found,
        "key": found.email or str(found.pk),
        "owns": may(request, Role.OWNER),
        "identities": found.identities.all(),
        "tickets": Ticket.objects.filter(requester=found).defer("snapshot").order_by("-number")[:20],
    }
    return render(request, "people/requester.html", context)


@never_cache
@needs(Role.OWNER)
def requester_archive(request: HttpRequest, number: int) -> HttpResponse:
    """Everything about somebody who asked."""
    found = get_object_or_404(Requester, pk=number)
    _note(request, "exported the data of", actors.customer(number))
    return _zip(archive_of_requester(found, database_now()), f"requester-{number}")


@require_POST
@needs(Role.OWNER)
def requester_forget(request: HttpRequest, number: int) -> HttpResponse:
    """Forget somebody who asked, once the owner has written their address or number."""
    found = get_object_or_404(Requester, pk=number)
    key = found.email or str(found.pk)
    if request.POST.get("sure") != key:
        messages.error(request, _("Write “%(word)s” to confirm.") % {"word": key})
        return redirect("requester", number=number)
    return _forgotten(request, forget_requester(found, by=actor_of(request), now=database_now()), "customers")


def _forgotten(request: HttpRequest, done: Forgotten, back: str) -> HttpResponse:
    if done.left:
        messages.error(request, _("Not everything could be forgotten: %(places)s") % {"places": ", ".join(done.left)})
    else:
        told = _(
            "Forgotten: %(messages)d messages and %(files)d files. Every table was searched again; nothing is left."
        )
        messages.success(request, told % {"messages": done.messages, "files": done.files})
    return redirect(back)


def _note(request: HttpRequest, what: str, subject: str) -> None:
    changes.record(by=actor_of(request), area=Area.PEOPLE, what=what, subject=subject)


def _zip(data: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"'}
    return HttpResponse(data, content_type="application/zip", headers=headers)

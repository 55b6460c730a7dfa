"""Views that somebody keeps: a list with its filters, found again by name."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rung.frame.access import agent_of, needs
from rung.people.models import Role
from rung.web.models import SavedView
from rung.web.queue import filters

#: Pages whose filters may be kept, and which of their words are filters.
FILTERS = {
    "/": filters.NAMES,
    "/tickets": ("q", "state", "level", "priority", "status", "category", "path", "assignee", "customer"),
}
LONGEST_NAME = 60


@require_POST
@needs(Role.OBSERVER)
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the filters of a page under a name, or forget one (`forget`)."""
    agent, page = agent_of(request), request.POST.get("page", "/")
    page = page if page in FILTERS else "/"
    if forget := request.POST.get("forget", ""):
        SavedView.objects.filter(agent=agent, name=forget).delete()
        return redirect(page)
    name = request.POST.get("name", "").replace("\x00", "").strip()[:LONGEST_NAME]
    address = address_of(page, QueryDict(request.POST.get("query", "")))
    if not name:
        messages.warning(request, _("A view needs a name."))
    elif len(address) > 500:
        messages.warning(request, _("That is too long to save."))
    else:
        SavedView.objects.update_or_create(agent=agent, name=name, defaults={"address": address})
        messages.success(request, _("“%(name)s” is saved.") % {"name": name})
    return redirect(address)


def address_of(page: str, query: QueryDict) -> str:
    """The page with those of its filters that say something."""
    chosen = {name: value for name in FILTERS[page] if (value := query.get(name, "").replace("\x00", ""))}
    return f"{page}?{urlencode(chosen)}" if chosen else page


def of_reader(request: HttpRequest) -> list[tuple[SavedView, bool]]:
    """The reader's own views, and whether this page is the one."""
    here = address_of(request.path, request.GET) if request.path in FILTERS else ""
    return [(view, view.address == here) for view in SavedView.objects.filter(agent=agent_of(request))]

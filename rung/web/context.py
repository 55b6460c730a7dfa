"""What every page's shell needs."""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

import rung
from rung.people import signin
from rung.web.access import may
from rung.web.sample_day import sample

LIVE_PORT_OFFSET = 1

# The places of the navigation, in order: (name of the address, word shown). One that does not exist yet is left out.
PLACES: list[tuple[str, str | Promise]] = [
    ("triage", _("Triage")),
    ("for-you", _("For you")),
    ("tickets", _("Tickets")),
    ("escalations", _("Escalations")),
    ("on-call", _("On call")),
    ("policy", _("Policy")),
    ("people", _("People")),
    ("reports", _("Reports")),
    ("settings", _("Settings")),
]


@dataclass(frozen=True)
class Place:
    """One entry of the navigation."""

    name: str | Promise
    address: str
    here: bool


def live_url(request: HttpRequest) -> str:
    """Where this page's browser finds /live: as configured, else on the port after the page's own."""
    if settings.LIVE_URL:
        return str(settings.LIVE_URL)
    try:
        host, _colon, port = request.get_host().rpartition(":")
    except DisallowedHost:
        return "/live"  # of a page that says it is refused
    if not port.isdigit():
        return f"{request.scheme}://{request.get_host()}/live"
    return f"{request.scheme}://{host}:{int(port) + LIVE_PORT_OFFSET}/live"


def shell(request: HttpRequest) -> dict[str, object]:
    """For templates: `live_url`, `places`, and `version`, which keeps an old style sheet from outliving an upgrade."""
    return {
        "live_url": live_url(request),
        "places": places(request),
        "version": rung.__version__,
        "sample": sample(),
        "mails": signin.can_mail,  # asked only where it is shown: pages about a lost database ask nothing
    }


def places(request: HttpRequest) -> list[Place]:
    """The navigation of this reader."""
    found = []
    for name, word in PLACES:
        try:
            address = reverse(name)
        except NoReverseMatch:
            continue
        if not _is_theirs(request, address):
            continue
        found.append(
            Place(word, address, request.path == address or (address != "/" and request.path.startswith(address)))
        )
    return found


def _is_theirs(request: HttpRequest, address: str) -> bool:
    """Whether the reader's role opens the page; places of others would only be refused."""
    needed = getattr(resolve(address).func, "needs", None)
    # A request refused early, such as one for another host, has no reader yet.
    reader = getattr(request, "user", None)
    return needed is None or reader is None or not reader.is_authenticated or may(request, needed)

"""What every page's shell needs."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

import rung
from rung.frame.access import may
from rung.frame.live_address import live_url
from rung.people import sign_in
from rung.web.shell.sample_day import sample

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


def shell(request: HttpRequest) -> dict[str, object]:
    """For templates: `live_url`, `places`, and `version`, which keeps an old style sheet from outliving an upgrade."""
    return {
        "live_url": live_url(request),
        "places": places(request),
        "version": rung.__version__,
        "sample": sample(),
        "mails": sign_in.can_mail,  # asked only where it is shown: pages about a lost database ask nothing
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

"""Who else knows a name of the policy, and what happens to them when it changes."""

from collections.abc import Callable, Iterator

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rung.core.document import renaming
from rung.core.document.renaming import CHANNELS
from rung.core.document.tree import Plain
from rung.core.sentences import say
from rung.people.clock import database_now
from rung.people.models import Agent, Membership, Override, Token
from rung.policies.outlets import outlets
from rung.tickets.models import IS_OPEN, Ticket
from rung.web.models import SavedView


def uses_outside_policy(what: str, name: str) -> list[str]:
    """A sentence for each that knows it; never empty."""
    found = list(_KNOW[what](name)) if what in _KNOW else []
    return found or [_("Nothing outside the policy uses this name.")]


def _levels(name: str) -> Iterator[str]:
    if people := Agent.objects.filter(level=name, is_active=True).count():
        said = ngettext(
            "%(n)d person belongs to it and is moved when this is published.",
            "%(n)d people belong to it and are moved when this is published.",
            people,
        )
        yield said % {"n": people}
    yield from _open(Q(level=name) | Q(offered_levels__contains=[name]), name)
    yield from _others(f"level={name}")


def _paths(name: str) -> Iterator[str]:
    yield from _open(Q(path=name), name)
    yield from _others(f"path={name}")


def _open(where: Q, name: str) -> Iterator[str]:
    if tickets := Ticket.objects.filter(IS_OPEN).filter(where).count():
        said = ngettext(
            "%(n)d open ticket stands there. It keeps the version that judges it, in which this is still called "
            "“%(name)s”, until it ends; publishing for open tickets passes it over.",
            "%(n)d open tickets stand there. They keep the version that judges them, in which this is still called "
            "“%(name)s”, until they end; publishing for open tickets passes them over.",
            tickets,
        )
        yield said % {"n": tickets, "name": name}


def _others(asked: str) -> Iterator[str]:
    if views := SavedView.objects.filter(address__contains=asked).count():
        said = ngettext(
            "%(n)d saved view asks for it and goes on showing the tickets under the old name.",
            "%(n)d saved views ask for it and go on showing the tickets under the old name.",
            views,
        )
        yield said % {"n": views}
    keys = Token.objects.filter(revoked_at=None)
    if tokens := keys.filter(Q(expires_at=None) | Q(expires_at__gt=database_now())).count():
        said = ngettext(
            "%(n)d key to the API is in use; a program that names this must name it anew.",
            "%(n)d keys to the API are in use; a program that names this must name it anew.",
            tokens,
        )
        yield said % {"n": tokens}


def _teams(name: str) -> Iterator[str]:
    members = Membership.objects.filter(team__name=name).count()
    if members:
        said = ngettext(
            "The team has %(n)d member. It is there under both names from then on, because open tickets keep the "
            "version that knows the old one.",
            "The team has %(n)d members. It is there under both names from then on, because open tickets keep the "
            "version that knows the old one.",
            members,
        )
        yield said % {"n": members}


def _schedules(name: str) -> Iterator[str]:
    swaps = Override.objects.filter(schedule=name, ends_at__gt=database_now()).count()
    if swaps:
        said = ngettext(
            "%(n)d swap is entered for it and counts under both names.",
            "%(n)d swaps are entered for it and count under both names.",
            swaps,
        )
        yield said % {"n": swaps}


def _categories(name: str) -> Iterator[str]:
    if people := Agent.objects.filter(skills__contains=[name], is_active=True).count():
        said = ngettext(
            "%(n)d person is an expert in it, and under both names once this is published.",
            "%(n)d people are experts in it, and under both names once this is published.",
            people,
        )
        yield said % {"n": people}
    if tickets := Ticket.objects.filter(IS_OPEN, category=name).count():
        said = ngettext(
            "%(n)d open ticket is in it and stays in “%(name)s”, which the new version does not know; "
            "correct it by hand if it is to be judged by that version.",
            "%(n)d open tickets are in it and stay in “%(name)s”, which the new version does not know; "
            "correct them by hand if they are to be judged by that version.",
            tickets,
        )
        yield said % {"n": tickets, "name": name}
    yield from _others(f"category={name}")


def channels(content: Plain) -> list[str]:
    """The channels a policy names that may have another name one day."""
    return renaming.channels(content, outlets().renamed())


def bare(channel: str) -> str:
    """As it is called where it is."""
    return channel.partition(":")[2]


def _channels(name: str) -> Iterator[str]:
    outlet = outlets().named(name.partition(":")[0])
    said = _(
        "Cards that are posted stay where they are. %(where)s must have a channel of the new name, with Rung in it."
    )
    yield said % {"where": say(outlet.label) if outlet else name}


_KNOW: dict[str, Callable[[str], Iterator[str]]] = {
    "levels": _levels,
    "paths": _paths,
    "teams": _teams,
    "schedules": _schedules,
    "categories": _categories,
    CHANNELS: _channels,
}

"""Tickets that belong together, from a ticket's page: merge, split, relate."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from rung.frame.fields import Mistake, actor, clean, needed, once, ticket_named
from rung.people.models import Agent
from rung.tickets import results as r
from rung.tickets.actions import merging
from rung.tickets.relations import BY_HAND

Joined = r.Done | r.AlreadySo | r.Refused | r.Created | r.Unconfirmed


def merge(number: int, request: HttpRequest, by: Agent) -> Joined:
    """Into another; `anyway`: also into another customer's. Raises Mistake."""
    into = ticket_named(request.POST, "into", by)
    return merging.merge(number, into, by=actor(by), confirmed=request.POST.get("anyway") == "1")


def split(number: int, request: HttpRequest, by: Agent) -> Joined:
    """The chosen messages become a ticket of their own. Raises Mistake."""
    form = request.POST
    chosen = tuple(int(word) for word in form.getlist("message") if word.isdecimal() and len(word) < 18)
    if not chosen:
        raise Mistake(_("Choose the messages that are about something else."))
    subject = needed(form, "subject", _("Say what the new ticket is about."))
    key = once(form, by.handle, "split", subject, *map(str, chosen))
    return merging.split(number, chosen, subject, by=actor(by), client_key=key)


def relate(number: int, request: HttpRequest, by: Agent) -> Joined:
    """To another, and how. Raises Mistake."""
    kind = clean(request.POST, "relation") or "related"
    if kind not in BY_HAND:
        raise Mistake(_("“%(word)s” is not known here.") % {"word": kind})
    return merging.relate(number, ticket_named(request.POST, "other", by), by=actor(by), relation=kind)


def unrelate(number: int, request: HttpRequest, by: Agent) -> Joined:
    """No longer. Raises Mistake."""
    return merging.unrelate(number, ticket_named(request.POST, "other", by), by=actor(by))


def question(asked: r.Unconfirmed) -> str:
    """Whose answers go where, before two customers' tickets become one."""
    words = {
        "ticket": asked.ticket,
        "into": asked.into,
        "gone": asked.gone or _("nobody we know"),
        "kept": asked.kept or _("nobody we know"),
    }
    return (
        _(
            "#%(ticket)d is of %(gone)s and #%(into)d of %(kept)s. Once merged, both hear every answer; of what was "
            "said before, each sees only their own part."
        )
        % words
    )

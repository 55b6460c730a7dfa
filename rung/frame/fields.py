"""What the forms on a ticket's page ask for, read: words that must be there, words of a list, once and not twice."""

from enum import StrEnum
from hashlib import sha256
from typing import TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _

from rung.core import actors
from rung.core.actors import Actor
from rung.people.models import Agent
from rung.tickets import visibility
from rung.tickets.message_rows import LONGEST_WORDS

W = TypeVar("W", bound=StrEnum)


class Mistake(Exception):
    """A form that cannot be obeyed, in one sentence."""


def actor(agent: Agent) -> Actor:
    """As events name them."""
    return actors.agent(agent.handle)


def quicker(handle: str) -> str:
    """That somebody else has claimed it, by their name."""
    name = Agent.objects.filter(handle=handle).values_list("name", flat=True).first()
    return _("%(who)s was quicker: it is theirs.") % {"who": name or handle}


def clean(form: QueryDict, name: str) -> str:
    """The words of a field, without what PostgreSQL refuses."""
    return form.get(name, "").replace("\x00", "").strip()


def needed(form: QueryDict, name: str, otherwise: str) -> str:
    """The words of a field. Raises Mistake with the sentence `otherwise`."""
    text = clean(form, name)
    if not text:
        raise Mistake(otherwise)
    return text


def within(text: str, most: int = LONGEST_WORDS) -> str:
    """The same words. Raises Mistake where there are more than `most` characters."""
    if len(text) > most:
        raise Mistake(
            _(
                "These are %(length)d characters, of at most %(most)d: shorten them, or send them as a file. "
                "Nothing was sent, and what you wrote is still here."
            )
            % {"length": len(text), "most": most}
        )
    return text


def choice(words: type[W], given: str | None, otherwise: W) -> W:
    """One of a list. Raises Mistake."""
    try:
        return words(given or otherwise.value)
    except ValueError:
        raise Mistake(_("“%(word)s” is not known here.") % {"word": given}) from None


def number_in(form: QueryDict, name: str) -> int | None:
    """An id as a page gives it; None for anything that could be none."""
    given = form.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 18 else None


def ticket_named(form: QueryDict, name: str, reader: Agent) -> int:
    """The number of a ticket the reader may see, written 12 or #12. Raises Mistake."""
    given = clean(form, name).lstrip("#")
    if not given.isascii() or not given.isdecimal() or len(given) > 17:
        raise Mistake(_("Say which ticket, by its number.") if not given else _no_ticket(given))
    if not visibility.sees(reader, int(given)):
        raise Mistake(_no_ticket(given))
    return int(given)


def once(form: QueryDict, by: str, *words: str) -> str | None:
    """A key for one sending of a form: pressed twice it is the same, with other words it is another. None: no key."""
    key = form.get("once", "")[:40].replace("\x00", "")
    if not key:
        return None
    return f"web/{by}/{key}/{sha256(chr(0).join(words).encode()).hexdigest()[:16]}"


def _no_ticket(given: str) -> str:
    return _("There is no ticket “%(number)s”.") % {"number": given[:20]}

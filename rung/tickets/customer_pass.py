"""The signed words with which customers see their requests without an account: for a time, and until taken back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing
from msgspec import Struct

from rung.people.clock import database_now
from rung.tickets.models import RevokedLinks

SALT = "rung.ask"
TICKET, PERSON = "t", "p"


class Pass(Struct, frozen=True):
    """A word of ours. `is_over`: it has run out or was taken back; it still says whose it was."""

    kind: str
    number: int
    is_over: bool = False
    #: Seconds since 1970.
    issued: int = 0

    def reaches(self, ticket: int) -> bool:
        """Whether this ticket may be seen through it: not where links to the ticket were taken back since.

        A person's link leads to many tickets, and a merged ticket's to the one it went into.
        """
        return self.reached([ticket]) == [ticket]

    def reached(self, tickets: Sequence[int]) -> list[int]:
        """Those of the tickets that may be seen through it."""
        subjects = [f"{TICKET}{number}" for number in tickets]
        moment = datetime.fromtimestamp(self.issued, UTC)
        taken = RevokedLinks.objects.filter(subject__in=subjects, before__gte=moment)
        gone = set(taken.values_list("subject", flat=True))
        return [number for number in tickets if f"{TICKET}{number}" not in gone]


def pass_of(number: int, now: datetime | None = None) -> str:
    """The word for one ticket."""
    return _signed(TICKET, number, now)


def pass_of_person(requester: int, now: datetime | None = None) -> str:
    """The word for all requests of one person. It goes to nobody but that person's own address."""
    return _signed(PERSON, requester, now)


def read(word: str, now: datetime) -> Pass | None:
    """What a word is for; None if it is not one of ours."""
    try:
        value = signing.Signer(salt=SALT).unsign(":".join(word.rsplit(".", 1)))
        whose, issued = value.split(".")
        kind, number, seconds = whose[:1], int(whose[1:]), int(issued, 16)
    except (signing.BadSignature, ValueError):
        return None
    revoked = RevokedLinks.objects.filter(subject=whose).first()
    is_old = now.timestamp() - seconds > lasts().total_seconds()
    return Pass(kind, number, is_old or (revoked is not None and seconds <= revoked.before.timestamp()), seconds)


def revoke(number: int, now: datetime) -> None:
    """Every link to that ticket handed out until now leads nowhere."""
    RevokedLinks.objects.update_or_create(subject=f"{TICKET}{number}", defaults={"before": now})


def revoke_person(requester: int, now: datetime) -> None:
    """Every link to all requests of that person, too."""
    RevokedLinks.objects.update_or_create(subject=f"{PERSON}{requester}", defaults={"before": now})


def link(number: int, now: datetime | None = None) -> str:
    """Where the customer sees it; empty while the desk has no address of its own."""
    return f"{settings.BASE_URL}/ask/{pass_of(number, now)}" if settings.BASE_URL else ""


def lasts() -> timedelta:
    """How long a link is good for."""
    return timedelta(days=settings.CUSTOMER_LINK_DAYS)


def _signed(kind: str, number: int, now: datetime | None) -> str:
    issued = int((now or database_now()).timestamp())
    return signing.Signer(salt=SALT).sign(f"{kind}{number}.{issued:x}").replace(":", ".")

"""The signed word with which a customer sees one request of theirs, without an account."""

from django.conf import settings
from django.core import signing

SALT = "rung.ask"


def pass_of(number: int) -> str:
    """The word for one ticket."""
    return signing.Signer(salt=SALT).sign(str(number)).replace(":", ".")


def number_of(word: str) -> int | None:
    """The ticket a word is for; None if it is not one of ours."""
    try:
        return int(signing.Signer(salt=SALT).unsign(word.replace(".", ":", 1)))
    except (signing.BadSignature, ValueError):
        return None


def link(number: int) -> str:
    """Where the customer sees it; empty while the desk has no address of its own."""
    return f"{settings.BASE_URL}/ask/{pass_of(number)}" if settings.BASE_URL else ""

"""Words that let somebody in: made once, shown once, kept only as a hash."""

import hashlib
import secrets


def make(prefix: str = "") -> str:
    """A word nobody can guess (256 bits)."""
    return prefix + secrets.token_urlsafe(32)


def hashed(word: str) -> str:
    """What is kept of it. A plain hash will do: the word is random, not chosen by a person."""
    return hashlib.sha256(word.encode()).hexdigest()

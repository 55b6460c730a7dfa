"""The signed word with which a page may listen to /live, and to which topics."""

from django.core import signing

SALT = "rung.live"
LASTS = 12 * 60 * 60  # seconds; a page open longer asks for itself again


def issue(topics: list[str]) -> str:
    """A pass for these topics. Give it only to somebody who may see them."""
    return signing.dumps(topics, salt=SALT)


def read(word: str) -> list[str] | None:
    """The topics of a pass; None if it is not ours or too old."""
    try:
        topics = signing.loads(word, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    return [str(topic) for topic in topics]

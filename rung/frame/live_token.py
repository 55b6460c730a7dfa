"""The signed word with which a page may listen to /live: to which topics, and who reads them."""

from django.core import signing

SALT = "rung.live"
LASTS = 12 * 60 * 60  # seconds; a page open longer asks for itself again


def issue(topics: list[str], reader: int) -> str:
    """A pass for these topics and this agent, who may see them."""
    return signing.dumps([reader, *topics], salt=SALT)


def read(word: str) -> tuple[int, list[str]] | None:
    """Whose pass it is and its topics; None if it is not ours or too old."""
    try:
        reader, *topics = signing.loads(word, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    return (reader, [str(topic) for topic in topics]) if isinstance(reader, int) else None

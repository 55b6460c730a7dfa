"""From Slack's written form to plain words: entities, mentions, links and dates, as a reader sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_ANGLE = re.compile(r"<([^<>\n]*)>")
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


def plain(text: str, names: Mapping[str, str] | None = None) -> str:
    """The words of a message. `names`: user id -> name, for mentions; an unknown one keeps its id."""
    known = names or {}
    return _unescaped(_ANGLE.sub(lambda match: _spoken(match[1], known), text)).strip()


def says_something(text: str) -> bool:
    """Whether a reader sees anything: marks of no width and of direction are nothing."""
    return bool(_UNSEEN.sub("", text))


def mentioned(text: str) -> Iterator[str]:
    """The ids of the people a message mentions, in order."""
    return (match[1] for match in _USER.finditer(text))


def mentions(text: str, user: str) -> bool:
    """Whether the message names that person."""
    return user in mentioned(text)


def without_mention(text: str, user: str) -> str:
    """The message without its mention of `user`: "<@UBOT> help" is "help"."""
    return re.sub(rf"<@{re.escape(user)}(?:\|[^>]*)?>[:,]?\s*", "", text).strip()


def _spoken(inner: str, names: Mapping[str, str]) -> str:
    target, _, label = inner.partition("|")
    match target[:1]:
        case "@":
            return "@" + (names.get(target[1:]) or label or target[1:])
        case "#":
            return "#" + (label or target[1:])
        case "!":
            return label or "@" + target[1:].partition("^")[0]
        case _:
            address = target.removeprefix("mailto:").removeprefix("tel:")
            return address if not label or label in (address, target) else f"{label} ({address})"


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

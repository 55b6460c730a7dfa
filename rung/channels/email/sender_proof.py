"""Whether the server that received a mail found its sender to be another than it says (RFC 8601)."""

import re
from collections.abc import Sequence

_RESULT = re.compile(r"(?<![\w.-])(dmarc|spf|dkim)\s*=\s*(\w+)", re.I)
_COMMENT = re.compile(r"\([^()]*\)")
#: Of spf and dkim: this one says for itself that the mail is not from there, or says nothing for it.
_FAILED = frozenset({"fail", "softfail", "permerror", "none", "neutral", "policy"})


def is_disproved(stamps: Sequence[str], servers: Sequence[str]) -> bool:
    """By the topmost stamp of one of `servers`, or of a host below its name; without one nothing is known.

    DMARC failed or, where it says neither yes nor no: SPF or DKIM failed, and none of them passed.
    """
    ours = next((stamp for stamp in map(_plain, stamps) if _is_by(stamp, servers)), None)
    if ours is None:
        return False
    found: dict[str, set[str]] = {}
    for method, result in _RESULT.findall(ours.partition(";")[2]):
        found.setdefault(method.lower(), set()).add(result.lower())
    dmarc, others = found.get("dmarc", set()), found.get("spf", set()) | found.get("dkim", set())
    if dmarc & {"pass", "fail"}:
        return "pass" not in dmarc
    return bool(others & {"fail", "softfail"}) and others <= _FAILED


def servers_of(configured: str, host: str) -> tuple[str, ...]:
    """As configured: names with commas between, `off`, or else the domain of the mailbox's IMAP server."""
    if configured:
        names = (name.strip().lower() for name in configured.split(","))
        return tuple(name for name in names if name and name != "off")
    domain = host.lower().partition(".")[2]
    return (domain,) if "." in domain and not host.replace(".", "").isdigit() else ()


def _plain(stamp: str) -> str:
    return _COMMENT.sub(" ", " ".join(stamp.split()))


def _is_by(stamp: str, servers: Sequence[str]) -> bool:
    name = stamp.partition(";")[0].strip().partition(" ")[0].lower()
    return any(name == server or name.endswith(f".{server}") for server in servers)

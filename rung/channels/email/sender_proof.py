"""Whether the server that received a mail has proven its sender, or found another (RFC 8601, RFC 7489)."""

from collections.abc import Sequence
from enum import StrEnum

from authres import AuthenticationResultsHeader, AuthResError

#: Bytes of one stamp: authres takes time with the square of its length. What is longer proves nothing; it is never cut,
#: since a cut could hide the failure at its end.
LARGEST = 16_000
#: Second-level names under which companies register theirs, where the public suffix has two labels.
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "ac", "gov", "edu", "or", "ne", "go", "gv", "asso", "gouv"})
_FAILED = frozenset({"fail", "softfail", "hardfail"})
#: Of spf and dkim: this one says for itself that the mail is not from there, or says nothing for it.
_NOTHING = frozenset({*_FAILED, "permerror", "none", "neutral", "policy"})


class Proof(StrEnum):
    """`DISPROVED`: the receiving server says that somebody else wrote it. `NONE`: it says neither."""

    PROVEN = "proven"
    NONE = "none"
    DISPROVED = "disproved"


def proof(
    stamps: Sequence[str], servers: Sequence[str], domains: Sequence[str], *, at_microsoft: bool = False
) -> Proof:
    """What the topmost stamp of one of `servers`, or of a host below its name, says of the sender.

    `stamps`: each `Authentication-Results` whole, the latest first. `domains`: of every address in From; of several
    none is proven. `at_microsoft`: the mailbox is there, whose own stamp is the topmost and names no server.

    Proven: DMARC passed for the sender's domain, or SPF or DKIM did with a domain that belongs with it. A stamp that
    cannot be read proves nothing, and disproves nothing.
    """
    ours = _ours(stamps, servers, at_microsoft=at_microsoft)
    if ours is None:
        return Proof.NONE
    found = [(str(each.method).lower(), str(each.result).lower(), _domains_of(each)) for each in ours.results]
    dmarc = {result for method, result, _of in found if method == "dmarc"}
    if dmarc & _FAILED or len(domains) > 1:
        return Proof.DISPROVED
    if len(domains) == 1 and _passes(found, domains[0]):
        return Proof.PROVEN
    if dmarc & {"pass"}:
        return Proof.DISPROVED  # for another domain than the one we read
    others = {result for method, result, _of in found if method in ("spf", "dkim")}
    passed_for_another = any(result == "pass" and of for method, result, of in found if method in ("spf", "dkim"))
    return Proof.DISPROVED if passed_for_another or (others & _FAILED and others <= _NOTHING) else Proof.NONE


def servers_of(configured: str, host: str) -> tuple[str, ...]:
    """As configured: names with commas between, `off`, or else the domain of the mailbox's IMAP server."""
    if configured:
        names = (name.strip().lower() for name in configured.split(","))
        return tuple(name for name in names if name and name != "off")
    domain = host.lower().partition(".")[2]
    return (domain,) if "." in domain and not host.replace(".", "").isdigit() else ()


def _passes(found: Sequence[tuple[str, str, frozenset[str]]], domain: str) -> bool:
    for method, result, of in found:
        if result != "pass" or method not in ("dmarc", "spf", "dkim"):
            continue
        if any(_is_aligned(each, domain) for each in of) or (method == "dmarc" and not of):
            return True
    return False


def _ours(stamps: Sequence[str], servers: Sequence[str], *, at_microsoft: bool) -> AuthenticationResultsHeader | None:
    for place, stamp in enumerate(stamps):
        if len(stamp) > LARGEST:
            if _names_one(stamp[:300], servers):
                return None
            continue
        read = _read(stamp)
        if read is None and at_microsoft and place == 0:
            return _read(f"placeholder; {stamp}")
        name = str(read.authserv_id or "").lower() if read is not None else ""
        if read is not None and any(name == server or name.endswith(f".{server}") for server in servers):
            return read
        if read is None and _names_one(stamp[:300], servers):
            return None  # ours, and not to be understood: what lies below may be anybody's
    return None


def _names_one(begins: str, servers: Sequence[str]) -> bool:
    word = begins.partition(";")[0].split()
    name = word[0].lower() if word else ""
    return any(name == server or name.endswith(f".{server}") for server in servers)


def _read(stamp: str) -> AuthenticationResultsHeader | None:
    try:
        return AuthenticationResultsHeader.parse_value(" ".join(stamp.split()))
    except (AuthResError, RecursionError, ValueError, AttributeError, TypeError, IndexError, UnicodeError):
        return None


def _domains_of(result: object) -> frozenset[str]:
    """The domains a result speaks of: header.from, header.d, header.i, smtp.mailfrom."""
    found = set()
    for each in getattr(result, "properties", ()):
        kind, name, value = str(each.type).lower(), str(each.name).lower(), str(each.value or "").lower()
        if (kind, name) in (("header", "from"), ("header", "d"), ("header", "i"), ("smtp", "mailfrom")):
            domain = value.rpartition("@")[2].strip(". <>")
            if "." in domain:
                found.add(domain)
    return frozenset(found)


def _is_aligned(one: str, other: str) -> bool:
    """Relaxed, as DMARC: the same organisation's domain."""
    return _organisation(one) == _organisation(other)


def _organisation(domain: str) -> str:
    labels = domain.lower().strip(".").split(".")
    length = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-length:])

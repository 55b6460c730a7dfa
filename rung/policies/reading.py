"""A policy's text, read with the ways out of this desk; and a published one, which was found in order then."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from rung.core.calendar import Calendar
from rung.core.check import check
from rung.core.document.findings import Finding
from rung.core.document.nodes import Entries
from rung.core.policy import reader
from rung.core.policy.model import Policy
from rung.policies.outlets import outlets

Found = tuple[Policy | None, tuple[Finding, ...]]


class Unreadable(Exception):
    """A published version can no longer be read: it was written by a newer Rung, or the row was changed by hand."""


def read_policy(text: str, file: str) -> Found:
    """The policy of a document and its findings, as `core.policy.reader` has it."""
    return reader.read_policy(text, file, outlets())


def read_policy_bytes(content: bytes, file: str) -> Found:
    """As `read_policy`, of a file's bytes."""
    text = reader.decoded(content, file)
    return (None, (text,)) if isinstance(text, Finding) else read_policy(text, file)


def read_document(root: Entries, file: str, findings: Iterable[Finding] = ()) -> Found:
    """As `read_policy`, of a document that is already parsed, and what was found in it then."""
    return reader.read_document(root, file, outlets(), findings)


def check_policy(text: str, file: str) -> Found:
    """A document read, and judged by the file alone, as `core.check` has it."""
    return check.check_policy(text, file, outlets())


def read(text: str, *, holidays: Mapping[str, Sequence[str]]) -> Policy:
    """The policy a version's text says, closed on the very days it was published with. Raises Unreadable."""
    policy, findings = read_policy(text, "policy")
    if policy is None:
        raise Unreadable("; ".join(str(finding) for finding in findings))
    calendars = {
        name: _with_holidays(calendar, holidays[name]) if name in holidays else calendar
        for name, calendar in policy.calendars.items()
    }
    return msgspec.structs.replace(policy, calendars=calendars)


def _with_holidays(calendar: Calendar, dates: Sequence[str]) -> Calendar:
    return Calendar.parse(calendar.frozen([]) | {"holidays": list(dates)})

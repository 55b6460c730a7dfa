"""A published text, read again: it was found in order when it was published."""

from collections.abc import Mapping, Sequence

import msgspec

from rung.core.calendar import Calendar
from rung.core.policy.model import Policy
from rung.core.policy.reader import read_policy


class Unreadable(Exception):
    """A published version can no longer be read: it was written by a newer Rung, or the row was changed by hand."""


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

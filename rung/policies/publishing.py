"""A text becomes a version: checked, numbered, its holidays kept as dates, and from then on in force."""

from collections.abc import Iterable
from datetime import datetime
from importlib.metadata import version as installed

from django.db import transaction
from django.db.models import Max
from msgspec import Struct

from rung.core.actors import Actor
from rung.core.document.findings import Finding
from rung.core.policy.model import Policy
from rung.core.sentences import key, say
from rung.people import advisory_locks
from rung.policies.models import PolicyVersion
from rung.policies.reading import read_policy

#: Years of holidays kept with a version, before and after the one it is published in.
YEARS_BEFORE, YEARS_AHEAD = 2, 3
_ALONE = key("the policy in force requires a second person: nobody publishes their own text")
_ALONE_HINT = key("save it as a draft (rung policy push) and let somebody else publish it (rung policy accept)")

_OVERTAKEN = key("version %(number)s has been published since this was compared")
_OVERTAKEN_HINT = key("look at what it would undo, and publish again")


class Published(Struct, frozen=True):
    number: int


class NotPublished(Struct, frozen=True):
    """The text has mistakes, or says what is in force already (`findings` empty)."""

    findings: tuple[Finding, ...]


def publish(
    text: str,
    *,
    author: Actor,
    reason: str = "",
    file: str = "policy",
    now: datetime,
    reviewer: str = "",
    instead_of: int | None = None,
) -> Published | NotPublished:
    """Make this text the policy for new tickets. Running tickets keep theirs until they are told to change.

    `reviewer`: who has read it and publishes it for its author; needed where the policy in force asks for it.
    `instead_of`: the version it was compared with, 0 for none; where another is in force by now, nothing is published.
    """
    policy, findings = read_policy(text, file)
    if policy is None:
        return NotPublished(findings)
    with transaction.atomic():
        # One at a time, so that numbers follow each other.
        advisory_locks.wait(advisory_locks.PUBLISHING)
        before = PolicyVersion.objects.filter(is_current=True).first()
        if before is not None and before.text == text:
            return NotPublished(())
        if before is not None and instead_of not in {None, before.number}:
            told = say(_OVERTAKEN, number=before.number)
            return NotPublished((Finding(file, 1, "publishing", told, hint=say(_OVERTAKEN_HINT)),))
        if before is not None and reviewer in {"", author} and asks_for_second_person(before):
            return NotPublished((Finding(file, 1, "publishing", say(_ALONE), hint=say(_ALONE_HINT)),))
        number = (PolicyVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        PolicyVersion.objects.filter(is_current=True).update(is_current=False)
        PolicyVersion.objects.create(
            number=number,
            text=text,
            author=author,
            reason=reason,
            reviewer=reviewer,
            created_at=now,
            holidays=holidays_of(policy, range(now.year - YEARS_BEFORE, now.year + YEARS_AHEAD + 1)),
            holidays_until=now.year + YEARS_AHEAD,
            tzdata=installed("tzdata"),
            is_current=True,
        )
    return Published(number)


def asks_for_second_person(version: PolicyVersion) -> bool:
    """Whether what follows this version is published by somebody else than its author."""
    policy, _ = read_policy(version.text, "policy")
    return policy is not None and policy.publishing.second_person


def extend_holidays(now: datetime) -> int:
    """Add the holidays of years that have come near; those already kept stay as they are. How many versions grew."""
    last = now.year + YEARS_AHEAD
    grown = 0
    for version in PolicyVersion.objects.filter(holidays_until__lt=last):
        policy, _ = read_policy(version.text, "policy")
        if policy is None:
            continue
        new = holidays_of(policy, range(version.holidays_until + 1, last + 1))
        version.holidays = {name: [*version.holidays.get(name, []), *dates] for name, dates in new.items()}
        version.holidays_until = last
        version.save(update_fields=["holidays", "holidays_until"])
        grown += 1
    return grown


def holidays_of(policy: Policy, years: Iterable[int]) -> dict[str, list[str]]:
    """Calendar -> the days it is closed in those years."""
    kept = {}
    for name, calendar in policy.calendars.items():
        dates = calendar.frozen(years)["holidays"]
        if isinstance(dates, list):
            kept[name] = [str(day) for day in dates]
    return kept


def keep_beside(text: str, *, author: Actor, reason: str, now: datetime) -> int:
    """Keep a text as a version that judges only the tickets it is chosen for; the same text is kept once.

    Raises ValueError where the text has mistakes.
    """
    policy, findings = read_policy(text, "policy")
    if policy is None:
        raise ValueError("; ".join(map(str, findings)))
    with transaction.atomic():
        advisory_locks.wait(advisory_locks.PUBLISHING)
        same = PolicyVersion.objects.filter(text=text).first()
        if same is not None:
            return same.number
        number = (PolicyVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        PolicyVersion.objects.create(
            number=number,
            text=text,
            author=author,
            reason=reason,
            created_at=now,
            holidays_until=now.year + YEARS_AHEAD,
            tzdata=installed("tzdata"),
            is_current=False,
        )
    return number

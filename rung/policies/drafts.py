"""Drafts of the policy: kept, changed, withdrawn, published."""

from datetime import datetime

from django.db import transaction

from rung.core.actors import Actor
from rung.people import advisory_locks
from rung.policies.models import Draft, PolicyVersion
from rung.policies.publishing import NotPublished, Published, publish
from rung.policies.reading import read_policy
from rung.policies.renames import added, carry_over


def keep(text: str, *, author: Actor, reason: str = "", now: datetime) -> Draft:
    """Keep a text. An open draft of the same author becomes this text: one thought, one draft."""
    with transaction.atomic():
        _alone(author)
        draft = Draft.objects.select_for_update().filter(author=author, state=Draft.State.OPEN).first()
        if draft is None:
            in_force = PolicyVersion.objects.filter(is_current=True).values_list("number", flat=True).first()
            draft = Draft(author=author, created_at=now, based_on=in_force)
        draft.text, draft.reason, draft.changed_at = text, reason or draft.reason, now
        draft.save()
    return draft


def go_on(text: str, *, seen: str, author: Actor, now: datetime) -> Draft | None:
    """Keep a text that was made of `seen`, the draft or the version in force; None when that is another by now."""
    with transaction.atomic():
        _alone(author)
        draft = Draft.objects.filter(author=author, state=Draft.State.OPEN).first()
        in_force = PolicyVersion.objects.filter(is_current=True).values_list("text", flat=True).first()
        if (draft.text if draft else seen if in_force is None else in_force) != seen:
            return None
        return keep(text, author=author, now=now)


def remember_rename(author: Actor, what: str, old: str, new: str) -> None:
    """The author's draft has another name for something; people follow when it is published."""
    draft = Draft.objects.filter(author=author, state=Draft.State.OPEN).first()
    if draft is not None:
        draft.renames = added(draft.renames, what, old, new)
        draft.save(update_fields=["renames"])


def _alone(author: Actor) -> None:
    """One at a time for each author, so that two windows make one draft."""
    advisory_locks.wait(advisory_locks.draft_of(author))


def withdraw(number: int, *, now: datetime) -> bool:
    """It is no longer wanted. False: it was not open."""
    open_ones = Draft.objects.filter(pk=number, state=Draft.State.OPEN)
    return bool(open_ones.update(state=Draft.State.WITHDRAWN, changed_at=now))


def accept(
    number: int, *, by: Actor, text: str, now: datetime, instead_of: int | None = None
) -> Published | NotPublished | None:
    """Publish a draft for its author, as it was read: None when it has been changed or ended since `text` was shown.

    `instead_of`: as in `publish`."""
    with transaction.atomic():
        draft = Draft.objects.select_for_update().filter(pk=number, state=Draft.State.OPEN).first()
        if draft is None or draft.text != text:
            return None
        reviewer = by if by != draft.author else ""
        result = publish(
            draft.text,
            author=draft.author,
            reason=draft.reason,
            file=f"draft {number}",
            now=now,
            reviewer=reviewer,
            instead_of=instead_of,
        )
        if isinstance(result, Published):
            draft.state, draft.changed_at = Draft.State.PUBLISHED, now
            draft.version = PolicyVersion.objects.get(number=result.number)
            draft.save()
            policy, _found = read_policy(draft.text, f"draft {number}")
            if policy is not None:
                carry_over(draft.renames, policy, by=by)
    return result

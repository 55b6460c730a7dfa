"""Which workflows are of no use any more, by what the desk's record says of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from rung.core.policy.model import Policy, Workflow
from rung.core.text.placeholders import gaps

#: How far back the record is read, and how long a new workflow has until it counts as unused.
LOOKED_BACK = timedelta(days=90)
GRACE = timedelta(days=30)
#: From so many uses by hand on, more than half of them in other words say something of the words.
ENOUGH = 5


class Use(Struct, frozen=True):
    """One use. `alone`: by the policy; `edited`: by an agent, in other words than the policy's."""

    at: datetime
    alone: bool = False
    edited: bool = False


class Verdict(StrEnum):
    UNUSED = "unused"
    REWRITTEN = "rewritten"
    ASKS_IN_VAIN = "asks_in_vain"
    NEVER_ASKED = "never_asked"
    REMOVED = "removed"


class Reviewed(Struct, frozen=True):
    """A workflow and its uses in the time looked back. `workflow` None: it is in the policy no more."""

    name: str
    workflow: Workflow | None
    used: int
    alone: int
    edited: int
    last_at: datetime | None
    verdicts: tuple[Verdict, ...]
    #: What it asks for and does not use, or uses and does not ask for.
    fields: tuple[str, ...] = ()


def review(
    policy: Policy, uses: Mapping[str, Sequence[Use]], since: Mapping[str, datetime], now: datetime
) -> tuple[Reviewed, ...]:
    """Every workflow of the policy in its order, then those that were used and are gone. `since`: in force since."""
    named = {workflow.name: workflow for workflow in policy.workflows}
    names = dict.fromkeys([*named, *sorted(uses)])
    found = []
    for name in names:
        is_new = name not in since or now - since[name] < GRACE
        found.append(_reviewed(name, named.get(name), policy, _recent(uses.get(name, ()), now), is_new=is_new))
    return tuple(found)


def _recent(uses: Sequence[Use], now: datetime) -> list[Use]:
    return [use for use in uses if use.at > now - LOOKED_BACK]


def _reviewed(name: str, workflow: Workflow | None, policy: Policy, recent: Sequence[Use], *, is_new: bool) -> Reviewed:
    edited = sum(use.edited for use in recent)
    by_hand = sum(not use.alone for use in recent)
    in_vain, never = _fields(workflow, policy) if workflow else ((), ())
    found = {
        Verdict.REMOVED: workflow is None,
        Verdict.UNUSED: workflow is not None and not recent and not is_new,
        Verdict.REWRITTEN: by_hand >= ENOUGH and edited * 2 > by_hand,
        Verdict.ASKS_IN_VAIN: bool(in_vain),
        Verdict.NEVER_ASKED: bool(never),
    }
    return Reviewed(
        name=name,
        workflow=workflow,
        used=len(recent),
        alone=sum(use.alone for use in recent),
        edited=edited,
        last_at=max((use.at for use in recent), default=None),
        verdicts=tuple(verdict for verdict, holds in found.items() if holds),
        fields=(*in_vain, *never),
    )


def _fields(workflow: Workflow, policy: Policy) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What it asks for and its reply does not use; what its reply uses and it does not ask for."""
    reply = policy.replies.get(workflow.reply or "", "")
    used = {gap.removeprefix("answers.") for gap in gaps(reply) if gap.startswith("answers.")}
    in_vain = tuple(name for name in workflow.ask if reply and name not in used)
    return in_vain, tuple(sorted(used - set(workflow.ask)))

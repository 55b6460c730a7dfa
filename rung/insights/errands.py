"""Does an errand about a policy: previews it on running tickets, replays it over the record, or rolls it out."""

import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog

from rung.core.comparison import Changed, Comparison, Running, compare
from rung.core.comparison_text import Titled, pictures
from rung.core.policy import Policy
from rung.core.policy_reader import read_policy
from rung.core.tally import Goals
from rung.escalation.republishing import choose_for_running, effects_on_running
from rung.people.clock import database_now
from rung.policies.models import Errand
from rung.policies.versions import NONE_PUBLISHED, compiled, current_number
from rung.tickets.models import IS_OPEN, Ticket
from rung.tickets.recorded import histories_since

log = structlog.get_logger(__name__)

#: Seconds between two notes of how far it is.
NOTED_EVERY = 0.4


#: A worker that has noted nothing for so long is gone.
DEAD_AFTER = timedelta(minutes=3)


class Stopped(Exception):
    """Nobody wants it any more."""


def run_errand(number: int) -> None:
    """Do it, once: whoever begins it first has it. A failure is written down with its reason, for whoever asked."""
    began = Errand.objects.filter(pk=number, state=Errand.State.WAITING)
    if not began.update(state=Errand.State.WORKING, changed_at=database_now()):
        return
    errand = Errand.objects.get(pk=number)
    try:
        result = _DO[Errand.Kind(errand.kind)](errand)
    except Stopped:
        return
    except Exception as problem:  # noqa: BLE001  the page that waits for it says why
        log.error("errand failed", errand=number, error=traceback.format_exc())
        _end(errand, Errand.State.FAILED, problem=f"{type(problem).__name__}: {problem}")
        return
    _end(errand, Errand.State.DONE, result=result)


def taken_up_again() -> list[int]:
    """Errands whose worker has died: they wait once more. What was done of a rollout stays done."""
    dead = Errand.objects.filter(state=Errand.State.WORKING, changed_at__lt=database_now() - DEAD_AFTER)
    numbers = list(dead.values_list("pk", flat=True))
    Errand.objects.filter(pk__in=numbers).update(state=Errand.State.WAITING, changed_at=database_now())
    return numbers


def _preview(errand: Errand) -> dict[str, Any]:
    policy = _policy(errand.text)
    step = _Steps(errand, Ticket.objects.filter(IS_OPEN).count())
    found = effects_on_running(policy, now=database_now(), on_each=step.one)
    return _running(found)


def _replay(errand: Errand) -> dict[str, Any]:
    new, old = _policy(errand.text), compiled(current_number()).policy if current_number() else NONE_PUBLISHED
    now = database_now()
    since = now - timedelta(days=errand.days or 30)
    step = _Steps(errand, 0)
    before = histories_since(since, old, step.reading)
    after = histories_since(since, new, step.reading)
    step.begin(len(before))
    found = compare(before, after, old, new, end=now, on_progress=step.at)
    return _compared(found, new, now)


def _rollout(errand: Errand) -> dict[str, Any]:
    step = _Steps(errand, Ticket.objects.filter(IS_OPEN).exclude(policy=errand.version or 0).count())
    moved = 0
    for one in choose_for_running(errand.version or 0, by=errand.author, fire=errand.fire):
        moved += one
        step.one()
    return {"moved": moved}


_DO: dict[Errand.Kind, Callable[[Errand], dict[str, Any]]] = {
    Errand.Kind.PREVIEW: _preview,
    Errand.Kind.REPLAY: _replay,
    Errand.Kind.ROLLOUT: _rollout,
}


class _Steps:
    """Notes how far an errand is, now and then, and ends it where it has been stopped."""

    def __init__(self, errand: Errand, total: int) -> None:
        self._errand, self._total, self._done, self._noted = errand, total, 0, 0.0

    def begin(self, total: int) -> None:
        self._total, self._done = total, 0

    def one(self) -> None:
        self.at(self._done + 1)

    def reading(self, done: int, total: int) -> None:
        self._total = total
        self.at(done)

    def at(self, done: int) -> None:
        self._done = done
        if monotonic() - self._noted < NOTED_EVERY:
            return
        self._noted = monotonic()
        wanted = Errand.objects.filter(pk=self._errand.pk, state=Errand.State.WORKING)
        if not wanted.update(done=done, total=self._total, changed_at=database_now()):
            raise Stopped


def _end(errand: Errand, state: Errand.State, *, result: dict[str, Any] | None = None, problem: str = "") -> None:
    working = Errand.objects.filter(pk=errand.pk, state=Errand.State.WORKING)
    working.update(state=state, result=result, problem=problem, changed_at=database_now())


def _policy(text: str) -> Policy:
    policy, findings = read_policy(text, "policy.yaml")
    if policy is None:
        raise ValueError("; ".join(map(str, findings)))
    return policy


def _compared(found: Comparison, new: Policy, now: datetime) -> dict[str, Any]:
    titled = Titled("", "", new.timezone, now, (), found)
    sums = [
        (
            "breaches",
            *(sum(_broken(goals) for goals in side.tally.targets.values()) for side in (found.old, found.new)),
        ),
        ("escalations", sum(found.old.escalations.values()), sum(found.new.escalations.values())),
        ("interruptions", found.old.interruptions, found.new.interruptions),
        ("outside", found.old.outside_hours, found.new.outside_hours),
    ]
    return {
        "tickets": found.old.tally.tickets,
        "sums": sums,
        "pictures": pictures(titled),
        "changed": [_changed(each) for each in found.changed],
        "many_changed": found.tickets_changed,
    }


def _broken(goals: Goals) -> int:
    return goals.breached + goals.running_over


def _changed(each: Changed) -> dict[str, Any]:
    breaches = (each.breaches_before, each.breaches_after)
    return {"ticket": each.ticket, "breaches": breaches, "gone": each.steps_gone, "new": each.steps_new}


def _running(found: Comparison) -> dict[str, Any]:
    return {
        "running": found.tickets_running,
        "affected": found.running_affected,
        "moved": found.deadlines_moved,
        "breached": found.breached_at_once,
        "due": found.due_at_once,
        "tickets": [_moved(each) for each in found.running],
    }


def _moved(each: Running) -> dict[str, Any]:
    def said(at: datetime | None) -> str | None:
        return at.isoformat() if at is not None else None

    moved = [(one.clock, said(one.before), said(one.after)) for one in each.moved]
    return {"ticket": each.ticket, "moved": moved, "breached": each.breached, "due": each.due}

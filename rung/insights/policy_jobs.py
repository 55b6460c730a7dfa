"""Does a job about a policy: previews it on running tickets, replays or simulates it, or rolls it out."""

import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from msgspec import Struct

from rung.core.log.events import History
from rung.core.policy.model import Policy
from rung.core.reckoning.compiled import Compiled
from rung.core.replay.comparison import compare
from rung.escalation.policy_rollout import effects_on_running, roll_out, without_level
from rung.insights.extras import extra
from rung.insights.policy_job_progress import GOING, JobStopped, Progress, stop_unwatched
from rung.insights.policy_job_results import compared, running, simulated
from rung.insights.simulated_run import Habits
from rung.insights.simulation import FEWEST_RUNS, WhatIf, compare_by_simulation
from rung.insights.workload import fit
from rung.people.clock import database_now
from rung.people.languages import language_of, speaking_in
from rung.policies.models import PolicyJob, UploadedLog
from rung.policies.reading import read_policy
from rung.policies.versions import NONE_PUBLISHED, compiled, current_number
from rung.tickets.histories import histories_since
from rung.tickets.models import IS_OPEN, Ticket

log = structlog.get_logger(__name__)

#: A log that was uploaded and not replayed.
KEPT_FOR = timedelta(hours=6)
#: How long somebody who heeds a message takes on average, in a simulation.
_REACTION_US = 30 * 60 * 1_000_000

#: A worker that has noted nothing for so long is gone.
DEAD_AFTER = timedelta(minutes=3)


class Recording(Struct, frozen=True):
    """What is replayed: the same tickets heard with the phrases of either policy, and when the history ends."""

    before: list[History]
    after: list[History]
    end: datetime
    #: Reason -> rows that do not count.
    rejected: Mapping[str, int] = {}


#: Reads a log somebody has uploaded; ValueError with a sentence where that cannot be done.
LogReader = Callable[[PolicyJob, Policy, Policy, Progress], Recording]


def _no_logs(_job: PolicyJob, _old: Policy, _new: Policy, _steps: Progress) -> Recording:
    raise ValueError("this worker reads no logs")


def run_policy_job(number: int, read_log: LogReader = _no_logs) -> None:
    """Do it, once: the first to begin has it. A failure is written down with its reason, for the asker."""
    stop_unwatched(number)
    began = PolicyJob.objects.filter(pk=number, state=PolicyJob.State.WAITING)
    if not began.update(state=PolicyJob.State.WORKING, changed_at=database_now()):
        return
    job = PolicyJob.objects.get(pk=number)
    try:
        with speaking_in(language_of(job.author)):  # what goes wrong is told to the asker
            result = _done(job, read_log)
    except JobStopped:
        return
    except ValueError as problem:  # of what was given: a sentence for the asker
        _end(job, PolicyJob.State.FAILED, problem=str(problem))
        return
    except Exception as problem:  # noqa: BLE001  the page that waits for it says why
        log.error("job failed", job=number, error=traceback.format_exc())
        _end(job, PolicyJob.State.FAILED, problem=f"{type(problem).__name__}: {problem}")
        return
    finally:
        UploadedLog.objects.filter(jobs=number).delete()
    _end(job, PolicyJob.State.DONE, result=result)


def _done(job: PolicyJob, read_log: LogReader) -> dict[str, Any]:
    match PolicyJob.Kind(job.kind):
        case PolicyJob.Kind.PREVIEW:
            return _preview(job)
        case PolicyJob.Kind.REPLAY:
            return _replay(job, read_log)
        case PolicyJob.Kind.SIMULATION:
            return _simulation(job)
        case PolicyJob.Kind.ROLLOUT:
            return _rollout(job)


def restart_abandoned() -> list[PolicyJob]:
    """Jobs whose worker has died: they wait once more. What was done of a rollout stays done."""
    stop_unwatched()
    dead = PolicyJob.objects.filter(state=PolicyJob.State.WORKING, changed_at__lt=database_now() - DEAD_AFTER)
    found = list(dead)
    PolicyJob.objects.filter(pk__in=[each.pk for each in found]).update(
        state=PolicyJob.State.WAITING, changed_at=database_now()
    )
    return found


def forget_logs() -> int:
    """Uploaded logs that nobody has replayed, or whose replay is over."""
    old = UploadedLog.objects.filter(created_at__lt=database_now() - KEPT_FOR)
    return old.exclude(jobs__state__in=GOING).delete()[0]


def _preview(job: PolicyJob) -> dict[str, Any]:
    policy = _policy(job.text)
    step = Progress(job, Ticket.objects.filter(IS_OPEN).count())
    found = effects_on_running(policy, now=database_now(), on_each=step.one)
    return running(found)


def _replay(job: PolicyJob, read_log: LogReader) -> dict[str, Any]:
    old, new = _both(job)
    step = Progress(job, 0)
    given = read_log(job, old, new, step) if "map" in job.wanted else _of_the_record(job, old, new, step)
    step.begin(len(given.before))
    found = compare(given.before, given.after, old, new, end=given.end, on_progress=step.at)
    return compared(found, new, given.end) | {"rejected": dict(given.rejected)}


def _of_the_record(job: PolicyJob, old: Policy, new: Policy, step: Progress) -> Recording:
    now = database_now()
    since = now - timedelta(days=job.days or 30)
    return Recording(histories_since(since, old, step.reading), histories_since(since, new, step.reading), now)


def _simulation(job: PolicyJob) -> dict[str, Any]:
    extra("simulation", "simpy")  # whether it is there is said before the record is read
    old, new = _both(job)
    step = Progress(job, 0)
    given = _of_the_record(job, old, old, step)
    if not given.before:
        return {"tickets": 0}
    step.begin(len(given.before) + 3 * FEWEST_RUNS)
    work = fit(given.before, Compiled(old), Compiled(new), given.end, on_each=step.one)
    found = compare_by_simulation(
        work,
        old,
        new,
        Habits(float(job.wanted.get("heed", 0.5)), _REACTION_US),
        what_if=WhatIf(int(job.wanted.get("more_tickets", 0)), dict(job.wanted.get("more_people", {}))),
        on_progress=lambda done: step.at(len(given.before) + done),
        runs_at_a_time=1,
    )
    return simulated(found, job.days or 30)


def _both(job: PolicyJob) -> tuple[Policy, Policy]:
    """The policy in force, and the one that is tried."""
    number = current_number()
    return compiled(number).policy if number else NONE_PUBLISHED, _policy(job.text)


def _rollout(job: PolicyJob) -> dict[str, Any]:
    step = Progress(job, Ticket.objects.filter(IS_OPEN).exclude(policy=job.version or 0).count())
    moved = 0
    for one in roll_out(job.version or 0, by=job.author, fire=job.fire):
        moved += one
        step.one()
    kept = without_level(compiled(job.version or 0).policy)
    return {"moved": moved, "kept": kept}


def _end(job: PolicyJob, state: PolicyJob.State, *, result: dict[str, Any] | None = None, problem: str = "") -> None:
    working = PolicyJob.objects.filter(pk=job.pk, state=PolicyJob.State.WORKING)
    working.update(state=state, result=result, problem=problem, changed_at=database_now())


def _policy(text: str) -> Policy:
    policy, findings = read_policy(text, "policy.yaml")
    if policy is None:
        raise ValueError("; ".join(map(str, findings)))
    return policy

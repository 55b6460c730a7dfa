"""How far a job is, noted now and then; it ends where nobody wants it any more."""

from datetime import timedelta
from time import monotonic

from django.db.models import Q

from rung.people.clock import database_now
from rung.policies.models import PolicyJob

#: Seconds between two notes of how far it is.
NOTED_EVERY = 0.4
#: A page that has watched and not asked for so long is closed. Browsers let hidden pages ask once a minute.
LEFT_AFTER = timedelta(minutes=3)

GOING = (PolicyJob.State.WAITING, PolicyJob.State.WORKING)


class JobStopped(Exception):
    """Nobody wants it any more."""


class Progress:
    """Notes how far a job is, and ends it where it has been stopped or left."""

    def __init__(self, job: PolicyJob, total: int) -> None:
        self._job, self._total, self._done, self._noted = job, total, 0, 0.0

    def begin(self, total: int) -> None:
        self._total, self._done = total, 0

    def one(self) -> None:
        self.at(self._done + 1)

    def reading(self, done: int, total: int) -> None:
        self._total = total
        self.at(done)

    def at(self, done: int) -> None:
        """Raises Stopped."""
        self._done = done
        if monotonic() - self._noted < NOTED_EVERY:
            return
        self._noted = monotonic()
        stop_unwatched(self._job.pk)
        wanted = PolicyJob.objects.filter(pk=self._job.pk, state=PolicyJob.State.WORKING)
        if not wanted.update(done=done, total=self._total, changed_at=database_now()):
            raise JobStopped


def stop_unwatched(number: int | None = None) -> int:
    """Stop those, or that one, whose page has been closed. A rollout continues without anybody watching."""
    now = database_now()
    left = PolicyJob.objects.filter(state__in=GOING, seen_at__lt=now - LEFT_AFTER).exclude(kind=PolicyJob.Kind.ROLLOUT)
    if number is not None:
        left = left.filter(pk=number)
    return left.update(state=PolicyJob.State.STOPPED, problem=PolicyJob.LEFT, changed_at=now)


def stop_earlier(job: PolicyJob) -> int:
    """Stop what its author has asked for in the same way before: only the newest counts."""
    earlier = PolicyJob.objects.filter(author=job.author, kind=job.kind, state__in=GOING, pk__lt=job.pk)
    return earlier.exclude(kind=PolicyJob.Kind.ROLLOUT).update(
        state=PolicyJob.State.STOPPED, problem=PolicyJob.NEWER, changed_at=database_now()
    )


def jobs_ahead(job: PolicyJob) -> int:
    """How many wait before it for the same hands."""
    alike = Q(kind__in=PolicyJob.LONG) if job.kind in PolicyJob.LONG else ~Q(kind__in=PolicyJob.LONG)
    return PolicyJob.objects.filter(alike, state=PolicyJob.State.WAITING, pk__lt=job.pk).count()

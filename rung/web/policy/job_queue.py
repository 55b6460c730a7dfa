"""How the policy's pages hand a job to the worker: by the name of its task."""

from procrastinate.contrib.django import app

from rung.policies.models import PolicyJob

TASK = "policy_job"
#: Short jobs and long ones have workers of their own, apart from all others.
SHORT, LONG = "policy jobs", "long policy jobs"


def hand_over(job: PolicyJob) -> None:
    """Let the worker do it, after those that came before it."""
    app.configure_task(TASK, queue=LONG if job.kind in PolicyJob.LONG else SHORT).defer(job=job.pk)

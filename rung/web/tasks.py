"""What the worker does for the policy's pages: jobs that take too long for a page."""

from procrastinate.contrib.django import app

from rung.insights import policy_jobs
from rung.web.policy.job_queue import SHORT, TASK, hand_over
from rung.web.policy.studio.uploaded import read_uploaded


@app.task(name=TASK, queue=SHORT)
def policy_job(job: int) -> None:
    """Do the job of that number."""
    policy_jobs.run_policy_job(job, read_uploaded)


@app.periodic(cron="* * * * *")
@app.task(name="restart_policy_jobs", queueing_lock="restart_policy_jobs")
def restart_policy_jobs(timestamp: int) -> None:
    """Those that were cut off with their worker; logs nobody has replayed go."""
    for job in policy_jobs.restart_abandoned():
        hand_over(job)
    policy_jobs.forget_logs()

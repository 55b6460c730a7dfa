"""What the worker does for the policy's pages: errands that take too long for a page."""

from procrastinate.contrib.django import app

from rung.insights import policy_jobs
from rung.web.policy.job_queue import SHORT, TASK, hand_over
from rung.web.policy.studio.uploaded import read_uploaded


@app.task(name=TASK, queue=SHORT)
def policy_errand(errand: int) -> None:
    """Do the errand of that number."""
    policy_jobs.run_errand(errand, read_uploaded)


@app.periodic(cron="* * * * *")
@app.task(name="take_up_errands", queueing_lock="take_up_errands")
def take_up_errands(timestamp: int) -> None:
    """Those that were cut off with their worker; logs nobody has replayed go."""
    for errand in policy_jobs.taken_up_again():
        hand_over(errand)
    policy_jobs.forget_logs()

"""What the worker does for the policy: errands that take too long for a page."""

from procrastinate.contrib.django import app

from rung.insights import errands


@app.task(name="policy_errand")
def policy_errand(errand: int) -> None:
    """Do the errand of that number."""
    errands.run_errand(errand)


@app.periodic(cron="* * * * *")
@app.task(name="take_up_errands", queueing_lock="take_up_errands")
def take_up_errands(timestamp: int) -> None:  # noqa: ARG001  procrastinate's signature
    """Those that were cut off with their worker."""
    for number in errands.taken_up_again():
        policy_errand.defer(errand=number)

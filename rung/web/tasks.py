"""What the worker does for the policy's pages: errands that take too long for a page."""

from procrastinate.contrib.django import app

from rung.insights import errands
from rung.policies.models import Errand
from rung.web.studio.uploaded import read_uploaded

#: Short errands and long ones have hands of their own, and other jobs theirs.
SHORT, LONG = "errands", "long errands"


@app.task(name="policy_errand", queue=SHORT)
def policy_errand(errand: int) -> None:
    """Do the errand of that number."""
    errands.run_errand(errand, read_uploaded)


def hand_over(errand: Errand) -> None:
    """Let the worker do it, after those that came before it."""
    policy_errand.configure(queue=LONG if errand.kind in Errand.LONG else SHORT).defer(errand=errand.pk)


@app.periodic(cron="* * * * *")
@app.task(name="take_up_errands", queueing_lock="take_up_errands")
def take_up_errands(timestamp: int) -> None:
    """Those that were cut off with their worker; logs nobody has replayed go."""
    for errand in errands.taken_up_again():
        hand_over(errand)
    errands.forget_logs()

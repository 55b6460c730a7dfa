"""How the policy's pages hand a job to the worker: by the name of its task."""

from procrastinate.contrib.django import app

from rung.policies.models import Errand

TASK = "policy_errand"
#: Short jobs and long ones have workers of their own, apart from all others.
SHORT, LONG = "errands", "long errands"


def hand_over(errand: Errand) -> None:
    """Let the worker do it, after those that came before it."""
    app.configure_task(TASK, queue=LONG if errand.kind in Errand.LONG else SHORT).defer(errand=errand.pk)

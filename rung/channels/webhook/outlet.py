"""What a policy calls a webhook: its endpoints take cards and messages, tickets and pages."""

from rung.core.policy.outlets import Outlet, Use

OUTLET = Outlet(
    name="webhook",
    label="Webhook",
    uses=frozenset({Use.PLACE, Use.PROJECT, Use.PAGE}),
    person=r".*\S.*",
)

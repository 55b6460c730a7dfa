"""What a policy calls a webhook: its endpoints take cards and messages, tickets and pages."""

from rung.core.policy.outlets import Outlet, Use
from rung.core.sentences import key

OUTLET = Outlet(
    name="webhook",
    label="Webhook",
    uses=frozenset({Use.PLACE, Use.PROJECT, Use.PAGE}),
    person=r"[a-z0-9][a-z0-9._-]*",
    person_is=key("name of an endpoint"),
)

"""What a policy calls Slack, and how its channels are written there."""

from rung.core.policy.outlets import Outlet, Use
from rung.core.sentences import key

OUTLET = Outlet(
    name="slack",
    label="Slack",
    uses=frozenset({Use.PLACE, Use.TOLD}),
    follows=key("#channel"),
    pattern=r"#[^\s#,A-Z]+|[CGD][A-Z0-9]{6,}",
    wrong=key('"%(rest)s" is not a Slack channel'),
    remedy=key("write slack:#name, in lower case and without spaces"),
    example="slack:#triage",
    renamed="#",
    person=r"\S+",
    person_is=key("Slack user id"),
)

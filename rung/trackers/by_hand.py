"""Systems a policy may name although no folder here speaks to them: tickets are linked with them by hand or the API."""

from rung.core.policy.outlets import Outlet, Use
from rung.core.sentences import key

OUTLETS = (
    *(
        Outlet(name=name, label=label, uses=frozenset({Use.PROJECT}), follows=key("PROJECT"), example=f"{name}:ENG")
        for name, label in (
            ("jira", "Jira"),
            ("jsm", "Jira Service Management"),
            ("zendesk", "Zendesk"),
            ("freshdesk", "Freshdesk"),
        )
    ),
    Outlet(name="pagerduty", label="PagerDuty", uses=frozenset({Use.PAGE}), pattern=".*", stands_alone=True),
)

"""What a policy may write: ledger:PROJECT."""

from rung.core.policy.outlets import Outlet, Use

OUTLET = Outlet(
    name="ledger",
    label="Ledger",
    uses=frozenset({Use.PROJECT}),
    follows="PROJECT",
    pattern="[A-Z]+",
    example="ledger:ENG",
)

"""What a policy may write: pigeon:LOFT."""

from rung.core.policy.outlets import Outlet, Use

OUTLET = Outlet(
    name="pigeon",
    label="Pigeon post",
    uses=frozenset({Use.PLACE, Use.TOLD}),
    follows="LOFT",
    pattern=r"[a-z]+",
    wrong='"%(rest)s" is not a loft',
    remedy="write pigeon:LOFT, in lower case",
    example="pigeon:north",
    person=r"[a-z]+",
    person_is="name of a loft",
)

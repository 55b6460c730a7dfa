"""What a policy calls mail, and how its addresses are written there."""

from rung.core.policy.outlets import Outlet, Use
from rung.core.sentences import key

OUTLET = Outlet(
    name="email",
    label=key("e-mail"),
    uses=frozenset({Use.PLACE, Use.TOLD}),
    follows=key("ADDRESS"),
    pattern=r"[^@\s]+@[^@\s]+",
    wrong=key('"%(rest)s" is not an e-mail address'),
    remedy=key("write email:team@acme.example"),
    example="email:team@acme.example",
    person=r"[^@\s]+@[^@\s]+",
    person_is=key("mail address"),
    takes_mail_addresses=True,
)

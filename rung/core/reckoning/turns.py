"""Whether a public answer leaves the turn with us."""

from rung.core.case.case import Case
from rung.core.policy.model import Policy
from rung.core.reckoning.ladder import is_above_first
from rung.core.text.phrases import matches_holding
from rung.core.vocabulary import Kept


def kept(case: Case, policy: Policy, text: str, *, chosen: bool | None) -> Kept | None:
    """Why an answer with this text keeps the turn ours; None passes it to the customer.

    `chosen`: what the agent decided, None if they left it to the policy. Left to it, the turn stays with us for a
    holding phrase ("looking into it"), and while the ticket is on its way up.
    """
    if chosen is not None:
        return Kept.BY_AGENT if chosen else None
    if matches_holding(text, policy.holding) is not None:
        return Kept.HOLDING
    return Kept.BY_DEFAULT if is_kept_by_default(case, policy) else None


def is_kept_by_default(case: Case, policy: Policy) -> bool:
    """Shown on the answer button: an offer is open, or the ticket stands above the first level of its path."""
    return bool(case.offers) or is_above_first(case, policy)

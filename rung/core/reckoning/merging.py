"""Whether two tickets may become one without asking back."""

from rung.core.case.case import Case


def of_different_customers(one: Case, other: Case) -> bool:
    """Merged, answers go to the kept ticket's requester alone: somebody else's company must be a decision.

    The company decides where both are known, else the person; where only one of the two is known they differ.
    """
    if one.customer is not None and other.customer is not None:
        return one.customer != other.customer
    if one.requester is not None and other.requester is not None:
        return one.requester != other.requester
    return (one.customer, one.requester) != (other.customer, other.requester)

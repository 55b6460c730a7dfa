"""When two tickets become one without asking back."""

import pytest

from rung.core.case.case import Case
from rung.core.reckoning.merging import of_different_customers


@pytest.mark.parametrize(
    ("one", "other", "different"),
    [
        (("Acme", "1"), ("Acme", "2"), False),
        (("Acme", "1"), ("Globex", "2"), True),
        (("Acme", "1"), (None, "1"), False),
        (("Acme", "1"), (None, "2"), True),
        ((None, "1"), (None, "2"), True),
        (("Acme", None), (None, None), True),
        ((None, None), (None, None), False),
    ],
)
def test_another_customers_ticket_is_a_decision(one: tuple[str, str], other: tuple[str, str], different: bool) -> None:
    first, second = (Case(customer=customer, requester=requester) for customer, requester in (one, other))
    assert of_different_customers(first, second) is different
    assert of_different_customers(second, first) is different

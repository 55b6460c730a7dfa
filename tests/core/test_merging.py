"""When two tickets become one without asking back."""

from datetime import timedelta

import pytest

from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.case.fold import rebuild
from rung.core.receipt.outlook import clock_views
from rung.core.reckoning import merging
from rung.core.reckoning.look import Look
from rung.core.reckoning.merging import of_different_customers
from rung.core.vocabulary import Priority
from tests.core.stories import COMPILED, DESK, OPENED_AT, Teller


@pytest.mark.parametrize(
    ("one", "other", "different"),
    [
        (("Acme", "1"), ("Acme", "2"), True),
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


def test_the_customer_of_the_ticket_that_goes_waits_on_in_the_other() -> None:
    """A is answered and pending; B has waited for 50 minutes when it goes into A."""
    kept, gone = Teller(), Teller()
    for ticket in (kept, gone):
        ticket.look()
    kept.does("answer")
    kept.look()
    kept.passes(timedelta(minutes=20), awake=True)
    gone.does("priority urgent")
    gone.passes(timedelta(minutes=50), awake=True)
    kept.passes(timedelta(minutes=30), awake=True)
    waited, steps = merging.waited(gone.case, gone.now), merging.fired(gone.case)
    assert waited == ((OPENED_AT, OPENED_AT + timedelta(minutes=50)),)
    assert "nobody-has-answered/remind.1" in steps
    assert merging.higher(gone.case, kept.case, COMPILED) == (Priority.URGENT, False)
    gone.add(e.Merged(at=gone.now, by="agent:sam", number=gone.case.number + 1, into=1))
    gone.look()
    judged = {each.clock for event in gone.history if isinstance(event, e.CyclesJudged) for each in event.results}
    assert "first_response" not in judged
    absorbed = kept.case.number + 1
    kept.add(e.Absorbed(at=kept.now, by="agent:sam", number=absorbed, ticket=2, waited=waited, fired=steps))
    kept.add(e.TurnTaken(at=kept.now, by="agent:sam", number=absorbed + 1))
    kept.look()
    running = {view.clock: view for view in clock_views(Look(kept.case, COMPILED, DESK, kept.now))}
    assert running["next_response"].started_at == OPENED_AT
    assert running["next_response"].ran >= timedelta(minutes=50)
    assert rebuild(kept.history) == kept.case
    kept.passes(timedelta(minutes=10), awake=True)
    kept.does("answer")
    kept.look()
    results = [each for event in kept.history if isinstance(event, e.CyclesJudged) for each in event.results]
    assert [each.ran for each in results if each.clock == "next_response"] == [3600.0]

"""Customers' pages for the desk, and the page behind the link for themselves."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from rung.people.clock import database_now
from rung.people.models import Customer
from rung.people.requester_lookup import requester_for
from rung.tickets import customer_pass
from rung.tickets.customer_pass import pass_of, pass_of_person
from rung.tickets.models import Message


@pytest.fixture
def acme(desk: Any) -> Customer:
    return Customer.objects.create(name="Acme", tier="enterprise", domains=["acme.example"])


def test_a_customers_page_shows_promises_people_and_tickets(signed_in: Any, opened: Any, acme: Customer) -> None:
    rita = requester_for(email="rita@acme.example", name="Rita Ray", customer=acme)
    number = opened("Their import", customer=acme, requester=rita)
    page = signed_in("otto").get(f"/people/customers/{acme.pk}").content.decode()
    for words in ("Their import", f'href="/tickets/{number}"', "Rita Ray", "enterprise", "acme.example", "<td>1h</td>"):
        assert words in page
    assert "Revoke links" not in page
    assert f'href="/people/customers/{acme.pk}"' in signed_in("sam").get(f"/tickets/{number}").content.decode()


@pytest.mark.parametrize(
    ("domains", "why"),
    [
        ("acme", "“acme” is not a mail domain"),
        ("gmail.com", "“gmail.com” is a public mail provider"),
        ("globex.example", "“globex.example” already belongs to Globex."),
    ],
)
def test_a_domain_that_cannot_be_theirs_is_said_beside_what_was_typed(
    signed_in: Any, acme: Customer, domains: str, why: str
) -> None:
    Customer.objects.create(name="Globex", domains=["globex.example"])
    form = {"name": "Acme", "tier": "starter", "domains": f"acme.example, {domains}", "account_owner": ""}
    answer = signed_in("sam").post(f"/people/customers/{acme.pk}/edit", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert why in page
    assert f'value="acme.example, {domains}"' in page
    assert 'value="starter"' in page
    acme.refresh_from_db()
    assert (acme.tier, acme.domains) == ("enterprise", ["acme.example"])


def test_a_person_sees_all_their_requests_and_nobody_elses(signed_in: Any, opened: Any, acme: Customer) -> None:
    rita = requester_for(email="rita@acme.example", name="Rita Ray", customer=acme)
    zed = requester_for(email="zed@acme.example", name="Zed", customer=acme)
    first, second = opened("First", requester=rita), opened("Second", requester=rita)
    other = opened("Not hers", requester=zed)
    signed_in("sam").post(f"/tickets/{second}/resolve", {"text": "Done."})
    shown = signed_in("sam").post(f"/people/requesters/{rita.pk}/page").content.decode()
    word = pass_of_person(rita.pk)
    assert "/ask/p" in shown
    page = Client().get(f"/ask/{word}").content.decode()
    assert "First" in page
    assert "Not hers" not in page
    assert page.index("First") < page.index("Second")
    assert "We are on it." in Client().get(f"/ask/{word}/{first}").content.decode()
    Client().post(f"/ask/{word}/{first}", {"text": "Any news?"})
    assert Message.objects.filter(ticket=first, text="Any news?").exists()
    assert Client().get(f"/ask/{word}/{other}").status_code == 404
    assert Client().get(f"/ask/{pass_of(first)}/{second}").status_code == 404
    assert signed_in("ben").post(f"/people/requesters/{rita.pk}/page").status_code == 403


def test_a_link_runs_out_and_a_new_one_goes_where_the_request_came_from(
    opened: Any, settings: Any, acme: Customer
) -> None:
    rita = requester_for(email="rita@acme.example", name="Rita Ray", customer=acme)
    number = opened(requester=rita)
    old = pass_of(number, database_now() - timedelta(days=settings.CUSTOMER_LINK_DAYS, hours=1))
    answer = Client().get(f"/ask/{old}")
    assert answer.status_code == 410
    assert "Since 02:00" not in answer.content.decode()
    assert Client().post(f"/ask/{old}", {"text": "Let me in."}).status_code == 410
    for _ in range(2):
        sent = Client().post(f"/ask/{old}/renew").content.decode()
        assert "A new link is on its way" in sent
        assert "/ask/t" not in sent
    (message,) = Message.objects.filter(ticket=number, direction="public")
    word = message.text.rpartition("/ask/")[2]
    assert Client().get(f"/ask/{word}").status_code == 200


def test_links_are_taken_back(signed_in: Any, opened: Any, acme: Customer) -> None:
    rita = requester_for(email="rita@acme.example", name="Rita Ray", customer=acme)
    number = opened(requester=rita)
    an_hour_ago = database_now() - timedelta(hours=1)
    one, all_of_them = pass_of(number, an_hour_ago), pass_of_person(rita.pk, an_hour_ago)
    signed_in("ben").post(f"/tickets/{number}/link/revoke")
    assert Client().get(f"/ask/{one}").status_code == 410
    assert "Nightly import" not in Client().get(f"/ask/{all_of_them}").content.decode()
    signed_in("sam").post(f"/people/requesters/{rita.pk}/page", {"revoke": "1"})
    assert Client().get(f"/ask/{all_of_them}").status_code == 410
    assert Client().get(f"/ask/{pass_of(number, database_now() + timedelta(seconds=2))}").status_code == 200


def test_a_word_that_was_changed_is_none_of_ours(opened: Any) -> None:
    number = opened()
    kind, issued, signature = pass_of(number).split(".")
    for word in (f"t{number + 1}.{issued}.{signature}", f"{kind}.{issued}0.{signature}", "t.x.y", "p1"):
        assert customer_pass.read(word, database_now()) is None
        assert Client().get(f"/ask/{word}").status_code == 404

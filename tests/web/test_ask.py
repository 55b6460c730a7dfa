"""The public form and the page behind its signed link."""

from typing import Any

from django.test import Client

from rung.outbox.models import Delivery
from rung.people.models import Customer
from rung.policies.versions import compiled, current_number
from rung.tickets.customer_pass import link, pass_of
from rung.tickets.models import Message, Ticket
from tests.web.pages import source

REQUEST = {
    "name": "Rita Ray",
    "email": "rita@acme.example",
    "company": "Acme",
    "subject": "Nightly import has stopped",
    "text": "Since 02:00 nothing arrives.",
    "website": "",
}


def test_a_request_becomes_a_ticket_with_a_number_and_a_link(desk: Any) -> None:
    client = Client()
    thanks = client.post("/ask", REQUEST, follow=True).content.decode()
    ticket = Ticket.objects.get()
    assert f'<b class="number">{ticket.number}</b>' in thanks
    assert (ticket.channel, ticket.customer, ticket.requester.email) == ("form", None, "rita@acme.example")
    assert ticket.messages.get().text.startswith("Company: Acme\n")
    status = source(client.get(f"/ask/{pass_of(ticket.number)}"))
    assert "We are on it." in status
    assert f"<span>{compiled(current_number()).policy.name}</span>" in status
    assert "Since 02:00 nothing arrives." in status


def test_the_form_needs_its_token() -> None:
    assert Client(enforce_csrf_checks=True).post("/ask", REQUEST).status_code == 403


def test_a_machine_opens_nothing_and_hears_nothing_else(desk: Any) -> None:
    answer = Client().post("/ask", REQUEST | {"website": "https://spam.example"})
    assert "Thank you" in answer.content.decode()
    assert Ticket.objects.count() == 0


def test_only_the_mail_domain_says_whose_tier_it_is(desk: Any) -> None:
    acme = Customer.objects.create(name="Acme", tier="enterprise", domains=["acme.example"])
    Client().post("/ask", REQUEST | {"email": "eve@elsewhere.example", "company": "Acme"})
    assert Ticket.objects.latest("number").customer is None
    Client().post("/ask", REQUEST | {"company": ""})
    assert Ticket.objects.latest("number").customer == acme


def test_one_address_cannot_flood(desk: Any) -> None:
    answers = [Client().post("/ask", REQUEST) for _ in range(7)]
    assert [answer.status_code for answer in answers[:5]] == [302] * 5
    assert answers[-1].status_code == 429
    assert "Since 02:00 nothing arrives." in answers[-1].content.decode()


def test_behind_a_proxy_each_address_has_its_own_limit_and_cannot_write_another(desk: Any, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    one = [Client().post("/ask", REQUEST, headers={"X-Forwarded-For": f"9.9.9.{n}, 192.0.2.1"}) for n in range(6)]
    assert [answer.status_code for answer in one] == [302] * 5 + [429]
    assert Client().post("/ask", REQUEST, headers={"X-Forwarded-For": "192.0.2.2"}).status_code == 302


def test_a_merge_into_another_customers_ticket_shows_nothing_of_it(signed_in: Any, desk: Any, opened: Any) -> None:
    Client().post("/ask", REQUEST)
    theirs = Ticket.objects.get()
    other = REQUEST | {"email": "zed@other.example", "company": "Other", "text": "Our secret plan fails."}
    Client().post("/ask", other)
    into = Ticket.objects.exclude(number=theirs.number).get()
    signed_in("sam").post(f"/tickets/{theirs.number}/merge", {"into": str(into.number), "anyway": "1"})
    page = Client().get(f"/ask/{pass_of(theirs.number)}").content.decode()
    assert "Our secret plan" not in page
    kept = Client().get(f"/ask/{pass_of(into.number)}").content.decode()
    assert "Our secret plan" in kept
    assert "Since 02:00 nothing arrives." not in kept


def test_who_asked_in_a_merged_ticket_hears_what_is_said_from_then_on(signed_in: Any, desk: Any, opened: Any) -> None:
    """Two colleagues of one company: each keeps what was theirs, both read and get the answer."""
    Client().post("/ask", REQUEST)
    gone = Ticket.objects.get()
    Client().post("/ask", REQUEST | {"email": "carl@acme.example", "text": "I cannot print, and that is private."})
    kept = Ticket.objects.exclude(number=gone.number).get()
    Ticket.objects.update(customer=gone.customer)
    sam = signed_in("sam")
    asked = sam.post(f"/tickets/{gone.number}/merge", {"into": str(kept.number)}).content.decode()
    assert "both hear every answer" in asked
    sam.post(f"/tickets/{gone.number}/merge", {"into": str(kept.number), "anyway": "1"})
    sam.post(f"/tickets/{kept.number}/answer", {"text": "Both are solved."})
    assert "rita@acme.example" in sam.get(f"/tickets/{kept.number}").content.decode()
    client = Client()
    page = client.get(f"/ask/{pass_of(gone.number)}").content.decode()
    assert "Both are solved." in page
    assert "Since 02:00 nothing arrives." in page
    assert "that is private" not in page
    theirs = client.get(f"/ask/{pass_of(kept.number)}").content.decode()
    assert "Both are solved." in theirs
    assert "Since 02:00 nothing arrives." not in theirs
    assert Delivery.objects.filter(kind="reply", subject="answer", ticket=kept.number).count() == 2
    client.post(f"/ask/{pass_of(gone.number)}", {"text": "Thank you, it works for me."})
    last = kept.messages.latest("pk")
    assert (last.text, last.author) == ("Thank you, it works for me.", f"customer:{gone.requester_id}")


def test_mistakes_are_shown_where_they_are_and_nothing_is_lost(desk: Any) -> None:
    answer = Client().post("/ask", REQUEST | {"email": "rita"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="ask-email-problem"' in page
    assert "Since 02:00 nothing arrives." in page


def test_the_link_shows_nothing_internal_and_takes_a_reply(signed_in: Any, opened: Any) -> None:
    number = opened()
    sam = signed_in("sam")
    sam.post(f"/tickets/{number}/note", {"text": "They never pay."})
    sam.post(f"/tickets/{number}/answer", {"text": "We look into it."})
    client = Client()
    address = f"/ask/{pass_of(number)}"
    page = client.get(address).content.decode()
    assert "We look into it." in page
    assert "They never pay." not in page
    client.post(address, {"text": "Any news?"})
    assert "Any news?" in client.get(address).content.decode()
    assert Ticket.objects.get(number=number).turn == "ours"


def test_a_link_of_somebodys_own_making_opens_nothing(desk: Any, opened: Any) -> None:
    number = opened()
    assert Client().get(f"/ask/{number}.forged").status_code == 404
    assert Client().get("/ask/whatever").status_code == 404


def test_a_customer_asks_for_escalation_once_a_day(desk: Any, opened: Any) -> None:
    number = opened()
    client, address = Client(), f"/ask/{pass_of(number)}"
    assert "Ask for escalation" in client.get(address).content.decode()
    client.post(address, {"escalate": "1"})
    assert Ticket.objects.get(number=number).offered_to == "L2"
    page = client.get(address).content.decode()
    assert "Ask for escalation" not in page
    assert "somebody further up has been told" in page
    assert "You have already asked for this" in client.post(address, {"escalate": "1"}).content.decode()


def test_a_customer_rates_what_was_resolved(signed_in: Any, opened: Any) -> None:
    number = opened()
    client, address = Client(), f"/ask/{pass_of(number)}"
    assert "How did we do?" not in client.get(address).content.decode()
    signed_in("sam").post(f"/tickets/{number}/resolve")
    assert "How did we do?" in client.get(address).content.decode()
    client.post(address, {"rating": "4"})
    assert "You rated us 4 of 5." in client.get(address).content.decode()


def test_the_link_of_a_canned_answer_leads_to_the_page(desk: Any, opened: Any, settings: Any) -> None:
    settings.BASE_URL = "https://desk.example"
    number = opened()
    settings.ALLOWED_HOSTS = ["*"]
    assert Client().get(link(number).removeprefix("https://desk.example")).status_code == 200


def test_no_word_of_a_long_reply_is_cut_off(desk: Any, opened: Any) -> None:
    number = opened()
    client, address = Client(), f"/ask/{pass_of(number)}"
    page = client.post(address, {"text": "a" * 50_001}).content.decode()
    assert "These are 50001 characters, of at most 50000" in page
    assert "a" * 50_001 in page
    lines = "\r\n".join(["b"] * 25_000)  # as browsers send lines: a letter more for each
    assert client.post(address, {"text": lines}).status_code == 302
    assert Message.objects.filter(ticket=number, text="\n".join(["b"] * 25_000)).exists()

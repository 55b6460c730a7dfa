"""Merge, split and relate on a ticket's page."""

from typing import Any

from rung.people.models import Customer
from rung.tickets.actions import conversation
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Message, Relation, Ticket


def test_merging_into_another_customers_ticket_asks_back_who_gets_the_answers(signed_in: Any, opened: Any) -> None:
    acme, globex = (Customer.objects.create(name=name) for name in ("Acme", "Globex"))
    gone, kept = opened(customer=acme), opened("Invoice", customer=globex)
    sam = signed_in("sam")
    page = sam.post(f"/tickets/{gone}/merge", {"into": f"#{kept}"}).content.decode()
    assert f"#{gone} is of Acme and #{kept} of Globex. Once merged, both hear every answer" in page
    assert 'name="anyway" value="1"' in page
    assert Ticket.objects.get(number=gone).merged_into is None
    sam.post(f"/tickets/{gone}/merge", {"into": str(kept), "anyway": "1"})
    assert Ticket.objects.get(number=gone).merged_into_id == kept
    assert f"from #{gone}" in sam.get(f"/tickets/{kept}").content.decode()


def test_merging_within_one_customer_asks_nothing(signed_in: Any, opened: Any) -> None:
    acme = Customer.objects.create(name="Acme")
    gone, kept = opened(customer=acme), opened("The same", customer=acme)
    signed_in("sam").post(f"/tickets/{gone}/merge", {"into": str(kept)})
    assert Ticket.objects.get(number=gone).merged_into_id == kept


def test_a_number_that_is_none_is_said_beside_the_field(signed_in: Any, opened: Any) -> None:
    page = signed_in("sam").post(f"/tickets/{opened()}/merge", {"into": "99999"}).content.decode()
    assert "There is no ticket “99999”." in page
    assert 'value="99999"' in page


def test_chosen_messages_become_a_ticket_that_leads_back(signed_in: Any, opened: Any) -> None:
    number, sam = opened(), signed_in("sam")
    conversation.customer_message(number, MessageText(text="And where is our invoice?"), by="customer:1")
    other = Message.objects.get(text="And where is our invoice?")
    assert (
        "Say what the new ticket is about."
        in sam.post(f"/tickets/{number}/split", {"message": [other.pk], "subject": " "}).content.decode()
    )
    form = {"message": [other.pk], "subject": "Invoice", "once": "k1"}
    sam.post(f"/tickets/{number}/split", form)
    sam.post(f"/tickets/{number}/split", form)
    new = Ticket.objects.exclude(number=number).get()
    assert [each.text for each in new.messages.all()] == ["And where is our invoice?"]
    page = sam.get(f"/tickets/{new.number}").content.decode()
    assert "split from" in page
    assert f'href="/tickets/{number}"' in page
    assert f'href="/tickets/{new.number}"' in sam.get(f"/tickets/{number}").content.decode()


def test_tickets_are_related_in_a_way_and_the_relation_can_be_taken_away(signed_in: Any, opened: Any) -> None:
    number, cause, sam = opened(), opened("Storage is down"), signed_in("sam")
    sam.post(f"/tickets/{number}/relate", {"other": str(cause), "relation": "caused_by"})
    assert set(Relation.objects.values_list("ticket", "kind")) == {(number, "caused_by"), (cause, "causes")}
    assert "causes" in sam.get(f"/tickets/{cause}").content.decode()
    sam.post(f"/tickets/{cause}/unrelate", {"other": str(number)})
    assert not Relation.objects.exists()
    assert f"removed the relation to #{cause}" in sam.get(f"/tickets/{number}").content.decode()


def test_a_split_stays_a_split(signed_in: Any, opened: Any) -> None:
    number, sam = opened(), signed_in("sam")
    conversation.customer_message(number, MessageText(text="Something else."), by="customer:1")
    chosen = Message.objects.get(text="Something else.").pk
    sam.post(f"/tickets/{number}/split", {"message": [chosen], "subject": "Else"})
    new = Ticket.objects.exclude(number=number).get().number
    page = sam.post(f"/tickets/{number}/unrelate", {"other": str(new)}, follow=True).content.decode()
    assert "They are not related." in page
    assert Relation.objects.count() == 2


def test_an_answer_sent_twice_is_one_answer_and_other_words_are_another(signed_in: Any, opened: Any) -> None:
    number, sam = opened(), signed_in("sam")
    form = {"text": "We look into it.", "once": "key-of-this-page"}
    for _ in range(3):
        sam.post(f"/tickets/{number}/answer", form)
    sam.post(f"/tickets/{number}/answer", form | {"text": "It is solved."})
    said = Message.objects.filter(ticket=number, direction="public").values_list("text", flat=True)
    assert list(said) == ["We look into it.", "It is solved."]

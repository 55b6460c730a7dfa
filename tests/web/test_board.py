"""The board: lanes and lists, filters, more rows, acting on several tickets at once, the palette, who else is here."""

import re
from typing import Any

import pytest
from django.test import Client

from rung.core.vocabulary import Reason
from rung.people.models import Agent, Customer
from rung.tickets.actions import assignment, conversation, escalation, turns
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Ticket
from rung.web.queue import triage
from tests.web.pages import source

FRAGMENT = {"HX-Request": "true"}


def listed(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="row-(\d+)"', page)]


def count(page: str, name: str) -> int:
    found = re.search(rf'{name} <span class="count">(\d+)</span>', page)
    assert found, name
    return int(found[1])


def test_tickets_lie_where_they_wait_for_something(signed_in: Any, opened: Any) -> None:
    now, theirs, held = opened("Nobody has this"), opened("Asked back"), opened("A vendor has it")
    for number in (theirs, held):
        assignment.assign(number, "sam", by="agent:sam")
    turns.wait(theirs, by="agent:sam")
    turns.hold(held, by="agent:sam", third_party="vendor")
    page = source(signed_in("sam").get("/"))
    assert listed(page) == [now, theirs, held]
    assert page.index("Nobody has this") < page.index("lane-customer") < page.index("Asked back")
    assert (count(page, "Everything"), count(page, "Mine"), count(page, "Nobody's")) == (3, 2, 1)
    as_list = signed_in("sam").get("/?as=list").content.decode()
    assert sorted(listed(as_list)) == [now, theirs, held]
    assert "lane-customer" not in as_list


def test_the_list_is_filtered_by_what_the_address_says(signed_in: Any, opened: Any) -> None:
    acme = Customer.objects.create(name="Acme Works")
    one, other = opened("Import", "This is urgent.", customer=acme), opened("Question")
    assignment.assign(one, "ben", by="agent:sam")
    sam = signed_in("sam")
    for query, found in {
        "priority=high": [one],
        "customer=acme": [one],
        "assignee=ben": [one],
        "assignee=none": [other],
        "whose=nobody": [other],
        "team=frontline": [one, other],
        "team=specialists": [],
        "path=support&level=L1": [one, other],
        "level=L2": [],
        "customer=nobody-is-called-so": [],
        "customer=nobody-is-called-so&as=list": [],
        "team=none-is-called-so": [],
    }.items():
        assert sorted(listed(sam.get(f"/?{query}").content.decode())) == found, query


def test_more_rows_follow_the_last_one_in_its_order(signed_in: Any, opened: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(triage, "SIZES", dict.fromkeys(triage.SIZES, 2))
    numbers = [opened(f"Number {place}", "This is urgent." if place == 3 else "") for place in range(5)]
    sam = signed_in("sam")
    first = sam.get("/").content.decode()
    assert listed(first) == [numbers[3], numbers[0]]
    assert count(first, "Needs somebody now") == 5
    address = f"/?lane=now&after={numbers[0]}"
    assert address in first.replace("&amp;", "&")
    more = sam.get(address, headers=FRAGMENT).content.decode()
    assert listed(more) == [numbers[1], numbers[2], numbers[4]]
    assert "<html" not in more
    # Drawn again, as many rows stay as there were.
    assert len(listed(sam.get("/?rows=now:4", headers=FRAGMENT).content.decode())) == 4
    assert listed(sam.get("/?lane=now&after=999999").content.decode()) == []


def acted(client: Client, action: str, numbers: list[int], **fields: Any) -> str:
    answer = client.post("/triage/act", {"action": action, "number": numbers, **fields}, headers=FRAGMENT)
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def undone(client: Client, page: str) -> str:
    word = re.search(r'name="word" value="([^"]+)"', page)
    assert word, page
    return str(client.post("/triage/undo", {"word": word[1]}, headers=FRAGMENT).content.decode())


def test_several_are_claimed_at_once_and_who_was_quicker_is_told_ticket_by_ticket(signed_in: Any, opened: Any) -> None:
    mine, taken, other = opened(), opened("Taken"), opened("Mine too")
    assignment.assign(taken, "olga", by="agent:sam")
    sam = signed_in("sam")
    page = acted(sam, "claim", [mine, taken, other, 999999])
    assert "2 tickets are yours." in page
    assert "2 were left unchanged" in page
    assert re.search(rf"#{taken}</a>\s+Olga was quicker", page)
    assert "There is no such ticket." in page
    assert set(Ticket.objects.filter(assignee="sam").values_list("number", flat=True)) == {mine, other}
    assert "2 tickets were restored." in undone(sam, page)
    assert not Ticket.objects.filter(assignee="sam").exists()


@pytest.mark.parametrize(
    ("action", "fields", "column", "before", "after"),
    [
        ("assign", {"assignee": "ben"}, "assignee_id", None, "ben"),
        ("priority", {"priority": "urgent"}, "priority", "normal", "urgent"),
        ("category", {"category": "sso"}, "category", "other", "sso"),
        ("resolve", {}, "status", "open", "resolved"),
        ("close", {"why": "not_a_ticket"}, "status", "open", "closed"),
    ],
)
def test_what_was_done_to_several_can_be_undone(
    signed_in: Any, opened: Any, action: str, fields: dict[str, str], column: str, before: Any, after: Any
) -> None:
    numbers = [opened(), opened("Another")]
    sam = signed_in("sam")
    page = acted(sam, action, numbers, **fields)
    assert set(Ticket.objects.values_list(column, flat=True)) == {after}
    assert "2 tickets were restored." in undone(sam, page)
    assert set(Ticket.objects.values_list(column, flat=True)) == {before}


def test_the_priority_of_several_is_set_and_a_critical_incident_stays_one(signed_in: Any, opened: Any) -> None:
    number = opened()
    sam = signed_in("sam")
    sam.post(f"/tickets/{number}/priority", {"priority": "urgent", "critical": "1"})
    page = acted(sam, "priority", [number], priority="high")
    assert Ticket.objects.values_list("priority", "critical").get(number=number) == ("high", True)
    undone(sam, page)
    assert Ticket.objects.values_list("priority", "critical").get(number=number) == ("urgent", True)


def test_a_snooze_is_undone_and_what_changed_since_is_left(signed_in: Any, opened: Any) -> None:
    number = opened()
    sam = signed_in("sam")
    page = acted(sam, "snooze", [number], until="1h")
    assert Ticket.objects.get(number=number).snoozed_until is not None
    assert "One ticket was restored." in undone(sam, page)
    assert "It has changed since." in undone(sam, page)
    assert "It is too late to undo that." in sam.post("/triage/undo", {"word": "x"}, headers=FRAGMENT).content.decode()


def test_nonsense_is_refused_whole(signed_in: Any, opened: Any) -> None:
    sam = signed_in("sam")
    assert sam.post("/triage/act", {"action": "claim"}).status_code == 400
    assert sam.post("/triage/act", {"action": "explode", "number": opened()}).status_code == 400
    assert "Say until when" in acted(sam, "snooze", [opened()], until="whenever")


def test_the_palette_finds_tickets_customers_people_and_pages(signed_in: Any, opened: Any) -> None:
    Customer.objects.create(name="Nimbus Works")
    number = opened("The proxy melts", "It is the nimbus cluster.")
    sam = signed_in("sam")

    def found(words: str) -> list[str]:
        return re.findall(r'data-go="([^"]+)"', sam.get("/palette", {"q": words}).content.decode())

    assert f"/tickets/{number}" in found("nimb")
    assert "/tickets?state=open&amp;customer=Nimbus+Works" in found("nimb")
    assert "/?assignee=ben" in found("ben")
    assert "/policy" in found("poli")
    assert found(f"#{number}")[0] == f"/tickets/{number}"
    assert "/tickets" in found("")


def test_words_are_found_wherever_they_were_written_and_no_longer_when_they_are_gone(
    signed_in: Any, opened: Any, desk: dict[str, Agent]
) -> None:
    acme = Customer.objects.create(name="Café Müller")
    number = opened("Nightly import stops", "The flux capacitor overheats.", customer=acme)
    conversation.note(number, MessageText(text="Looks like the gyroscope."), by="agent:sam")
    other = opened("A question about invoices")
    otto = signed_in("otto")

    def found(words: str) -> list[int]:
        page = otto.get("/tickets", {"q": words, "state": "all"}).content.decode()
        return [int(each) for each in re.findall(r'id="open-(\d+)"', page)]

    for words in (
        "flux gyro",
        "cafe",
        "MULLER import",
        '"flux capacitor"',
        "import -invoices",
        str(f"import {number}"),
    ):
        assert found(words) == [number], words
    for words in ('"capacitor flux"', "import -flux", "gyro invoices", "!!!", "-import"):
        assert found(words) == [], words
    assert found("question") == [other]
    Ticket.objects.get(number=number).messages.update(text="")
    assert found("flux") == []
    acme.name = "Bistro"
    acme.save()
    assert (found("cafe"), found("bistro")) == ([], [number])


def test_whoever_is_on_a_ticket_is_passed_on_and_kept_nowhere(signed_in: Any, opened: Any) -> None:
    number = opened()
    ben = signed_in("ben")
    assert ben.post(f"/tickets/{number}/here", {"state": "writing"}).status_code == 204
    assert ben.post(f"/tickets/{number}/here", {"state": "dancing"}).status_code == 404
    assert ben.post("/tickets/999999/here", {"state": "looking"}).status_code == 404


def test_escalations_show_what_is_offered_what_came_back_and_what_was_claimed(signed_in: Any, opened: Any) -> None:
    waits, back, taken = opened("Waits for somebody"), opened("Came back"), opened("Was taken")
    for number in (waits, back, taken):
        escalation.escalate(number, "L2", by="agent:sam", reason=Reason.COMPLEXITY, anyway=True)
    assignment.return_offer(back, "Which browser?", by="agent:ben")
    assignment.claim(taken, agent="ben")
    ben = signed_in("ben")
    page = ben.get("/escalations").content.decode()
    offered, returned, claimed = (page.index(f'id="{each}-title"') for each in ("offered", "returned", "claimed"))
    assert offered < page.index("Waits for somebody") < returned < page.index("Came back") < claimed
    assert claimed < page.index("Was taken")
    assert "Sam: complexity" in page
    assert "Ben sent it back" in page
    assert "Which browser?" in page
    assert f'action="/tickets/{waits}/claim"' in page
    assert f'action="/tickets/{waits}/claim"' not in signed_in("sam").get("/escalations").content.decode()
    assert "Waits for somebody" not in ben.get("/escalations?team=leads").content.decode()
    assert "Waits for somebody" in ben.get("/escalations?level=L2").content.decode()
    assert "<html" not in ben.get("/escalations", headers=FRAGMENT).content.decode()


def test_several_are_escalated_at_once_with_a_reason_and_what_is_missing_is_told(signed_in: Any, opened: Any) -> None:
    one, over, other = opened(), opened("Solved"), opened("Another")
    sam = signed_in("sam")
    sam.post(f"/tickets/{over}/resolve", {"text": "It is solved."})
    assert 'data-do="escalate"' in sam.get("/").content.decode()
    form = {"to": "L2", "reason": "severity", "handoff-impact": "All of them", "anyway": "1"}
    page = acted(sam, "escalate", [one, over, other], **form)
    assert "2 tickets were offered." in page
    assert re.search(rf"#{over}</a>\s+Ticket {over} is resolved; reopen it first", page)
    assert "2 lack information that their level asks for" in page
    assert re.search(rf"#{one}</a>\s+tried", page)
    assert 'name="word"' not in page  # people have heard of it: there is no undoing
    assert Ticket.objects.filter(offered_to="L2").count() == 2
    assert "All of them" in sam.get(f"/tickets/{one}").content.decode()
    # Pressed twice, nothing is offered twice.
    again = acted(sam, "escalate", [one, other], **form)
    assert "Nothing was changed." in again
    assert again.count("It is already offered to L2.") == 2


def test_several_are_not_offered_where_nobody_is(signed_in: Any, opened: Any, desk: Any) -> None:
    number = opened()
    desk["ben"].is_active = False
    desk["ben"].save()
    page = acted(signed_in("sam"), "escalate", [number], to="L2", reason="time")
    assert "Nobody can be reached at L2" in page
    assert not Ticket.objects.get(number=number).offered_to

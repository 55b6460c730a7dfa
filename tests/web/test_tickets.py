"""The triage page and the ticket page: what people see, and what they do there."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rung.people.clock import database_now
from rung.tickets.actions import conversation
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Ticket
from tests.web.pages import source


def test_what_needs_somebody_comes_first_with_its_reason(signed_in: Any, opened: Any) -> None:
    quiet, pressing = opened("A question"), opened("Imports stand still", "This is urgent.")
    page = signed_in("sam").get("/").content.decode()
    assert page.index("Imports stand still") < page.index("A question")
    assert "Nobody has it" in page
    assert f'href="/tickets/{quiet}"' in page
    assert f'href="/tickets/{pressing}"' in page


def test_a_click_in_triage_claims(signed_in: Any, opened: Any) -> None:
    number = opened()
    client = signed_in("sam")
    answer = client.post(f"/tickets/{number}/claim", {"back": "/?whose=level"})
    assert answer.headers["Location"] == "/?whose=level"
    assert Ticket.objects.get(number=number).assignee_id == "sam"
    assert "It is yours, at L1." in client.get("/").content.decode()


def test_notes_and_answers_are_told_apart(signed_in: Any, opened: Any) -> None:
    number = opened()
    client = signed_in("sam")
    client.post(f"/tickets/{number}/note", {"text": "Their proxy, I think."})
    client.post(f"/tickets/{number}/answer", {"text": "We look into it.", "keep": "1"})
    page = client.get(f"/tickets/{number}").content.decode()
    assert 'class="said note"' in page
    assert "the customer does not see this" in page
    assert 'class="said public"' in page
    assert "answered and kept it open" in page


def test_the_page_says_who_did_what_and_what_comes_next(signed_in: Any, opened: Any) -> None:
    number = opened()
    signed_in("sam").post(f"/tickets/{number}/assign", {"assignee": "ben"})
    page = source(signed_in("ben").get(f"/tickets/{number}"))
    assert "<b>Sam</b> assigned it to Ben" in page
    assert "Escalates to L2" in page
    assert "unless a person answers" in page
    assert "Nobody has answered" in page


def test_the_default_of_an_answer_is_on_its_button(signed_in: Any, opened: Any) -> None:
    number = opened()
    client = signed_in("sam")
    primary = '<button class="primary" name="keep" value="{}">'
    assert primary.format("0") in client.get(f"/tickets/{number}").content.decode()
    client.post(f"/tickets/{number}/escalate", {"to": "L2", "anyway": "1"})
    assert primary.format("1") in client.get(f"/tickets/{number}").content.decode()


def test_an_escalation_to_an_empty_level_is_warned_of_and_then_obeyed(signed_in: Any, opened: Any, desk: Any) -> None:
    number = opened()
    client = signed_in("sam")
    desk["ben"].is_active = False
    desk["ben"].save()
    form = {"to": "L2", "reason": "complexity", "note": "Please look at the proxy."}
    warned = client.post(f"/tickets/{number}/escalate", form)
    page = warned.content.decode()
    assert warned.status_code == 409
    assert "Nobody can be reached at L2" in page
    assert "Please look at the proxy." in page
    client.post(f"/tickets/{number}/escalate", form | {"anyway": "1"})
    assert Ticket.objects.get(number=number).offered_to == "L2"


def test_a_handoff_names_what_is_missing(signed_in: Any, opened: Any) -> None:
    number = opened()
    client = signed_in("sam")
    client.post(f"/tickets/{number}/escalate", {"to": "L2", "handoff-impact": "All of them", "anyway": "1"})
    page = client.get(f"/tickets/{number}").content.decode()
    assert "All of them" in page
    assert "Still missing: tried" in page


def test_messages_without_an_event_of_their_own_are_shown_with_their_author(signed_in: Any, opened: Any) -> None:
    one, other = opened("Import"), opened("Import again", "It is the proxy, we believe.")
    client = signed_in("sam")
    client.post(f"/tickets/{one}/escalate", {"to": "L2", "anyway": "1", "note": "Look at the log"})
    client.post(f"/tickets/{other}/merge", {"into": str(one)})
    answer = client.get(f"/tickets/{one}")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "It is the proxy, we believe." in page
    assert "Look at the log" in page
    assert "<b>Sam</b>" in page
    assert client.get(f"/tickets/{other}").status_code == 200


def test_a_return_needs_a_reason(signed_in: Any, opened: Any) -> None:
    number = opened()
    signed_in("sam").post(f"/tickets/{number}/escalate", {"to": "L2", "anyway": "1"})
    ben = signed_in("ben")
    assert "Say why" in ben.post(f"/tickets/{number}/return", {"why": " "}).content.decode()
    ben.post(f"/tickets/{number}/return", {"why": "Not ours."})
    page = ben.get(f"/tickets/{number}").content.decode()
    assert "returned the offer to L2" in page
    assert "Not ours." in page


def test_htmx_gets_the_changed_parts_only(signed_in: Any, opened: Any) -> None:
    number = opened()
    answer = signed_in("sam").post(f"/tickets/{number}/claim", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in answer
    assert 'id="standing" class="stack" hx-swap-oob="true"' in answer
    assert "It is yours" in answer


def test_times_are_local_with_their_zone(signed_in: Any, opened: Any) -> None:
    page = signed_in("sam").get(f"/tickets/{opened()}").content.decode()
    assert "CET</time>" in page or "CEST</time>" in page


def test_a_snooze_is_told_in_local_time_and_taking_a_ticket_as_that(signed_in: Any, opened: Any) -> None:
    number, client = opened(), signed_in("sam")
    client.post(f"/tickets/{number}/assign", {"assignee": "sam"})
    until = (database_now() + timedelta(days=10)).astimezone(ZoneInfo("Europe/Berlin"))
    client.post(f"/tickets/{number}/snooze", {"until": f"{until:%Y-%m-%dT%H:%M}"})
    page = source(client.get(f"/tickets/{number}"))
    assert "<b>Sam</b> took it" in page
    assert f"snoozed it until {until:%-d %b, %H:%M %Z}" in page


def test_a_long_message_is_folded_and_a_short_one_is_not(signed_in: Any, opened: Any) -> None:
    client = signed_in("sam")
    log = "\n".join(f"line {n}" for n in range(1, 101))
    page = client.get(f"/tickets/{opened('A log', log)}").content.decode()
    assert "Show 75 more lines" in page
    assert page.index("line 25") < page.index("Show 75 more lines") < page.index("line 26")
    assert "more lines" not in client.get(f"/tickets/{opened('A word', 'line 1')}").content.decode()


def test_what_was_said_before_does_not_stand_beside_a_refusal(signed_in: Any, opened: Any) -> None:
    number, client = opened(), signed_in("sam")
    answer = client.post(f"/tickets/{number}/answer", {"text": ""}, headers={"HX-Request": "true"}).content.decode()
    assert 'id="messages"' in answer
    assert 'id="compose"' in answer


def test_a_ticket_is_found_by_number_and_by_words_written_on_it(signed_in: Any, opened: Any) -> None:
    number = opened("Something", "The flux capacitor overheats.")
    opened("Another")
    client = signed_in("otto")
    assert client.get("/tickets", {"q": f"#{number}"}).headers["Location"] == f"/tickets/{number}"
    page = client.get("/tickets", {"q": "capacitor"}).content.decode()
    assert "Something" in page
    assert "Another" not in page


def test_what_was_said_to_me_is_listed_until_seen(signed_in: Any, opened: Any) -> None:
    number = opened()
    signed_in("sam").post(f"/tickets/{number}/assign", {"assignee": "ben"})
    ben = signed_in("ben")
    assert "unseen-yet" in ben.get("/for-you").content.decode()
    ben.post("/for-you/seen")
    page = ben.get("/for-you").content.decode()
    assert "unseen-yet" not in page
    assert "Nightly import has stopped" in page


def test_words_of_customers_are_never_markup(signed_in: Any, opened: Any) -> None:
    number = opened("<script>alert(1)</script>", "<img src=x onerror=alert(1)>")
    page = signed_in("sam").get(f"/tickets/{number}").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_a_customer_answer_reopens_what_was_resolved(signed_in: Any, opened: Any) -> None:
    number = opened()
    client = signed_in("sam")
    client.post(f"/tickets/{number}/resolve", {"text": "Done."})
    assert "Reopen" in client.get(f"/tickets/{number}").content.decode()
    conversation.customer_message(number, MessageText(text="It is not."), by="customer:1")
    assert Ticket.objects.get(number=number).status == "open"


def test_a_view_is_kept_under_a_name_and_forgotten(signed_in: Any, desk: Any) -> None:
    sam = signed_in("sam")
    sam.post("/views", {"page": "/tickets", "query": "level=L2&state=open&evil=1", "name": "L2 now"})
    page = source(sam.get("/tickets", {"state": "open", "level": "L2"}))
    assert 'href="/tickets?state=open&amp;level=L2" aria-current="true">L2 now' in page
    assert "L2 now" in sam.get("/").content.decode()
    assert "L2 now" not in signed_in("ben").get("/").content.decode()
    sam.post("/views", {"page": "/tickets", "forget": "L2 now"})
    assert "L2 now" not in sam.get("/").content.decode()


def test_a_canned_answer_is_put_after_what_is_written_and_sends_nothing(signed_in: Any, opened: Any) -> None:
    number = opened()
    sam = signed_in("sam")
    page = sam.post(f"/tickets/{number}/insert", {"text": "Hello Rita.", "reply": "resolved"}).content.decode()
    assert "Hello Rita.\n\nSolved, we believe.</textarea>" in page
    assert Ticket.objects.get(number=number).messages.count() == 1


@pytest.mark.parametrize(
    ("action", "form", "said"),
    [
        ("tags", {"add": "x" * 200}, "Tags are words"),
        ("category", {"category": "nonsense"}, "“nonsense” is not known here."),
        ("snooze", {"until": "9999-12-31T23:59"}, "A snooze ends within a year."),
        ("escalate", {"to": "L22"}, "did you mean &quot;L2&quot;?<"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(
    signed_in: Any, opened: Any, action: str, form: dict[str, str], said: str
) -> None:
    number = opened()
    answer = signed_in("sam").post(f"/tickets/{number}/{action}", form)
    assert answer.status_code == 409
    assert said in answer.content.decode()

"""Too much, and what people are told: nothing typed is lost, and the sentence says what is allowed."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string

from rung.core.case.events import StepOutcome
from rung.people.clock import database_now
from rung.people.models import Agent
from rung.policies.drafts import keep
from rung.tickets.models import Message, Ticket
from tests.api.conftest import POLICY
from tests.web.pages import source

FIRED = SimpleNamespace(rule="silence", step="escalate.2", outcome=StepOutcome.PASSED_OVER)
LONG = "word " * 10_001  # 50,005 characters, or 50,004 without the last space


@pytest.mark.parametrize("act", ["answer", "note", "resolve"])
def test_more_than_a_message_can_hold_is_refused_and_stays_in_the_form(signed_in: Any, opened: Any, act: str) -> None:
    number = opened()
    answer = signed_in("sam").post(f"/tickets/{number}/{act}", {"text": LONG})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "These are 50004 characters, of at most 50000: shorten them, or send them as a file." in page
    assert LONG.strip() in page
    assert Message.objects.filter(ticket=number).count() == 1
    assert Ticket.objects.get(number=number).status == "open"


def test_reasons_and_handoffs_have_their_lengths_too(signed_in: Any, opened: Any) -> None:
    number, sam = opened(), signed_in("sam")
    for form in ({"note": "x" * 20_001}, {"handoff-impact": "x" * 20_001}):
        page = sam.post(f"/tickets/{number}/escalate", {"to": "L2", "anyway": "1", **form}).content.decode()
        assert "These are 20001 characters, of at most 20000" in page
        assert "x" * 20_001 in page
    assert not Ticket.objects.get(number=number).offered_to


def test_refused_files_are_to_be_chosen_again(signed_in: Any, opened: Any, settings: Any) -> None:
    settings.ATTACHMENT_LARGEST = 5
    form = {"text": "The log is below.", "files": SimpleUploadedFile("import.log", b"longer than that")}
    page = signed_in("sam").post(f"/tickets/{opened()}/answer", form).content.decode()
    assert "Your words are still here; choose the files again." in page
    assert "The log is below." in page


def test_an_escalation_of_what_is_over_is_refused_where_it_is_read_without_javascript(
    signed_in: Any, opened: Any
) -> None:
    number, sam = opened(), signed_in("sam")
    sam.post(f"/tickets/{number}/resolve", {"text": "It is solved."})
    refused = sam.post(f"/tickets/{number}/escalate", {"to": "L2"})
    assert refused.status_code == 409
    assert f"Ticket {number} is resolved; reopen it first." in refused.content.decode()


def test_who_mentions_somebody_that_may_not_see_it_is_told_at_once(signed_in: Any, opened: Any, desk: Any) -> None:
    for handle, facts in (("rex", {"is_restricted": True}), ("lena", {"is_active": False}), ("kim", {})):
        Agent.objects.create_user(f"{handle}@desk.example", handle=handle, name=handle.title(), **facts)
    number, sam = opened(), signed_in("sam")
    page = sam.post(f"/tickets/{number}/note", {"text": "@rex @lena @kim have you seen this?"}, follow=True)
    said = page.content.decode()
    assert "Rex is not notified: they see only their own teams&#x27; tickets, and this is not one of them." in said
    assert "Lena is not notified: they no longer work here." in said
    assert "Kim is not told" not in said


def test_a_note_says_once_that_it_is_one(signed_in: Any, opened: Any) -> None:
    number, sam = opened(), signed_in("sam")
    sam.post(f"/tickets/{number}/note", {"text": "Looks like their proxy."})
    assert "wrote a note" not in sam.get(f"/tickets/{number}").content.decode()
    sam.post(f"/tickets/{number}/note", {"text": "@ben have you seen this?"})
    assert "<footer>asks Ben</footer>" in source(sam.get(f"/tickets/{number}"))


def test_tags_are_as_many_as_one_can_read(signed_in: Any, opened: Any) -> None:
    number, sam = opened(), signed_in("sam")
    for first in (0, 20):
        sam.post(f"/tickets/{number}/tags", {"add": ",".join(f"tag-{n}" for n in range(first, first + 20))})
    page = sam.post(f"/tickets/{number}/tags", {"add": ",".join(f"more-{n}" for n in range(11))}).content.decode()
    assert f"Ticket {number} would have more than 50 tags." in page
    assert len(Ticket.objects.get(number=number).tags) == 40


def test_people_stand_by_their_names_in_versions_and_drafts(signed_in: Any) -> None:
    sam = signed_in("sam")
    draft = keep(POLICY + "# later\n", author="agent:ben", reason="Later", now=database_now())
    for address in ("/policy/drafts", f"/policy/drafts/{draft.pk}", "/policy/versions", "/policy/versions/1"):
        page = sam.get(address).content.decode()
        assert "agent:" not in page, address
        assert ("Ben" if "drafts" in address else "Sam") in page


def test_a_receipt_says_in_words_what_its_steps_came_to() -> None:
    page = render_to_string("ticket/fired.html", {"fired": FIRED})
    assert "escalation 2: passed over, its condition did not hold" in page
    assert "silence · escalate.2 · passed_over" in page  # in the title, for whoever looks for it in the policy

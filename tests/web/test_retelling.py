"""What was written down in English when something was said is worded for whoever reads it."""

from typing import Any

import pytest

from rung.core.reckoning.effects import Notice, NoticeKind, Subject
from rung.core.vocabulary import Priority
from rung.outbox.models import Delivery, State
from rung.outbox.notice_titles import Told, wording
from rung.people.clock import database_now
from rung.people.languages import speaking_in
from rung.people.models import Agent
from rung.web import retelling

OURS = {Subject.TICKET, Subject.ALERT}  # nothing but the customer's own words


def notice(subject: Subject, **more: Any) -> Notice:
    return Notice(kind=NoticeKind.MOMENT, to="jira:ENG", subject=subject, key="k", event=1, **more)


@pytest.mark.parametrize("subject", sorted(set(Subject) - OURS))
def test_a_title_says_the_same_of_the_ticket_in_german(subject: Subject) -> None:
    told = Told(7, "Import is offered to you. An answer on #8", "Acme", "")
    stored, _text = wording(notice(subject, priority=Priority.URGENT), told)
    with speaking_in("de"):
        german = retelling.title(stored, subject)
    assert german != stored
    assert german.startswith("[dringend] ")
    assert "#7 Import is offered to you. An answer on #8 (Acme)" in german
    with speaking_in("en"):
        assert retelling.title(stored, subject) == stored


def test_a_digest_says_how_many_and_a_sentence_nobody_knows_stays_as_it_is() -> None:
    parts = (notice(Subject.REMINDER), notice(Subject.OFFER))
    stored, _text = wording(notice(Subject.NOTIFICATION, parts=parts), Told(7, "100 % of imports", None, ""))
    with speaking_in("de"):
        assert retelling.title(stored, Subject.NOTIFICATION) == "2 Nachrichten zu #7 100 % of imports"
        assert retelling.title("Written by an older Rung", "older") == "Written by an older Rung"
        assert retelling.outcome("554 no such user") == "554 no such user"
        assert retelling.outcome("") == ""


def test_what_became_of_it_is_told_down_to_its_reason() -> None:
    with speaking_in("de"):
        assert retelling.outcome("ben may not see this ticket") == "ben darf dieses Ticket nicht sehen"
        assert retelling.outcome("the ticket is resolved") == "das Ticket ist gelöst"
        stored = "given up: unclear: the courier stopped while it was being sent"
        assert retelling.outcome(stored).startswith("aufgegeben: unklar: der Versand brach ab")
        switched_off = "Slack: Acme is not connected: Slack: the token was revoked; connect the workspace again."
        assert "Acme ist nicht verbunden: Slack: Das Token wurde widerrufen" in retelling.outcome(switched_off)


def test_both_pages_tell_it_in_the_readers_language(signed_in: Any, opened: Any) -> None:
    number, now = opened(), database_now()
    Delivery.objects.create(
        key="k",
        ticket_id=number,
        kind="moment",
        subject="offer",
        recipient="agent:sam",
        channel="email",
        title=f"#{number} Broken is offered to you.",
        state=State.OVERTAKEN,
        outcome="sam may not see this ticket",
        held_why="quiet hours",
        due_at=now,
        created_at=now,
    )
    sam = signed_in("sam")
    english = sam.get("/you/attention").content.decode()
    assert f"#{number} Broken is offered to you." in english
    Agent.objects.filter(handle="sam").update(language="de")
    told, attention = (sam.get(address).content.decode() for address in ("/for-you", "/you/attention"))
    assert f"Ihnen angeboten: #{number} Broken" in told
    assert f"Ihnen angeboten: #{number} Broken" in attention
    assert "sam darf dieses Ticket nicht sehen" in attention
    assert "Ruhezeit" in told
    assert "offered to you" not in told + attention

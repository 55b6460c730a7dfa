"""What a delivery is called and what became of it is said in the reader's language, and in English to machines."""

from typing import Any

import pytest

from rung.channels.webhook.models import Endpoint
from rung.core.reckoning.effects import Notice, NoticeKind, Subject
from rung.core.vocabulary import Priority
from rung.outbox.models import Delivery, State
from rung.outbox.notice_titles import Told, notice_title
from rung.outbox.sentences import Said, english, text
from rung.people.changes import Change
from rung.people.clock import database_now
from rung.people.languages import speaking_in
from rung.people.models import Agent

OURS = {Subject.TICKET, Subject.ALERT}  # nothing but the customer's own words


def notice(subject: Subject, **more: Any) -> Notice:
    return Notice(kind=NoticeKind.MOMENT, to="jira:ENG", subject=subject, key="k", event=1, **more)


@pytest.mark.parametrize("subject", sorted(set(Subject) - OURS))
def test_a_title_says_the_same_of_the_ticket_in_german(subject: Subject) -> None:
    title, words = notice_title(
        notice(subject, priority=Priority.URGENT), Told(7, "Import is offered to you", "Acme", "")
    )
    with speaking_in("de"):
        german, sent = str(title), notice_title(notice(subject), Told(7, "Import", None, ""))[1]
    assert german.startswith("[dringend] ")
    assert "#7 Import is offered to you (Acme)" in german
    assert words == english(title) != german
    assert sent == english(notice_title(notice(subject), Told(7, "Import", None, ""))[0])  # English, whoever acts


def test_a_digest_says_how_many() -> None:
    parts = (notice(Subject.REMINDER), notice(Subject.OFFER))
    title, _words = notice_title(notice(Subject.NOTIFICATION, parts=parts), Told(7, "100 % of imports", None, ""))
    assert str(title) == "2 messages about #7 100 % of imports"
    with speaking_in("de"):
        assert str(title) == "2 Nachrichten zu #7 100 % of imports"


@pytest.fixture
def number(opened: Any) -> int:
    """A ticket of which sam was told once, by a mail that was held back and then not sent."""
    number, now = opened(), database_now()
    title, words = notice_title(notice(Subject.OFFER), Told(number, "Broken", None, ""))
    Delivery.objects.create(
        key="k", ticket_id=number, kind="moment", subject="offer", recipient="agent:sam", channel="email", title=title,
        words=words, state=State.OVERTAKEN, outcome=Said.MAY_NOT_SEE(handle="sam"), held_why=Said.QUIET_HOURS(),
        due_at=now, created_at=now,
    )  # fmt: skip
    return int(number)


def test_pages_tell_it_in_the_readers_language(signed_in: Any, number: int) -> None:
    sam = signed_in("sam")
    english = sam.get("/you/attention").content.decode()
    assert f"#{number} Broken is offered to you." in english
    assert "sam may not see this ticket" in english
    Agent.objects.filter(handle="sam").update(language="de")
    told, attention = (sam.get(address).content.decode() for address in ("/for-you", "/you/attention"))
    assert f"Ihnen angeboten: #{number} Broken" in told
    assert f"Ihnen angeboten: #{number} Broken" in attention
    assert "sam darf dieses Ticket nicht sehen" in attention
    assert "Ruhezeit" in told
    assert "offered to you" not in told + attention


def test_a_delivery_without_a_title_is_called_after_its_ticket(signed_in: Any, number: int) -> None:
    Delivery.objects.update(title=None, outcome=text("<b>554</b> no such user"))
    page = signed_in("sam").get("/you/attention").content.decode()
    assert f">{Delivery.objects.get(key='k').ticket.subject}</a>" in page.replace("\n", "")
    assert "&lt;b&gt;554&lt;/b&gt; no such user" in page


def test_why_a_webhook_is_off_is_said_in_the_language_of_each_reader(signed_in: Any, desk: Any) -> None:
    Endpoint.objects.create(name="ops", url="https://ops.example/", created_at=database_now())
    olga = signed_in("olga")
    Agent.objects.filter(handle="olga").update(language="de")
    assert (
        "von Hand abgeschaltet" in olga.post("/settings/webhooks/ops/do", {"do": "off"}, follow=True).content.decode()
    )
    Agent.objects.filter(handle="olga").update(language="")
    assert "switched off by hand" in olga.get("/settings/webhooks/ops").content.decode()
    assert Change.objects.get(subject="endpoint:ops").facts["disabled_why"] == ["", "switched off by hand"]

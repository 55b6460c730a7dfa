"""A desk of the version that stored English is upgraded in place, also while parts of that version still run."""

import re
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction

from rung.channels.email.models import Mailbox
from rung.channels.slack.models import Workspace
from rung.channels.webhook.models import Endpoint
from rung.outbox.migrations import _stored_english
from rung.outbox.models import Delivery, State
from rung.outbox.sentences import Said, Sentence, Title, english, templates, text
from rung.people.clock import database_now
from rung.people.languages import speaking_in

READ = import_module("rung.outbox.migrations.0006_read_stored_english")
#: What ends with the transaction of a migration; these tests are one transaction.
LISTENING = "SET LOCAL rung.reading_english = 'off'"
TICKET = "#7 Import is offered to you. An answer on #8 (Acme)"
#: A title as it was stored, what the delivery was about, and what it is called in German now.
TITLES = [
    (f"[urgent] {TICKET} is offered to you.", "offer", f"[dringend] Ihnen angeboten: {TICKET}"),
    ("2 messages about #7 100 % of imports", "notification", "2 Nachrichten zu #7 100 % of imports"),
    ("#7 Broken", "ticket", "#7 Broken"),
    ("Slack: Acme is switched off", "alert", "Slack: Acme ist abgeschaltet"),
    ("Written by a far older Rung", "older", "Written by a far older Rung"),
]
#: An outcome as it was stored, its code, and the beginning of what is said in German.
OUTCOMES = [
    ("sent", "sent", "gesendet"),
    ("ben may not see this ticket", "may_not_see", "ben darf dieses Ticket nicht sehen"),
    ("the ticket is resolved", "ticket_is_over", "das Ticket ist gelöst"),
    ("given up: unclear: the courier stopped while it was being sent", "given_up", "aufgegeben: unklar: der Versand"),
    ("https://a.example answered 500 oh no", "webhook.answered", "https://a.example antwortete 500 oh no"),
    ("554 no such user", "text", "554 no such user"),
]


@pytest.fixture
def row(db: None) -> Any:
    """Makes a delivery as the version before left it: text in the old columns, nothing in the new ones."""
    numbers = iter(range(1_000))

    def make(*, title: str = "", outcome: str = "", held_why: str = "", subject: str = "offer") -> Delivery:
        now = database_now()
        made = Delivery.objects.create(
            key=f"old/{next(numbers)}", kind="moment", subject=subject, recipient="agent:sam", channel="app",
            state=State.SENT, due_at=now, created_at=now,
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(READ.READING)
            cursor.execute(
                "UPDATE outbox_delivery SET title = %s, outcome = %s, held_why = %s WHERE id = %s",
                [title, outcome, held_why, made.pk],
            )
            cursor.execute(LISTENING)
        return made

    return make


def read(monkeypatch: pytest.MonkeyPatch | None = None) -> None:
    if monkeypatch is not None:
        monkeypatch.setattr(READ, "AT_ONCE", 2)
    READ.read(None, connection.schema_editor())
    with connection.cursor() as cursor:
        cursor.execute(LISTENING)


def old_part(statement: str, *values: object) -> None:
    """What a process of the version before writes: it knows only the columns of text."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(("stored", "subject", "german"), TITLES)
def test_an_old_title_keeps_its_meaning_and_is_said_in_german(row: Any, stored: str, subject: str, german: str) -> None:
    made = row(title=stored, subject=subject)
    read()
    made.refresh_from_db()
    assert english(made.title) == stored
    with speaking_in("de"):
        assert made.called == german


@pytest.mark.parametrize(("stored", "code", "german"), OUTCOMES)
def test_an_old_outcome_keeps_its_meaning_and_is_said_in_german(row: Any, stored: str, code: str, german: str) -> None:
    made = row(outcome=stored, held_why="quiet hours")
    read()
    made.refresh_from_db()
    assert (made.outcome.code, english(made.outcome), made.held_why) == (code, stored, Said.QUIET_HOURS())
    with speaking_in("de"):
        assert str(made.outcome).startswith(german)


def test_many_rows_are_read_some_at_a_time_and_no_row_twice(row: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [row(title=f"#{number} Broken is offered to you.", outcome="sent") for number in range(5)]
    silent = row()
    read(monkeypatch)
    assert [str(each.title) for each in Delivery.objects.filter(pk__in=[one.pk for one in made]).order_by("pk")] == [
        f"#{number} Broken is offered to you." for number in range(5)
    ]
    silent.refresh_from_db()
    assert (silent.title, silent.outcome, silent.called) == (None, None, "")
    Delivery.objects.filter(pk=made[0].pk).update(outcome=Said.BUDGET())
    read(monkeypatch)
    assert Delivery.objects.get(pk=made[0].pk).outcome == Said.BUDGET()


def test_what_an_old_part_writes_beside_the_new_ones_is_kept_as_text(row: Any) -> None:
    made = row(title="#7 Broken is offered to you.")
    old_part("UPDATE outbox_delivery SET outcome = 'written in Slack by the agent' WHERE id = %s", made.pk)
    read()
    made.refresh_from_db()
    assert (made.title, made.outcome) == (Title.OFFER(ticket="#7 Broken"), text("written in Slack by the agent"))
    old_part(
        "INSERT INTO outbox_delivery (key, title, outcome, held_why, event, kind, subject, rule, step, recipient,"
        " instead_of, channel, destination, fallbacks, lane, rank, priority, exempt, words, what, state, attempts,"
        " look_first, external_id, shown_event, due_at, created_at) VALUES ('old', '#8 Slow is offered to you.', '',"
        " '', 1, 'moment', 'offer', '', '', 'agent:sam', '', 'app', 'agent:sam', '[]', '', 3, '', false, '', '',"
        " 'sent', 0, false, '', 0, now(), now())"
    )
    new = Delivery.objects.get(key="old")
    assert (new.called, new.title, new.outcome) == (
        "#8 Slow is offered to you.",
        text("#8 Slow is offered to you."),
        None,
    )


def test_an_old_part_that_forgets_somebody_takes_the_words_away(row: Any) -> None:
    made = row()
    Delivery.objects.filter(pk=made.pk).update(title=Title.OFFER(ticket="#7 Secret"), outcome=Said.SENT())
    old_part("UPDATE outbox_delivery SET title = '', words = '' WHERE id = %s", made.pk)
    made.refresh_from_db()
    assert (made.title, made.outcome) == (None, Said.SENT())


@pytest.mark.parametrize(
    ("migration", "model", "column", "stored", "german"),
    [
        (
            "webhook.migrations.0003_sentences",
            Endpoint,
            "disabled_why",
            "von Hand abgeschaltet",
            "von Hand abgeschaltet",
        ),
        ("webhook.migrations.0003_sentences", Endpoint, "disabled_why", "it answered 410 Gone", "antwortete 410"),
        (
            "slack.migrations.0007_sentences",
            Workspace,
            "off_why",
            "Slack: the token of its bot was revoked; connect the workspace again.",
            "Slack: Das Token des Bots wurde widerrufen",
        ),
        ("email.migrations.0002_sentences", Mailbox, "trouble", "Nothing listens at a:1; is the port right?", "An a:1"),
        ("email.migrations.0002_sentences", Mailbox, "trouble", "[ALERT] out of order", "[ALERT] out of order"),
    ],
)
def test_why_something_is_off_keeps_its_meaning(
    db: None, migration: str, model: Any, column: str, stored: str, german: str
) -> None:
    made = {
        Endpoint: lambda: Endpoint.objects.create(name="ops", url="https://a.example", created_at=database_now()),
        Workspace: lambda: Workspace.objects.create(team="T1", name="Acme"),
        Mailbox: lambda: Mailbox.objects.create(address="help@a.example", host="a", user="u", password=""),
    }[model]()
    with connection.cursor() as cursor:
        cursor.execute(READ.READING)
        cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = %s", [stored])
    import_module(f"rung.channels.{migration}").Migration.operations[-1].code(None, connection.schema_editor())
    made.refresh_from_db()
    with speaking_in("de"):
        assert german in str(getattr(made, column))


def test_every_old_sentence_has_a_code_with_the_same_gaps() -> None:
    known = templates()
    frozen = [*_stored_english._SENT, *_stored_english._SLACK, *_stored_english._EMAIL, *_stored_english._WEBHOOK]
    frozen += _stored_english._TITLES
    frozen += ((f"title.{subject}", words) for subject, words in _stored_english._OF_SUBJECT.items())
    gaps = re.compile(r"%\(\w+\)s")
    assert [code for code, words in frozen if set(gaps.findall(known[code])) != set(gaps.findall(words))] == []


def test_a_sentence_within_another_is_stored_and_read_whole(row: Any) -> None:
    made = row()
    made.outcome = Said.GIVEN_UP(reason=Sentence("slack.token_revoked"))
    made.save()
    made.refresh_from_db()
    assert made.outcome == Said.GIVEN_UP(reason=Sentence("slack.token_revoked"))
    assert Delivery.objects.filter(outcome__code="given_up").count() == 1
    assert list(Delivery.objects.values_list("outcome__values__reason__code", flat=True)) == ["slack.token_revoked"]

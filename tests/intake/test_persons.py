"""One person's data, taken along and forgotten: afterwards nothing of them is in any table or file, and all adds up."""

import json
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.test import Client

from rung.channels.slack.models import PersonSeen, Workspace
from rung.escalation.audit import audit
from rung.escalation.ticker import look_at_all_due
from rung.intake.models import Received
from rung.intake.privacy import archive_of_agent, archive_of_requester, forget_agent, forget_requester
from rung.outbox.models import Delivery
from rung.people import changes, sign_in, tokens
from rung.people.clock import database_now
from rung.people.models import Absence, Agent, ContactMethod, Identity, Override, Role, Team
from rung.people.requester_lookup import customer_for, requester_for
from rung.policies.models import Draft
from rung.policies.publishing import publish
from rung.policies.versions import compiled
from rung.tickets.actions import assignment, conversation, escalation
from rung.tickets.message_rows import MessageText, NewFile
from rung.tickets.models import Message, Ticket
from rung.web.models import SavedView
from tests.api.conftest import POLICY

pytestmark = pytest.mark.django_db

MARKER = "quetzal-7319"  # stands in every sentence and file of the person's
WITH_ROTATION = POLICY.replace("{lead: sam}", "{lead: marlene.kurz}") + (
    "schedules:\n  nights: {timezone: UTC, rotation: [ben, marlene.kurz, sam], every: 1d, from: 2026-11-02T09:00}\n"
)


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with files and a log of its own."""
    monkeypatch.setattr(settings, "DATA", tmp_path)
    monkeypatch.setattr(default_storage, "_wrapped", type(default_storage._wrapped)(location=tmp_path / "files"))
    (tmp_path / "log").mkdir()
    return tmp_path


@pytest.fixture
def desk() -> dict[str, Agent]:
    people = {}
    for handle, name, level, team, role in (
        ("olga", "Olga Brandt", "", "leads", Role.OWNER),
        ("ben", "Ben Okafor", "L2", "specialists", Role.AGENT),
        ("sam", "Sam Berger", "L1", "frontline", Role.LEAD),
        ("marlene.kurz", "Marlene Kurz", "L1", "frontline", Role.AGENT),
    ):
        agent = Agent.objects.create_user(f"{handle}@desk.example", handle=handle, name=name, level=level, role=role)
        Team.objects.get_or_create(name=team)[0].members.add(agent)
        people[handle] = agent
    compiled.cache_clear()
    publish(WITH_ROTATION, author="agent:marlene.kurz", reason="Written by Marlene Kurz", now=database_now())
    return people


def everything(folder: Path) -> Iterator[tuple[str, str]]:
    """(place, what stands there) of every column of every table that can hold words, and every file."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name IN"
            " (SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE')"
        )
        for table, column, kind in cursor.fetchall():
            value = f"convert_from(\"{column}\", 'UTF8')" if kind == "bytea" else f'"{column}"::text'
            cursor.execute(f'SELECT string_agg({value}, chr(10)) FROM "{table}"')
            yield f"{table}.{column}", str(cursor.fetchone()[0] or "")
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path), path.read_text(errors="replace") + path.name


def named(folder: Path, *words: str) -> dict[str, str]:
    """Where one of the words stands: as a word of its own, in whatever case."""
    return {
        f"{place}: {word}": text[max(0, text.lower().index(word.lower()) - 60) :][:160]
        for place, text in everything(folder)
        for word in words
        if word.lower() in text.lower()
    }


def adds_up() -> None:
    assert [difference for _, found in audit() for difference in found] == []


def test_a_requester_is_taken_along_and_forgotten(desk: dict[str, Agent], storage: Path) -> None:
    acme = customer_for(name="Acme", domain="acme.example")
    rita = requester_for(email="rita.moreno@acme.example", name="Rita Moreno", customer=acme)
    joe = requester_for(email="joe@acme.example", name="Joe Doe", customer=acme)
    assert rita is not None
    assert joe is not None
    Identity.objects.create(requester=rita, kind="slack", external_id="T01ACME/U0RITA77")
    number = conversation.open_ticket(
        f"Import stands still {MARKER}",
        MessageText(
            text=f"I am Rita Moreno. {MARKER}",
            html=f"<p>{MARKER}</p>",
            author_name="Rita Moreno",
            inbox="slack:T01ACME",
            external_id="C1/171.1",
            files=(NewFile(name=f"{MARKER}.txt", content_type="text/plain", data=MARKER.encode()),),
        ),
        by=f"customer:{rita.pk}",
        channel="email",
        customer=acme,
        requester=rita,
    ).ticket
    look_at_all_due()
    conversation.answer(number, MessageText(text=f"Hi Rita, {MARKER}"), by="agent:sam")
    conversation.note(number, MessageText(text=f"She sounds tired. {MARKER}"), by="agent:sam")
    escalation.escalate(number, "L2", by="agent:sam", note=MARKER, handoff={"impact": MARKER}, anyway=True)
    other = conversation.open_ticket(
        "Joe's own",
        MessageText(text="Ask Rita Moreno <rita.moreno@acme.example>."),
        by=f"customer:{joe.pk}",
        requester=joe,
    ).ticket
    conversation.customer_message(other, MessageText(text=MARKER, author_name="Rita Moreno"), by=f"customer:{rita.pk}")
    look_at_all_due()
    now = database_now()
    for external_id, body in (
        ("Ev1", {"user": "U0RITA77", "text": MARKER}),
        ("Ev2", {"ts": "C1/171.1", "text": MARKER}),
    ):
        Received.objects.create(channel="slack", external_id=external_id, body=body, received_at=now)
    workspace = Workspace.objects.create(team="T01ACME", name="Acme", bot_user="UBOT")
    seen = {"name": "Rita Moreno", "email": "rita.moreno@acme.example", "asked_at": now}
    PersonSeen.objects.create(workspace=workspace, user="U0RITA77", **seen)
    Delivery.objects.filter(ticket=number).update(words=MARKER)
    (storage / "log" / "web.log").write_text('{"event": "mail from rita.moreno@acme.example"}\n')
    words = (MARKER, "Rita Moreno", "rita.moreno@acme.example", "U0RITA77")
    assert len(named(storage, *words)) > 15

    taken = zipfile.ZipFile(BytesIO(archive_of_requester(rita, now)))
    assert MARKER in taken.read("messages.json").decode()
    assert MARKER in taken.read("internal_notes.json").decode()
    assert json.loads(taken.read("person.json"))[0]["email"] == "rita.moreno@acme.example"
    assert any(name.startswith("attachments/") and taken.read(name) == MARKER.encode() for name in taken.namelist())

    done = forget_requester(rita, by="agent:olga", now=now)
    assert done.left == {}
    assert named(storage, *words) == {}
    assert not list((storage / "files").rglob("*.txt"))
    adds_up()
    ticket = Ticket.objects.get(number=number)
    assert (ticket.subject, ticket.offered_to, ticket.requester_id) == ("(deleted)", "L2", rita.pk)
    assert Message.objects.filter(ticket=other, author=f"customer:{joe.pk}").get().text.startswith("Ask Requester ")
    assert changes.Change.objects.get(what="forgot a requester").by == "agent:olga"


def test_an_agent_is_taken_along_and_forgotten(desk: dict[str, Agent], storage: Path) -> None:
    marlene = desk["marlene.kurz"]
    now = database_now()
    number = conversation.open_ticket("Import", MessageText(text="It stands."), by="customer:1").ticket
    look_at_all_due()
    assignment.assign(number, "marlene.kurz", by="agent:sam")
    conversation.answer(number, MessageText(text=f"Hi. {MARKER}", author_name="Marlene Kurz"), by="agent:marlene.kurz")
    conversation.note(number, MessageText(text="@marlene.kurz, or mail marlene.kurz@desk.example?"), by="agent:sam")
    escalation.escalate(number, "L2", by="agent:marlene.kurz", note=MARKER, anyway=True)
    look_at_all_due()
    Absence.objects.create(agent=marlene, starts_at=now, ends_at=now.replace(year=2030), reason=MARKER)
    Override.objects.create(schedule="nights", agent=marlene, starts_at=now, ends_at=now.replace(year=2030))
    ContactMethod.objects.create(agent=marlene, channel="slack", address="T01DESK/U0MARL88")
    SavedView.objects.create(agent=marlene, name=MARKER, address="/")
    EmailAddress.objects.create(user=marlene, email="m.kurz@home.example")
    SocialAccount.objects.create(user=marlene, provider="acme", uid="uid-3141592", extra_data={"name": MARKER})
    key = tokens.create("marlene.kurz's script", agent=marlene)
    Draft.objects.create(text=WITH_ROTATION, author="agent:marlene.kurz", created_at=now, changed_at=now)
    changes.record(
        by="agent:olga",
        area="people",
        what="changed",
        subject="agent:marlene.kurz",
        facts={"name": ["", "Marlene Kurz"]},
    )
    browser = Client()
    word = sign_in.issue_link(marlene, now=now)
    browser.post(f"/sign-in/{word}")
    (storage / "log" / "web.log").write_text('{"agent": "marlene.kurz", "who": "agent:marlene.kurz"}\n')
    words = (MARKER, "Marlene Kurz", "marlene.kurz", "m.kurz@home.example", "U0MARL88", "uid-3141592")
    assert len(named(storage, *words)) > 15

    taken = zipfile.ZipFile(BytesIO(archive_of_agent(marlene, now)))
    assert MARKER in taken.read("messages.json").decode()
    assert MARKER in taken.read("absences.json").decode()
    assert "password" not in json.loads(taken.read("person.json"))[0]

    done = forget_agent(marlene, by="agent:olga", now=now)
    assert done.left == {}
    assert named(storage, *words) == {}
    adds_up()
    assert browser.get("/").status_code == 302
    assert tokens.find(key, now=now) is None
    compiled.cache_clear()
    policy = compiled(1).policy
    assert policy.teams["frontline"].lead == done.pseudonym
    assert policy.schedules["nights"].rotation == ("ben", done.pseudonym, "sam")
    assert Ticket.objects.get(number=number).assignee_id is None
    by = list(Ticket.objects.get(number=number).events.filter(kind="answered").values_list("by", flat=True))
    assert by == [f"agent:{done.pseudonym}"]


def test_a_handle_that_is_an_ordinary_word_stays_a_word(desk: dict[str, Agent], storage: Path) -> None:
    will = Agent.objects.create_user("will@desk.example", handle="will", name="Will")
    number = conversation.open_ticket(
        "When", MessageText(text="When will it run? Will @will look?"), by="customer:1"
    ).ticket
    forget_agent(will, by="agent:olga", now=database_now())
    assert Message.objects.get(ticket=number).text == f"When will it run? Will @former-{will.pk} look?"


def test_what_an_agent_wrote_may_be_kept(desk: dict[str, Agent], storage: Path) -> None:
    number = conversation.open_ticket("When", MessageText(text="When?"), by="customer:1").ticket
    conversation.answer(
        number, MessageText(text="Now, says Marlene Kurz.", author_name="Marlene Kurz"), by="agent:marlene.kurz"
    )
    done = forget_agent(desk["marlene.kurz"], by="agent:olga", now=database_now(), keep_words=True)
    answer = Message.objects.get(ticket=number, direction="public")
    pk = desk["marlene.kurz"].pk
    assert (answer.text, answer.author_name) == (f"Now, says Former agent {pk}.", f"Former agent {pk}")
    assert done.left == {}


def test_the_last_owner_stays(desk: dict[str, Agent], storage: Path) -> None:
    with pytest.raises(ValueError, match="only owner"):
        forget_agent(desk["olga"], by="agent:olga", now=database_now())


def test_the_log_of_changes_is_only_added_to(desk: dict[str, Agent]) -> None:
    changes.record(by="agent:olga", area="people", what="changed", subject="agent:sam")
    for statement in ("UPDATE people_change SET by = 'agent:ben'", "DELETE FROM people_change"):
        with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
            connection.cursor().execute(statement)

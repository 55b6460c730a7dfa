"""The door to a ticket: each action once, attributed, and together with what belongs to it or not at all."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection

from rung.core import actors
from rung.core.vocabulary import Automatic, Priority, Reason
from rung.tickets import actions
from rung.tickets.message_rows import MessageText, NewFile
from rung.tickets.models import Event, Handoff, Message, Ticket
from rung.tickets.results import AlreadySo, Created, Done, Escalated, Refused, Unreachable
from tests.world import World, desk


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    with desk() as world:
        yield world
        assert world.differences() == []


def test_the_same_message_of_one_inbox_opens_one_ticket_even_at_the_same_moment(world: World) -> None:
    words = MessageText(text="It stopped", inbox="support@", external_id="<1@acme>")
    answers: list[object] = []

    def open_it() -> None:
        try:
            answers.append(actions.open_ticket("Import", words, by=world.acme.by))
        finally:
            connection.close()

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert Ticket.objects.count() == Message.objects.count() == 1
    assert sum(isinstance(answer, Created) for answer in answers) == 1
    assert sum(isinstance(answer, AlreadySo) for answer in answers) == 3


def test_two_claims_at_the_same_moment_have_one_winner(world: World) -> None:
    from rung.people.models import Agent, Membership, Team

    kit = Agent.objects.create_user("kit@desk.example", handle="kit", name="Kit", level="L1")
    Membership.objects.create(agent=kit, team=Team.objects.get(name="frontline"))
    case = world.acme.writes("Help")
    answers: list[object] = []

    def claim(handle: str) -> None:
        try:
            answers.append(actions.claim(case.number, agent=handle))
        finally:
            connection.close()

    threads = [threading.Thread(target=claim, args=(handle,)) for handle in ("sam", "kit")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyClaimed", "Claimed"]
    assert case.timeline.count("assigned") == 1


def test_a_client_s_key_makes_a_second_request_answer_like_the_first(world: World) -> None:
    case = world.acme.writes("Help")
    first = case.answered("sam", "Hello", client_key="k1")
    again = case.answered("sam", "Hello", client_key="k1")
    assert isinstance(again, AlreadySo)
    assert (again.event, again.message) == (first.event, first.message)
    assert world.chat.heard_by("@kim") == ["Hello"]


@pytest.mark.parametrize(
    ("action", "facts", "named"),
    [
        ("set_priority", (Priority.HIGH,), {}),
        ("set_category", ("sso",), {}),
        ("tag", (), {"added": ("vip",)}),
        ("hold", (), {}),
        ("wait", (), {}),
        ("assign", ("sam",), {}),
        ("close", (), {}),
        ("resolve", (), {}),
        ("link", ("jira", "ENG-1"), {}),
    ],
)
def test_in_the_state_it_leads_to_an_action_does_nothing(
    world: World, action: str, facts: tuple[object, ...], named: dict[str, object]
) -> None:
    case = world.acme.writes("Help")
    assert isinstance(case.does(action, *facts, by="agent:sam", **named), Done)
    before = case.timeline
    assert isinstance(case.does(action, *facts, by="agent:sam", **named), AlreadySo)
    assert case.timeline == before


def test_a_verdict_on_a_message_can_be_corrected_and_the_clocks_follow(world: World) -> None:
    case = world.acme.writes("Help")
    case.answered("sam", "Which version?", keep_open=False)
    case.does("customer_message", MessageText(text="I am away"), by=world.acme.by, automatic=Automatic.OUT_OF_OFFICE)
    assert case.row.turn == "customer"
    wrong = Event.objects.get(ticket=case.number, kind="customer_wrote").number
    case.does("recount", wrong, by="agent:sam", automatic=None)
    assert case.row.turn == "ours"
    assert isinstance(case.does("recount", wrong, by="agent:sam", automatic=None), AlreadySo)
    assert isinstance(case.does("recount", 1, by="agent:sam", automatic=None), Refused)
    case.does("recount", wrong, by="agent:sam", automatic=Automatic.BY_HAND)
    assert case.row.turn == "customer"


def test_a_merge_brings_the_messages_along_and_later_ones_follow(world: World) -> None:
    one, other = world.acme.writes("It stopped"), world.acme.writes("As I said, it stopped")
    other.does("merge", one.number, by="agent:sam")
    assert (other.row.status, other.row.merged_into_id) == ("closed", one.number)
    assert [message.text for message in one.row.messages.all()] == ["It stopped", "As I said, it stopped"]
    filed = other.replied("Still nothing")
    assert filed.ticket == one.number
    assert isinstance(other.does("merge", one.number, by="agent:sam"), AlreadySo)
    assert isinstance(one.does("merge", other.number, by="agent:sam"), Refused)
    assert isinstance(other.does("reopen", by="agent:sam"), Refused)
    refused = other.does("answer", MessageText(text="Update to 4.2"), by="agent:sam")
    assert isinstance(refused, Refused)
    assert refused.why == f"it was merged into ticket {one.number}; answer there"
    assert not other.row.messages.filter(text="Update to 4.2").exists()


def test_nobody_s_request_disappears_into_a_ticket_that_is_over(world: World) -> None:
    one, other = world.acme.writes("It stopped"), world.acme.writes("It stopped again")
    one.does("resolve", by="agent:sam")
    refused = other.does("merge", one.number, by="agent:sam")
    assert isinstance(refused, Refused)
    assert refused.why.endswith("reopen it first")
    assert other.row.status == "open"
    other.does("resolve", by="agent:sam")
    assert isinstance(other.does("merge", one.number, by="agent:sam"), Done)


def test_a_merge_takes_the_turn_along(world: World) -> None:
    one, other = world.acme.writes("It stopped"), world.acme.writes("And since today nobody can log in")
    one.answered("sam", "Which version?", keep_open=False)
    assert one.row.turn == "customer"
    other.does("merge", one.number, by="agent:sam")
    assert one.row.turn == "ours"


def test_a_subject_is_one_line(world: World) -> None:
    opened = actions.open_ticket("Hello\r\nBcc: a@b.example", MessageText(text="Help"), by=world.acme.by)
    assert Ticket.objects.get(number=opened.ticket).subject == "Hello Bcc: a@b.example"


def test_a_split_opens_a_ticket_with_its_own_clocks(world: World) -> None:
    case = world.acme.writes("It stopped")
    world.passes(minutes=10)
    case.replied("And by the way: everyone is down")
    second = case.row.messages.last().pk
    created = case.does("split", (second,), "Everyone is down", by="agent:sam")
    new = Ticket.objects.get(number=created.ticket)
    assert (new.priority, new.offered_to, new.customer.name) == ("urgent", "L3", "Acme")
    assert [message.pk for message in new.messages.all()] == [second]
    assert {relation.other_id for relation in case.row.relations.all()} == {new.number}


def test_an_unreachable_level_is_named_with_its_opening_time_and_then_obeyed(world: World) -> None:
    world.passes(hours=9)  # 17:00
    case = world.globex.writes("Help")
    warned = case.does("escalate", "L2", by="agent:sam", reason=Reason.COMPLEXITY)
    assert isinstance(warned, Unreachable)
    assert (warned.level, f"{warned.opens_at:%a %H:%M}") == ("L2", "Tue 08:00")
    obeyed = case.does(
        "escalate", "L2", by="agent:sam", reason=Reason.COMPLEXITY, handoff={"impact": "all"}, anyway=True
    )
    assert isinstance(obeyed, Escalated)
    assert (obeyed.missing, obeyed.unreachable) == (("tried",), True)
    case.does("give_handoff", {"tried": "unknown"}, by="agent:sam")
    (card,) = world.chat.cards_in("#escalations")
    assert (card.handoff, card.missing) == ((("impact", "all"), ("tried", "unknown")), ())


def test_a_place_nobody_knows_is_refused_with_the_nearest_name(world: World) -> None:
    case = world.acme.writes("Help")
    assert case.does("escalate", "managment", by="agent:sam") == Refused(
        case.number, "no level is called 'managment'; did you mean \"management\"?"
    )
    assert isinstance(case.does("escalate", "path:nowhere", by="agent:sam"), Refused)
    assert isinstance(case.does("assign", "nobody", by="agent:sam"), Refused)


def test_a_return_needs_a_reason_and_reaches_whoever_offered_it(world: World) -> None:
    case = world.acme.writes("Help")
    case.does("escalate", "L2", by="agent:sam", anyway=True)
    assert isinstance(case.does("return_offer", " ", by="agent:ben"), Refused)
    assert isinstance(case.does("return_offer", "Which version is it?", by="agent:ben"), Done)
    assert (case.row.offered_to, case.row.level) == ("", "L1")
    assert world.chat.heard_by("@sam") == [f"#{case.number} Help (Acme) was returned."]
    assert isinstance(case.does("return_offer", "Again", by="agent:ben"), AlreadySo)


def test_a_claim_at_a_linked_level_asks_for_an_issue_once(world: World) -> None:
    case = world.acme.writes("Help, everyone is down")
    case.does("claim", agent="ada")
    (wanted,) = case.deliveries(kind="link")
    assert (wanted.recipient, wanted.what) == ("webhook:eng", "eng")


def test_a_note_with_a_mention_tells_that_colleague_and_no_customer(world: World) -> None:
    case = world.acme.writes("Help")
    case.does("note", MessageText(text="@ada, do you know this? Not ops@ben.example, nor @nobody"), by="agent:sam")
    assert world.chat.heard_by("@ada") == [f"You know about this: #{case.number} Help (Acme)."]
    assert world.chat.heard_by("@kim") == world.chat.heard_by("@ben") == []


def test_a_snooze_ends_by_itself_or_with_the_customer(world: World) -> None:
    case = world.acme.writes("Help")
    case.does("assign", "sam", by="agent:sam")
    assert isinstance(case.does("snooze", world.time.at, by="agent:sam"), Refused)
    case.does("snooze", world.time.at + timedelta(hours=2), by="agent:sam")
    world.passes(hours=2)
    assert case.row.snoozed_until is None
    assert any("back from its snooze" in title for title in world.chat.heard_by("@sam"))
    case.does("snooze", world.time.at + timedelta(days=2), by="agent:sam")
    case.replied("Any news?")
    assert case.row.snoozed_until is None


def test_files_are_kept_with_their_message(world: World, tmp_path: object, settings: object) -> None:
    settings.STORAGES = {  # type: ignore[attr-defined]
        **settings.STORAGES,  # type: ignore[attr-defined]
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    case = world.acme.writes("Help")
    case.does(
        "note",
        MessageText(text="log", files=(NewFile(name="a.log", content_type="text/plain", data=b"x"),)),
        by="agent:sam",
    )
    (kept,) = case.row.messages.last().attachments.all()
    assert (kept.name, kept.size) == ("a.log", 1)


def test_an_action_that_fails_half_way_leaves_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from rung.outbox import enqueue

    case = world.acme.writes("Help")
    before = (case.timeline, Message.objects.count())

    def broken(*_: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(enqueue, "insert", broken)
    with pytest.raises(RuntimeError, match="disk full"):
        case.answered("sam", "Hello")
    assert (case.timeline, Message.objects.count()) == before


def test_a_handoff_and_an_escalation_sent_twice_with_one_key_are_done_once(world: World) -> None:
    case = world.acme.writes("Help")
    by = actors.agent("sam")
    first = actions.give_handoff(case.number, {"impact": "all of them"}, by=by, client_key="h1")
    again = actions.give_handoff(case.number, {"impact": "all of them"}, by=by, client_key="h1")
    assert isinstance(first, Done)
    assert isinstance(again, AlreadySo)
    assert (again.event, Handoff.objects.count()) == (first.event, 1)

    wanted = {"note": "No idea", "handoff": {"tried": "twice"}, "priority": Priority.HIGH, "anyway": True}
    offered = actions.escalate(case.number, "L2", by=by, client_key="e1", **wanted)
    repeated = actions.escalate(case.number, "L2", by=by, client_key="e1", **wanted)
    assert isinstance(offered, Escalated)
    assert isinstance(repeated, AlreadySo)
    assert (repeated.event, Event.objects.get(client_key="e1").kind) == (offered.event, "offered")

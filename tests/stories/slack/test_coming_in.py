"""What customers write becomes tickets, or joins one, or is nothing."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from rung.channels.slack.connection.manifest import ADD_NOTE, OPEN_TICKET, SEND_ANSWER
from rung.channels.slack.interactive.button_actions import NOT_ALLOWED
from rung.intake import sort
from rung.people.models import Requester
from rung.tickets.models import Attachment, Message
from tests.stories.slack.world import SlackWorld


def texts(world: SlackWorld, number: int) -> list[str]:
    found = Message.objects.filter(ticket=number).order_by("id")
    return [f"{one.direction}: {one.text}" for one in found]


def test_a_burst_is_one_ticket_and_a_later_message_another(world: SlackWorld) -> None:
    for text in ("Hello!", "Our import stops", "since last night"):
        world.slack.people.says(world.zoe, world.shared, text)
        world.now = world.now.replace(second=world.now.second + 5)
    world.settle()
    [ticket] = world.tickets
    assert ticket.subject == "Our import stops"
    assert texts(world, ticket.number) == ["inbound: Our import stops", "inbound: since last night"]
    world.passes(minutes=30)
    world.says(world.zoe, "Another thing: invoices are wrong")
    assert len(world.tickets) == 2


def test_two_people_in_one_channel_have_a_ticket_each(world: SlackWorld) -> None:
    world.says(world.zoe, "Our import stops")
    world.says(world.max, "How do I add a user?")
    assert [ticket.requester.name for ticket in world.tickets if ticket.requester] == ["Zoe", "Max"]


def test_a_thread_is_one_conversation_whoever_of_the_customer_writes(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    world.passes(minutes=30)
    world.says(world.max, "Same here", thread=asked)
    [ticket] = world.tickets
    assert texts(world, ticket.number) == ["inbound: Our import stops", "inbound: Same here"]


def test_an_agents_answer_in_the_customers_thread_is_an_answer_and_said_once(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    world.says(world.people["sam"], "Please restart it", thread=asked)
    world.passes(minutes=1)
    assert world.thread(asked) == ["zoe: Our import stops", "sam: Please restart it"]
    assert world.tickets[0].turn == "customer"
    assert [event["by"] for event in world.events("answered")] == ["agent:sam"]


def test_a_colleague_without_a_rung_account_answers_nothing_and_opens_nothing(world: SlackWorld) -> None:
    dan = world.slack.user(world.team, "dan")
    world.shared.members.add(dan.id)
    world.says(dan, "Lunch?")
    asked = world.says(world.zoe, "Our import stops")
    world.says(dan, "Try turning it off", thread=asked)
    assert len(world.tickets) == 1
    assert world.tickets[0].turn == "ours"
    assert texts(world, world.tickets[0].number)[-1] == "note: Try turning it off"


def test_bots_joins_topics_and_thanks_open_nothing(world: SlackWorld) -> None:
    other = world.slack.bot(world.team, "deploys")
    world.shared.members.add(other.id)
    world.says(other, "Deployed 1.2")
    world.slack.people.joins(world.slack.user(world.acme, "new"), world.shared)
    world.slack.people.changes_topic(world.zoe, world.shared, "Import is down!")
    world.says(world.zoe, "Thanks!")
    world.says(world.people["sam"], "We release tonight")
    assert world.tickets == []
    assert world.shown("triage") == []


def test_a_thank_you_does_not_reopen(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    world.presses("sam", world.cards("triage")[0], "rung:resolve")
    world.submits("sam", {"text": "Removed a lock"})
    world.says(world.zoe, "thanks!", thread=asked)
    assert world.tickets[0].status == "resolved"


def test_a_thank_you_does_not_hide_on_the_card_what_the_customer_wants(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Hello,\nthe nightly import stops after ten rows")
    world.says(world.zoe, "thanks!", thread=asked)
    world.passes(seconds=5)
    [card] = world.shown("triage")
    assert "> Hello, the nightly import stops after ten rows" in card
    assert "thanks!" not in card


def test_channels_nobody_watches_are_left_alone_until_the_bot_is_mentioned(world: SlackWorld) -> None:
    random_talk = world.slack.channel(world.team, "random", world.zoe, shared_with=(world.acme,))
    random_talk.members.add(world.installation.bot_user_id)
    world.says(world.zoe, "What a day", random_talk)
    assert world.tickets == []
    bot = world.installation.bot_user_id
    world.says(world.zoe, f"<@{bot}> our import stops", random_talk)
    assert [ticket.subject for ticket in world.tickets] == ["our import stops"]


def test_a_direct_message_to_the_bot_is_a_request_and_answered_there(world: SlackWorld) -> None:
    bot = world.slack.bot_of(world.installation)
    direct = world.slack.people.direct(world.zoe, bot)
    asked = world.says(world.zoe, "Our import stops", direct)
    world.presses("sam", world.cards("triage")[0], "rung:reply")
    world.submits("sam", {"text": "We look"})
    world.passes(seconds=2)
    assert world.thread(asked) == ["zoe: Our import stops", "Sam Miller: We look"]


def test_events_that_come_twice_and_in_any_order_make_the_same_tickets(world: SlackWorld) -> None:
    world.slack.deliveries.doubled = True
    world.slack.deliveries.shuffled = random.Random(7)
    asked = world.slack.people.says(world.zoe, world.shared, "Our import stops")
    for number in range(6):
        world.slack.people.says(world.zoe, world.shared, f"detail {number}", thread=asked)
    world.settle()
    [ticket] = world.tickets
    assert sorted(texts(world, ticket.number)) == sorted(
        ["inbound: Our import stops", *(f"inbound: detail {number}" for number in range(6))]
    )
    assert len(world.cards("triage")) == 1


def test_an_edit_is_shown_as_one_and_a_preview_is_none(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    world.slack.people.unfurls(asked)
    world.slack.people.edits(world.zoe, asked, "Our import stops at row 10")
    world.settle()
    assert texts(world, world.tickets[0].number) == [
        "inbound: Our import stops",
        "inbound: (edited) Our import stops at row 10",
    ]


def test_an_edit_can_make_a_request_of_a_thank_you(world: SlackWorld) -> None:
    said = world.says(world.zoe, "Thanks!")
    world.slack.people.edits(world.zoe, said, "Thanks, but it is broken again")
    world.settle()
    assert [ticket.subject for ticket in world.tickets] == ["Thanks, but it is broken again"]


def test_what_was_deleted_is_kept_and_marked(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    world.slack.people.deletes(world.zoe, asked)
    world.settle()
    first, second = texts(world, world.tickets[0].number)
    assert first == "inbound: Our import stops"
    assert second.startswith("note: Deleted in Slack by its author")


def test_files_of_shared_channels_are_fetched_and_kept(world: SlackWorld) -> None:
    file = world.slack.file(world.zoe, "trace.log", b"boom")
    world.says(world.zoe, "See the log", files=(file,))
    [kept] = Attachment.objects.all()
    assert (kept.name, kept.size) == ("trace.log", 4)


def test_a_file_that_cannot_be_had_does_not_lose_the_message(world: SlackWorld) -> None:
    file = world.slack.file(world.zoe, "trace.log", b"boom")
    world.slack.faults.error("files.info", "file_not_found")
    world.says(world.zoe, "See the log", files=(file,))
    [text] = texts(world, world.tickets[0].number)
    assert text.startswith("inbound: See the log\n[file ")


def test_mentions_and_links_arrive_as_words(world: SlackWorld) -> None:
    sam = world.people["sam"].id
    world.says(world.zoe, f"<@{sam}> see <https://acme.example/x|this> &amp; <!channel>")
    assert world.tickets[0].subject == "@Sam see this (https://acme.example/x) & @channel"


def test_the_chosen_emoji_of_an_agent_opens_a_ticket_and_a_customers_does_not(world: SlackWorld) -> None:
    other = world.slack.channel(world.team, "chat", world.people["sam"], world.zoe, shared_with=(world.acme,))
    other.members.add(world.installation.bot_user_id)
    said = world.says(world.zoe, "By the way, our import stops", other)
    world.slack.people.reacts(world.zoe, said, "ticket")
    world.settle()
    assert world.tickets == []
    world.slack.people.reacts(world.people["sam"], said, "ticket")
    world.settle()
    assert [(ticket.subject, str(ticket.requester)) for ticket in world.tickets] == [
        ("By the way, our import stops", "Zoe")
    ]


def test_below_a_card_everything_is_internal_unless_it_is_marked(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    card = world.cards("triage")[0]
    triage = world.channels["triage"]
    world.says(world.people["sam"], "Is it the lock again? @ben", triage, thread=card)
    world.says(world.people["sam"], ">> Please restart it", triage, thread=card)
    world.passes(seconds=3)
    assert world.thread(asked) == ["zoe: Our import stops", "Sam Miller: Please restart it"]
    said = [one for one in triage.thread(card.ts) if one.user_id == world.people["sam"].id]
    assert [sorted(one.reactions) for one in said] == [[], ["outbox_tray"]]
    assert "note: Is it the lock again? @ben" in texts(world, world.tickets[0].number)
    assert any("You know about this" in words for words in world.direct("ben"))


def test_the_shortcuts_of_a_message(world: SlackWorld) -> None:
    sam, ben = world.people["sam"], world.people["ben"]
    talk = world.slack.channel(world.team, "talk", sam, ben)
    talk.members.add(world.installation.bot_user_id)
    said = world.says(ben, "The import of Acme stops", talk)
    world.slack.hands.message_shortcut(sam, said, OPEN_TICKET)
    world.settle()
    [ticket] = world.tickets
    card = world.cards("triage")[0]
    note = world.says(sam, "It is the lock", world.channels["triage"], thread=card)
    world.slack.hands.message_shortcut(sam, note, SEND_ANSWER)
    world.submits("sam")
    world.passes(seconds=2)
    assert world.thread(said)[-1] == "Sam Miller: It is the lock"
    world.slack.hands.message_shortcut(sam, said, ADD_NOTE)
    world.submits("sam", {"text": "Seen before"})
    assert texts(world, ticket.number)[-1] == "note: Seen before"


def test_commands(world: SlackWorld) -> None:
    dan = world.slack.user(world.team, "dan")
    lobby = world.slack.channel(world.team, "lobby", dan, world.people["sam"], world.slack.bot_of(world.installation))
    world.slack.hands.command(dan, lobby, "/ticket", "My laptop is dead")
    world.settle()
    [ticket] = world.tickets
    assert str(ticket.requester) == "Dan"
    world.slack.hands.command(dan, lobby, "/ticket", f"#{ticket.number}")
    world.slack.hands.command(dan, lobby, "/desk")
    told = world.said_to(dan, lobby)
    assert told[0].startswith(f"Ticket {ticket.number} is open.")
    assert told[1] == f"#{ticket.number} My laptop is dead: we are working on it"
    assert told[2] == "Only agents of this desk may see that."
    world.slack.hands.command(world.people["sam"], lobby, "/desk")
    assert "Unassigned (1)" in world.said_to("sam", lobby)[0]
    world.presses("sam", world.cards("triage")[0], "rung:reply")
    world.submits("sam", {"text": "Bring it over"})
    world.passes(seconds=3)
    assert world.direct(dan) == ["Sam Miller: Bring it over"]


def test_the_home_tab_lists_what_needs_attention_in_order(world: SlackWorld) -> None:
    for user, text in ((world.zoe, "Import stops"), (world.max, "Please help ASAP")):
        world.says(user, text)
    world.presses("sam", world.cards("triage")[0], "rung:take")
    world.slack.hands.opens_home(world.people["sam"])
    world.settle()
    home = world.slack.hands.home(world.people["sam"])
    shown = "\n".join(world.slack.screen.blocks(home.payload["blocks"]))
    assert shown.index("Mine (1)") < shown.index("Import stops") < shown.index("Unassigned (1)")
    assert shown.index("Unassigned (1)") < shown.index("Please help ASAP") < shown.index("At risk")
    world.slack.hands.presses_home(world.people["sam"], "rung:take")
    world.settle()
    assert {ticket.assignee_id for ticket in world.tickets} == {"sam"}


def test_somebody_who_is_no_agent_sees_no_tickets_of_others_at_home(world: SlackWorld) -> None:
    world.says(world.zoe, "Import stops")
    dan = world.slack.user(world.team, "dan")
    world.slack.hands.opens_home(dan)
    world.settle()
    shown = "\n".join(world.slack.screen.blocks(world.slack.hands.home(dan).payload["blocks"]))
    assert "Import" not in shown


@pytest.mark.parametrize("name", ["shortcut", "command"])
def test_customers_of_our_own_workspace_have_no_agents_shortcuts(world: SlackWorld, name: str) -> None:
    guest = world.slack.user(world.team, "guest", is_restricted=True)
    world.shared.members.add(guest.id)
    said = world.says(guest, "Import stops")
    if name == "shortcut":
        world.slack.hands.message_shortcut(guest, said, SEND_ANSWER)
        assert world.said_to(guest, world.shared) == [NOT_ALLOWED]
    else:
        world.slack.hands.command(guest, world.shared, "/desk")
        assert world.said_to(guest, world.shared) == ["Only agents of this desk may see that."]
    assert not world.slack.hands.has_modal(guest)


def test_a_burst_is_one_ticket_of_one_person_however_many_sort_it_at_once(world: SlackWorld) -> None:
    for number in range(12):
        world.slack.people.says(world.zoe, world.shared, f"Import fails, part {number}")
    world.slack.deliveries.pump()
    stop = threading.Event()

    def work(_worker: int) -> int:
        try:
            return sort.sort_until(stop)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 12
    assert len(world.tickets) == 1
    assert Requester.objects.filter(name="Zoe").count() == 1
    assert len(texts(world, world.tickets[0].number)) == 12

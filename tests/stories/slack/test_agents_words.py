"""An agent's words are never dropped: they are done, they wait, or their author hears that nothing came of them."""

from __future__ import annotations

from datetime import timedelta

from rung.outbox.models import Delivery
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from rung.tickets.models import Message
from tests.stories.slack.world import SlackWorld


def texts(world: SlackWorld, place: int = 0) -> list[str]:
    number = world.tickets[place].number
    return [f"{one.direction}: {one.text}" for one in Message.objects.filter(ticket=number).order_by("id")]


def posted_without_an_answer(world: SlackWorld, name: str = "triage") -> None:
    """The next card is posted, and we do not hear that it was."""
    world.slack.faults.silence("chat.postMessage", performed=True, channel=world.channels[name].id)


def test_what_is_written_below_a_card_whose_place_we_do_not_know_is_done(world: SlackWorld) -> None:
    posted_without_an_answer(world)
    world.says(world.zoe, "Our import stops")
    [card] = world.cards("triage")
    assert not Delivery.objects.get(kind="triage_card").external_id
    world.slack.people.says(world.people["sam"], world.channels["triage"], ">> Please restart it", thread=card)
    world.slack.people.says(world.people["ben"], world.channels["triage"], "Known since Monday", thread=card)
    world.passes(minutes=3)
    assert texts(world) == ["inbound: Our import stops", "public: Please restart it", "note: Known since Monday"]


def test_it_waits_while_slack_cannot_say_whose_card_that_is(world: SlackWorld) -> None:
    posted_without_an_answer(world)
    world.says(world.zoe, "Our import stops")
    [card] = world.cards("triage")
    world.slack.faults.server_error("conversations.history", times=3)
    world.slack.people.says(world.people["sam"], world.channels["triage"], ">> Please restart it", thread=card)
    world.passes(minutes=15)
    assert texts(world) == ["inbound: Our import stops", "public: Please restart it"]


def test_words_for_a_customer_in_a_thread_without_a_ticket_are_refused_with_a_word(world: SlackWorld) -> None:
    chat = world.says(world.people["sam"], "Lunch?", world.channels["triage"])
    world.says(world.people["ben"], ">> We are on it", world.channels["triage"], thread=chat)
    [told] = world.said_to("ben", world.channels["triage"])
    assert "no ticket is known" in told
    world.says(world.people["ben"], "Pizza", world.channels["triage"], thread=chat)
    assert len(world.said_to("ben", world.channels["triage"])) == 1  # talk is nobody's business


def test_a_direct_message_has_a_thread_of_its_ticket_too(world: SlackWorld) -> None:
    world.says(world.zoe, "Our import stops")
    actions.assign(world.tickets[0].number, "sam", by="agent:ben", now=world.now)
    world.passes(seconds=5)
    direct = world.slack.people.direct(world.people["sam"], world.slack.bot_of(world.installation))
    [told] = direct.top_level()
    world.says(world.people["sam"], ">> We look", direct, thread=told)
    assert texts(world)[-1] == "public: We look"


def test_an_empty_answer_is_refused_with_a_word(world: SlackWorld) -> None:
    world.says(world.zoe, "Our import stops")
    world.says(world.people["sam"], ">>", world.channels["triage"], thread=world.cards("triage")[0])
    [told] = world.said_to("sam", world.channels["triage"])
    assert "no words" in told


def test_an_edit_below_a_card_that_does_not_reach_the_customer_says_so(world: SlackWorld) -> None:
    world.says(world.zoe, "Our import stops")
    card = world.cards("triage")[0]
    answer = world.says(world.people["sam"], ">> Restart it", world.channels["triage"], thread=card)
    world.slack.people.edits(world.people["sam"], answer, ">> Do not restart it")
    note = world.says(world.people["sam"], "Looks like the disk", world.channels["triage"], thread=card)
    world.slack.people.edits(world.people["sam"], note, ">> It looks like the disk")
    world.passes(seconds=5)
    corrected, unsent = world.said_to("sam", world.channels["triage"])
    assert "customer keeps the words they got" in corrected
    assert "was not sent" in unsent


def test_the_shortcut_on_a_message_of_a_burst_opens_its_own_ticket_and_says_so(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    world.now += timedelta(minutes=2)
    other = world.says(world.zoe, "And exports are slow")
    assert len(world.tickets) == 1
    world.slack.hands.message_shortcut(world.people["sam"], other, "open_ticket")
    world.settle()
    first, second = world.tickets
    assert (first.subject, second.subject) == ("Our import stops", "And exports are slow")
    assert f"Opens ticket {second.number}." in world.said_to("sam", world.shared)[-1]
    world.says(world.zoe, "since noon", thread=other)
    world.says(world.zoe, "row 10", thread=asked)
    assert texts(world, 1)[-1] == "inbound: since noon"
    assert texts(world)[-1] == "inbound: row 10"
    assert world.differences() == []


def test_the_emoji_says_what_came_of_it_also_where_it_is_a_ticket_already(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    other = world.says(world.zoe, "And exports are slow")
    world.slack.people.reacts(world.people["sam"], other, "ticket")
    world.slack.people.reacts(world.people["ben"], asked, "ticket")
    world.settle()
    first, second = world.tickets
    assert f"Opens ticket {second.number}" in world.said_to("sam", world.shared)[-1]
    assert f"That is ticket {first.number} already" in world.said_to("ben", world.shared)[-1]


def test_an_agent_who_mentions_the_app_hears_what_it_can_do(world: SlackWorld) -> None:
    bot = world.installation.bot_user_id
    world.says(world.people["sam"], f"<@{bot}> what now?")
    [told] = world.said_to("sam", world.shared)
    assert "/ticket" in told
    assert ">>" in told
    assert world.tickets == []


def test_an_answer_to_a_message_that_is_gone_says_what_it_answers_and_its_agent_hears_it(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    world.passes(seconds=5)
    number = world.tickets[0].number
    actions.assign(number, "sam", by="agent:sam", now=world.now)
    world.slack.people.deletes(world.zoe, asked)
    world.settle()
    actions.answer(number, MessageText(text="Please restart it", author_name="Sam"), by="agent:sam", now=world.now)
    world.passes(seconds=5)
    [shown] = world.slack.screen.channel(world.shared)
    assert "Our import stops" in shown
    assert "Please restart it" in shown
    assert texts(world)[-1].startswith("note: @sam: what it answers was deleted in Slack")

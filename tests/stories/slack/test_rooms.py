"""What becomes of the channels customers write in: who is told, and that nothing written there is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rung.channels.slack.connection import disconnect
from rung.channels.slack.events import catch_up
from rung.channels.slack.models import PersonSeen, SlackChannel, Workspace
from rung.outbox.models import Delivery
from rung.people.models import Customer, Requester
from rung.tickets import actions
from rung.tickets.message_rows import MessageText
from tests.stories.slack.test_coming_in import texts
from tests.stories.slack.world import SlackWorld


@pytest.fixture(autouse=True)
def nothing_wanted() -> Iterator[None]:
    """What one story wants fetched is no other's."""
    catch_up.wanted.clear()
    yield
    catch_up.wanted.clear()


def fetches(world: SlackWorld) -> None:
    """What runs beside the sorter does, if something was found to be fetched."""
    assert catch_up.wanted.is_set()
    catch_up.wanted.clear()
    catch_up.catch_up(world.now)
    world.settle()


def owners_hear(world: SlackWorld) -> list[str]:
    """What the desk's owner was told of Slack, and not by Slack."""
    found = Delivery.objects.filter(subject="alert", recipient="agent:carla").exclude(channel="slack").order_by("pk")
    return list(found.values_list("words", flat=True))


def row(world: SlackWorld) -> SlackChannel:
    return SlackChannel.objects.get(channel=world.shared.id)


def test_the_bot_put_out_and_invited_again_hears_what_was_written_meanwhile(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    catch_up.catch_up(world.now)
    world.passes(minutes=5)
    world.slack.rooms.puts_out(world.people["sam"], world.installation, world.shared)
    world.settle()
    [told] = owners_hear(world)
    assert told == (
        "The app is not in #acme-support any more. Write /invite there: what is written meanwhile is then fetched. "
        "If it is meant, stop watching the channel. Open tickets there: 1."
    )
    world.passes(minutes=5)
    world.slack.people.says(world.zoe, world.shared, "It is row ten", thread=asked)
    world.slack.people.says(world.max, world.shared, "And exports are slow")
    world.passes(minutes=5)
    assert len(world.tickets) == 1
    world.slack.rooms.invites(world.people["sam"], world.installation, world.shared)
    world.settle()
    fetches(world)
    first, second = world.tickets
    assert texts(world, first.number)[-1] == "inbound: It is row ten"
    assert second.subject == "And exports are slow"
    assert round((world.now - second.opened_at).total_seconds()) == 300  # it counts from when it was written
    assert len(owners_hear(world)) == 1
    assert world.differences() == []


def test_archived_and_back(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    world.slack.rooms.archives(world.people["sam"], world.shared)
    world.settle()
    [told] = owners_hear(world)
    assert told.startswith("#acme-support was archived: nobody can write there, and answers do not arrive.")
    actions.assign(world.tickets[0].number, "sam", by="agent:sam", now=world.now)
    actions.answer(world.tickets[0].number, MessageText(text="Try again"), by="agent:sam", now=world.now)
    world.passes(minutes=1)
    assert "did not reach them: Slack: the channel is archived" in "".join(world.direct("sam"))
    world.slack.rooms.unarchives(world.people["sam"], world.shared)
    world.settle()
    assert row(world).is_archived is False
    world.slack.deliveries.lost = True
    world.slack.people.says(world.zoe, world.shared, "Are you there?", thread=asked)
    world.slack.deliveries.lost = False
    fetches(world)
    assert texts(world, world.tickets[0].number)[-1] == "inbound: Are you there?"


def test_renamed_and_made_private_it_is_heard_as_before(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    world.slack.rooms.renames(world.shared, "acme-vip")
    world.slack.rooms.makes_private(world.shared)
    world.says(world.zoe, "It is row ten", thread=asked)
    world.says(world.people["sam"], "Leave it out", thread=asked)
    [ticket] = world.tickets
    assert (ticket.turn, row(world).name) == ("customer", "acme-vip")
    actions.answer(ticket.number, MessageText(text="Better now?", author_name="Sam"), by="agent:sam", now=world.now)
    world.passes(seconds=5)
    assert world.thread(asked)[-1] == "Sam: Better now?"
    world.slack.rooms.puts_out(world.people["sam"], world.installation, world.shared)
    world.settle()
    assert owners_hear(world)[0].startswith("The app is not in #acme-vip any more.")


def test_shared_with_the_customer_no_more_the_owners_hear_it(world: SlackWorld) -> None:
    world.says(world.zoe, "Our import stops")
    world.slack.rooms.unshares(world.shared, world.acme.id)
    world.settle()
    [told] = owners_hear(world)
    assert told == (
        "#acme-support is shared with no other company any more: who wrote from outside can neither read nor write "
        "there. Answer open tickets elsewhere, or share it again. Open tickets there: 1."
    )
    assert row(world).is_external is False


def test_a_channel_nobody_watches_is_nobodys_news(world: SlackWorld) -> None:
    general = world.slack.channel(world.team, "general", *world.people.values(), world.slack.bot_of(world.installation))
    world.knows(general)
    world.slack.rooms.puts_out(world.people["sam"], world.installation, general)
    world.settle()
    assert owners_hear(world) == []
    assert SlackChannel.objects.get(channel=general.id).is_member is False


def test_a_customer_given_another_channel_keeps_their_tickets(world: SlackWorld) -> None:
    """What is open goes on where it was asked; what they ask next is asked in the new channel."""
    asked = world.says(world.zoe, "Our import stops")
    bot = world.slack.bot_of(world.installation)
    fresh = world.slack.channel(
        world.team, "acme-new", *world.people.values(), bot, world.zoe, world.max, shared_with=(world.acme,)
    )
    world.knows(fresh, watched=True, customer=Customer.objects.get(name="Acme"), is_external=True)
    SlackChannel.objects.filter(channel=world.shared.id).update(watched=False)
    world.passes(minutes=20)
    world.says(world.zoe, "It is row ten", thread=asked)
    elsewhere = world.says(world.zoe, "And exports are slow", fresh)
    first, second = world.tickets
    assert texts(world, first.number)[-1] == "inbound: It is row ten"
    assert second.customer_id == first.customer_id
    actions.answer(second.number, MessageText(text="We look", author_name="Sam"), by="agent:sam", now=world.now)
    world.passes(seconds=5)
    assert world.thread(elsewhere)[-1] == "Sam: We look"


def test_a_workspace_moved_into_an_organisation_keeps_its_people_and_hears_what_was_written(world: SlackWorld) -> None:
    asked = world.says(world.zoe, "Our import stops")
    world.passes(minutes=20)
    world.team.enterprise_id = "E0RUNG"
    world.slack.deliveries.lost = True
    world.slack.people.says(world.zoe, world.shared, "It is row ten", thread=asked)
    world.slack.deliveries.lost = False
    disconnect.look(world.now)
    assert Workspace.objects.get().enterprise == "E0RUNG"
    assert not PersonSeen.objects.exists()
    fetches(world)
    world.says(world.people["sam"], "Leave it out", thread=asked)
    [ticket] = world.tickets
    assert texts(world, ticket.number)[1:] == ["inbound: It is row ten", "public: Leave it out"]
    assert ticket.turn == "customer"
    disconnect.look(world.now)
    assert not catch_up.wanted.is_set()  # told once


def test_a_stranger_who_presses_or_looks_leaves_nothing_here(world: SlackWorld) -> None:
    Workspace.objects.update(acknowledgement="We have it.")
    asked = world.says(world.zoe, "Our import stops")
    world.passes(seconds=5)
    globex = world.slack.team("Globex")
    stranger = world.slack.user(globex, "kim")
    world.slack.people.joins(stranger, world.shared)
    world.settle()
    before = set(Requester.objects.values_list("pk", flat=True))
    acknowledged = world.shared.thread(asked.ts)[-1]
    [action] = [one["action_id"] for block in acknowledged.blocks for one in block.get("elements", ())
                if "action_id" in one][:1]  # fmt: skip
    world.presses(stranger, acknowledged, action)
    assert world.said_to(stranger, world.shared)[-1] == "Only the people who asked may do that."
    guest = world.slack.user(world.team, "gus", is_restricted=True)
    world.slack.hands.opens_home(guest)
    world.settle()
    assert set(Requester.objects.values_list("pk", flat=True)) == before
    assert world.events("offered") == []

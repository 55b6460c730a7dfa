"""The Home tab of somebody who has it open shows what is so now, and Slack is asked to draw no more than that takes."""

from __future__ import annotations

from datetime import timedelta

from rung.channels.slack.home import open_tabs
from rung.channels.slack.models import HomeTab
from tests.fakes.slack.model import User
from tests.stories.slack.world import SlackWorld


def shown(world: SlackWorld, user: User) -> str:
    return "\n".join(world.slack.screen.blocks(world.slack.hands.home(user).payload["blocks"]))


def looks(world: SlackWorld) -> int:
    """The next round of what runs beside the sorter."""
    world.now += open_tabs.LOOK_EVERY
    return open_tabs.redraw(world.now)


def published(world: SlackWorld) -> int:
    return sum(1 for call in world.slack.dispatcher.calls if call.method == "views.publish")


def test_an_open_home_tab_follows_what_happens(world: SlackWorld) -> None:
    sam, ben = world.people["sam"], world.people["ben"]
    for user in (sam, ben):
        world.slack.hands.opens_home(user)
    world.settle()
    assert "Our import stops" not in shown(world, sam)
    before = published(world)
    assert looks(world) == 0  # nothing has changed
    world.says(world.zoe, "Our import stops")
    assert looks(world) == 2
    assert "Our import stops" in shown(world, sam)
    card = world.cards("triage")[0]
    world.presses("sam", card, "rung:take")
    assert looks(world) == 2
    assert "Mine (1)" in shown(world, sam)
    assert "Unassigned (0)" in shown(world, ben)
    assert looks(world) == 0
    assert published(world) - before == 4


def test_a_home_tab_opened_long_ago_is_left_until_it_is_opened_again(world: SlackWorld) -> None:
    sam = world.people["sam"]
    world.slack.hands.opens_home(sam)
    world.settle()
    world.passes(minutes=31)
    world.says(world.zoe, "Our import stops")
    before = published(world)
    assert looks(world) == 0
    assert (published(world), HomeTab.objects.count()) == (before, 0)
    world.slack.hands.opens_home(sam)
    world.settle()
    assert "Our import stops" in shown(world, sam)


def test_a_hundred_open_tabs_stay_within_what_slack_grants(world: SlackWorld) -> None:
    """Tier 4: 100 a minute. Every tab is drawn, none twice, and a refusal only waits for the next round."""
    world.slack.hands.opens_home(world.people["sam"])
    world.settle()
    row = HomeTab.objects.get()
    others = [world.slack.user(world.team, f"guest{n}", is_restricted=True) for n in range(24)]
    HomeTab.objects.bulk_create(
        HomeTab(workspace=row.workspace, user=user.id, opened_at=world.now, looked_at=world.now, drawn="older")
        for user in others
    )
    world.says(world.zoe, "Our import stops")
    world.slack.faults.rate_limited("views.publish", retry_after=5, times=3)
    began, before = world.now, published(world)
    rounds = []
    while HomeTab.objects.filter(drawn="older").exists():
        rounds.append(looks(world))
        assert len(rounds) < 8
    assert sum(rounds) == 25
    assert max(rounds) <= open_tabs.AT_ONCE
    assert published(world) - before == 28  # with the three that were refused
    assert world.now - began <= timedelta(minutes=1)
    assert all(world.slack.hands.home(user) for user in others)

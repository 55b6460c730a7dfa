"""The page on which an owner connects Slack and chooses where customers write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client

from rung.channels.slack.api import clients
from rung.channels.slack.connection import manifest
from rung.channels.slack.models import SlackChannel, Workspace
from rung.people.models import Customer
from rung.policies.versions import compiled, current_number
from tests.fakes.slack import FakeSlack
from tests.web.pages import source

PAGE = "/inboxes/slack"


@pytest.fixture
def slack(settings: LazySettings) -> Iterator[FakeSlack]:
    made = FakeSlack()
    settings.SLACK_API_URL = made.api_url
    settings.BASE_URL = "https://desk.example"
    yield made
    made.close()


def test_only_owners_see_tokens_and_channels(signed_in: Callable[[str], Client]) -> None:
    assert signed_in("sam").get(PAGE).status_code == 403
    assert signed_in("olga").get(PAGE).status_code == 200


def test_the_manifest_is_for_this_desk(signed_in: Callable[[str], Client], slack: FakeSlack) -> None:
    page = signed_in("olga").get(PAGE).content.decode()
    assert "https://desk.example/slack/events" in page
    assert "https://desk.example/slack" not in signed_in("olga").get(PAGE + "?by=socket").content.decode()


def test_a_workspace_is_connected_and_a_channel_given_to_a_customer(
    signed_in: Callable[[str], Client], slack: FakeSlack
) -> None:
    team = slack.team("Acme Desk")
    general = slack.channel(team, "acme-support")
    token = slack.token_of(slack.install(team))
    olga = signed_in("olga")
    page = olga.post(PAGE, {"do": "connect", "token": token, "signing_secret": "s"}, follow=True).content.decode()
    assert "Acme Desk is connected; the app sees 1 channels." in page
    assert token not in page
    acme = Customer.objects.create(name="Acme")
    row = SlackChannel.objects.get(channel=general.id)
    choice = {"do": "watch", "channel": row.pk, "watched": "1", "customer": acme.pk, "colleagues": "customer"}
    assert "Customers may write in #acme-support." in olga.post(PAGE, choice, follow=True).content.decode()
    row.refresh_from_db()
    assert (row.watched, row.customer, row.colleagues, row.is_member) == (True, acme, "customer", True)
    olga.post(PAGE, {"do": "watch", "channel": row.pk})
    row.refresh_from_db()
    assert row.watched is False

    olga.post(PAGE, {"do": "app", "client_id": "1.2", "client_secret": "hush-1", "signing_secret": "hush-2"})
    log = source(olga.get("/settings/log?area=settings"))
    for told in ("connected Slack workspace Acme Desk", "changed channel acme-support", "added Slack app"):
        assert told in log
    assert not any(secret in log for secret in (token, "hush-1", "hush-2"))


def test_within_the_guide_slack_is_connected_checked_and_the_team_s_channels_are_chosen(
    signed_in: Callable[[str], Client], slack: FakeSlack
) -> None:
    team = slack.team("Acme Desk")
    for name in ("triage", "escalations"):
        slack.channel(team, name)
    form = {"do": "connect", "token": slack.token_of(slack.install(team)), "signing_secret": "s", "back": "guide"}
    olga = signed_in("olga")
    page = olga.post(PAGE, form, follow=True).content.decode()
    assert "Acme Desk is connected; the app sees 2 channels." in page
    assert "Where do your customers write?" in page
    assert 'href="/start?way=slack&amp;check=1#channel"' in page
    assert 'aria-label="What needs fixing"' in olga.get("/start?way=slack&check=1").content.decode()
    chosen = {"do": "places", "back": "guide", "place-triage": "#triage", "place-L2": "#escalations", "place-L1": "#x"}
    page = olga.post(PAGE, chosen, follow=True).content.decode()
    assert "Saved in the policy." in page
    policy = compiled(current_number()).policy
    assert policy.triage_channel == "slack:#triage"
    assert (policy.levels["L1"].channel, policy.levels["L2"].channel) == (None, "slack:#escalations")
    version = current_number()
    olga.post(PAGE, chosen)  # once more changes nothing
    assert current_number() == version


def test_the_app_is_added_by_a_button_and_its_rotating_tokens_are_kept_sealed(
    signed_in: Callable[[str], Client], slack: FakeSlack
) -> None:
    wanted = manifest.manifest("Rung", "https://desk.example", rotate_tokens=True)
    slack.configure(wanted)
    team, app, olga = slack.team("Acme Desk"), slack.state.app, signed_in("olga")
    assert "Add to Slack</a>" not in olga.get(PAGE).content.decode()
    given = {"client_id": app.client_id, "client_secret": app.client_secret, "signing_secret": app.signing_secret}
    assert "are all needed" in olga.post(PAGE, {"do": "app"}, follow=True).content.decode()
    page = olga.post(PAGE, {"do": "app", **given}, follow=True).content.decode()
    assert "Add to Slack</a>" in page
    assert app.client_secret not in page
    to_slack = olga.get(PAGE + "/install").headers["Location"]
    back = slack.allows(team, to_slack)
    page = olga.get(back.removeprefix("https://desk.example"), follow=True).content.decode()
    assert "Acme Desk is connected" in page
    row = Workspace.objects.get()
    assert (row.team, row.app, row.client_id) == (team.id, app.id, app.client_id)
    for sealed in (row.token, row.refresh_token, row.client_secret, row.signing_secret):
        assert sealed.startswith("gAAAA")  # of the vault
    assert row.token_expires_at is not None
    later = row.token_expires_at - timedelta(minutes=30)
    assert clients.client_of(row, later).auth_test()["team_id"] == team.id
    row.refresh_from_db()
    assert row.token_expires_at == later + timedelta(hours=12)


def test_a_code_is_taken_only_from_whoever_set_out_from_here_and_once(
    signed_in: Callable[[str], Client], slack: FakeSlack
) -> None:
    slack.configure(manifest.manifest("Rung", "https://desk.example"))
    app, olga, team = slack.state.app, signed_in("olga"), slack.team("Acme Desk")
    assert "secrets first" in olga.get(PAGE + "/install", follow=True).content.decode()
    given = {"client_id": app.client_id, "client_secret": app.client_secret, "signing_secret": app.signing_secret}
    olga.post(PAGE, {"do": "app", **given})

    def comes_back(address: str) -> str:
        return olga.get(address.removeprefix("https://desk.example"), follow=True).content.decode()

    forged = slack.allows(team, olga.get(PAGE + "/install").headers["Location"]).partition("&state=")[0]
    for address in (f"{forged}&state=guessed", forged, PAGE + "/installed"):
        assert "That did not begin here" in comes_back(address)
    good = slack.allows(team, olga.get(PAGE + "/install").headers["Location"])
    assert signed_in("sam").get(good.removeprefix("https://desk.example")).status_code == 403
    olga = signed_in("olga")
    assert "That did not begin here" in comes_back(good)  # another browser
    denied = slack.allows(team, olga.get(PAGE + "/install").headers["Location"], denies=True)
    assert "Nobody allowed the app in" in comes_back(denied)
    assert not Workspace.objects.exists()
    good = slack.allows(team, olga.get(PAGE + "/install").headers["Location"])
    assert "is connected" in comes_back(good)
    assert "That did not begin here" in comes_back(good)


def test_an_organisation_is_added_by_the_same_button(signed_in: Callable[[str], Client], slack: FakeSlack) -> None:
    slack.configure(manifest.manifest("Rung", "https://desk.example", organisation=True))
    north, south = slack.team("North", "E0GRID"), slack.team("South", "E0GRID")
    slack.install_org("E0GRID", (north, south))
    app, olga = slack.state.app, signed_in("olga")
    given = {"client_id": app.client_id, "client_secret": app.client_secret, "signing_secret": app.signing_secret}
    olga.post(PAGE, {"do": "app", **given})
    back = slack.allows(south, olga.get(PAGE + "/install").headers["Location"])
    olga.get(back.removeprefix("https://desk.example"))
    row = Workspace.objects.get()
    assert (row.team, row.is_org_wide, row.teams) == ("E0GRID", True, sorted([north.id, south.id]))


def test_who_is_an_agent_is_chosen_by_group(signed_in: Callable[[str], Client], slack: FakeSlack) -> None:
    team = slack.team("Acme Desk")
    group = slack.usergroup(team, "support", slack.user(team, "dan"))
    olga = signed_in("olga")
    olga.post(PAGE, {"do": "connect", "token": slack.token_of(slack.install(team)), "signing_secret": "s"})
    row = Workspace.objects.get()
    form = {"do": "workspace", "workspace": row.pk, "agent_group": "@nobody"}
    assert "There is no user group @nobody" in olga.post(PAGE, form, follow=True).content.decode()
    olga.post(PAGE, form | {"agent_group": "@support"})
    row.refresh_from_db()
    assert (row.agent_group, row.agent_group_name, row.admits) == (group, "support", False)


def test_what_is_wrong_is_said(signed_in: Callable[[str], Client], slack: FakeSlack) -> None:
    olga = signed_in("olga")
    wrong = {"do": "connect", "token": "xoxb-wrong", "signing_secret": "s"}
    assert "the token is not valid any more" in olga.post(PAGE, wrong, follow=True).content.decode()
    assert not Workspace.objects.exists()
    assert "There is no such form." in olga.post(PAGE, {"do": "dance"}, follow=True).content.decode()
    assert "All is well." in olga.get(PAGE + "?check=1").content.decode()


def test_a_newcomer_watches_a_day_in_slack_picture_by_picture(signed_in: Callable[[str], Client]) -> None:
    otto = signed_in("otto")
    first = otto.get(PAGE + "/sample").content.decode()
    assert "A quiet Tuesday" in first
    assert 'http-equiv="refresh"' not in first
    fourth = otto.get(PAGE + "/sample?picture=3&play=1").content.decode()
    for words in ("10:31", "#triage", "#escalations", "still needs somebody", 'content="6;url=?picture=4&amp;play=1"'):
        assert words in fourth
    last = otto.get(PAGE + "/sample?picture=999&play=1").content.decode()
    assert "Zoe gives a five" in last
    assert 'http-equiv="refresh"' not in last
    assert otto.get(PAGE + "/sample?picture=x").status_code == 200

"""The page on which an owner connects Slack and chooses where customers write."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import LazySettings
from django.test import Client

from rung.channels.slack.models import SlackChannel, Workspace
from rung.people.models import Customer
from tests.fakes.slack import FakeSlack

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


def test_what_is_wrong_is_said(signed_in: Callable[[str], Client], slack: FakeSlack) -> None:
    olga = signed_in("olga")
    wrong = {"do": "connect", "token": "xoxb-wrong", "signing_secret": "s"}
    assert "the token is not valid any more" in olga.post(PAGE, wrong, follow=True).content.decode()
    assert not Workspace.objects.exists()
    assert "That form is not known here." in olga.post(PAGE, {"do": "dance"}, follow=True).content.decode()
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

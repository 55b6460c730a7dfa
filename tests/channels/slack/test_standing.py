"""A customer is told from an agent on every message and press, and what is not certain is no agent (1.6)."""

import pytest
from msgspec.structs import replace

from rung.channels.slack.people.affiliation import (
    Colleagues,
    Profile,
    Standing,
    Workspace,
    profile_of,
    standing,
)

OURS = Workspace(team="T1", bot_user="UBOT")
GRID = Workspace(team="T1", enterprise="E1", bot_user="UBOT")
ANN = Profile(team="T1", user="U1")


@pytest.mark.parametrize(
    ("profile", "is_agent", "expected"),
    [
        (ANN, True, Standing.AGENT),
        (ANN, False, Standing.COLLEAGUE),
        (replace(ANN, is_guest=True), False, Standing.CUSTOMER),
        (replace(ANN, team="T2"), False, Standing.CUSTOMER),
        (replace(ANN, is_stranger=True), True, Standing.CUSTOMER),
        (replace(ANN, is_deleted=True), True, Standing.CUSTOMER),
        (replace(ANN, is_bot=True), True, Standing.BOT),
        (replace(ANN, user="UBOT", is_bot=True), False, Standing.OURSELVES),
        (replace(ANN, team=""), False, Standing.CUSTOMER),
        (None, True, Standing.CUSTOMER),
    ],
)
def test_what_somebody_is(profile: Profile | None, is_agent: bool, expected: Standing) -> None:
    assert standing(profile, OURS, is_agent=is_agent) is expected


def test_an_outsider_on_our_list_of_agents_is_an_agent() -> None:
    assert standing(replace(ANN, team="T2"), OURS, is_agent=True) is Standing.AGENT


def test_another_workspace_of_our_own_organisation_is_not_a_customer() -> None:
    other = replace(ANN, team="T2", enterprise="E1")
    assert standing(other, GRID, is_agent=False) is Standing.COLLEAGUE
    assert standing(replace(other, enterprise="E2"), GRID, is_agent=False) is Standing.CUSTOMER


def test_a_channel_may_count_our_own_people_as_customers() -> None:
    found = standing(ANN, OURS, is_agent=False, colleagues=Colleagues.CUSTOMER)
    assert found is Standing.CUSTOMER


def test_a_profile_is_read_from_users_info() -> None:
    user = {
        "id": "U1",
        "team_id": "T1",
        "is_stranger": False,
        "is_restricted": True,
        "deleted": False,
        "is_bot": False,
        "enterprise_user": {"enterprise_id": "E1"},
    }
    assert profile_of(user) == Profile(team="T1", user="U1", enterprise="E1", is_guest=True)

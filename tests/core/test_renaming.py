"""Something of a policy gets another name: wherever it is mentioned, and nowhere else."""

import pytest

from rung.core.document.intents import document
from rung.core.document.renaming import channels, in_prose, mentions, renamed
from rung.core.document.tree import CannotEdit
from rung.policies.reading import check_policy
from tests.reference import REFERENCE


@pytest.mark.parametrize(
    ("what", "old", "new", "changed"),
    [
        ("levels", "L1", "First line", 6),
        ("levels", "management", "board", 7),
        ("paths", "billing", "money", 3),
        ("calendars", "office", "Berlin office", 8),
        ("teams", "leads", "team leads", 6),
        ("schedules", "engineering-on-call", "duty", 2),
        ("replies", "still-there", "nudge", 2),
        ("categories", "sso", "single sign-on", 2),
        ("categories", "billing", "money", 3),
        ("channels", "slack:#triage", "slack:#inbox", 2),
        ("channels", "slack:#leads", "slack:#heads", 3),
    ],
)
def test_every_mention_of_the_reference_policy_changes_and_no_other_line(
    what: str, old: str, new: str, changed: int
) -> None:
    after = renamed(REFERENCE, what, old, new)
    policy, findings = check_policy(after, "policy.yaml")
    assert policy is not None
    assert [str(each) for each in findings] == []
    pairs = zip(REFERENCE.splitlines(), after.splitlines(), strict=True)
    assert sum(before != now for before, now in pairs) == changed
    assert mentions(after, what, old) == []
    assert renamed(after, what, new, old) == REFERENCE


def test_comments_and_running_text_keep_the_old_name() -> None:
    after = renamed(REFERENCE, "levels", "L1", "First")
    assert "Diagnoses what L1 could not" in after
    assert in_prose(REFERENCE, "L1") == [
        number for number, line in enumerate(REFERENCE.splitlines(), 1) if "what L1 could not" in line
    ]
    assert [line for line in after.splitlines() if "#" in line and "slack" not in line] == [
        line for line in REFERENCE.splitlines() if "#" in line and "slack" not in line
    ]


def test_a_level_keeps_the_team_it_was_named_after() -> None:
    text = "teams: {support: {}}\nlevels:\n  support: {calendar: always}  # all of us\npaths: {p: [support]}\n"
    assert document(renamed(text, "levels", "support", "First"))["levels"] == {
        "First": {"calendar": "always", "team": "support"}
    }
    assert document(renamed(text, "teams", "support", "crew"))["levels"] == {
        "support": {"calendar": "always", "team": "crew"}
    }


def test_what_an_anchor_shares_is_left_to_the_text() -> None:
    text = "levels: {L1: {team: a}, L2: {team: a}}\npaths:\n  p: &both [L1, L2]\n  q: *both\n"
    with pytest.raises(CannotEdit, match="shared with another place"):
        renamed(text, "levels", "L1", "First")


def test_the_channels_of_a_policy_are_known_by_its_places() -> None:
    assert channels(document(REFERENCE), ("slack:#",)) == [
        "slack:#triage", "slack:#escalations", "slack:#eng-escalations", "slack:#billing", "slack:#leads",
    ]  # fmt: skip

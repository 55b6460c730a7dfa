"""The policy's pages: the handbook, the text with its findings, review, publishing, versions, and the way back."""

from typing import Any

from rung.policies.models import PolicyVersion
from rung.policies.versions import compiled
from rung.tickets.models import Ticket
from tests.api.conftest import POLICY

CHANGED = POLICY.replace("first_response: 1h", "first_response: 2h")


def test_the_handbook_is_written_from_the_policy(signed_in: Any, desk: Any) -> None:
    page = signed_in("otto").get("/policy").content.decode()
    assert "Diagnoses." in page
    assert "<svg" in page
    assert 'href="/policy/edit"' not in page


def test_findings_name_line_and_the_nearest_right_name(signed_in: Any, desk: Any) -> None:
    broken = POLICY.replace("clock: first_response", "clock: first_reply")
    page = signed_in("sam").post("/policy/findings", {"text": broken}).content.decode()
    line = broken.splitlines().index("    clock: first_reply") + 1
    assert f'data-line="{line}"' in page
    assert "first_response" in page


def test_a_text_with_mistakes_goes_no_further_and_is_not_lost(signed_in: Any, desk: Any) -> None:
    answer = signed_in("sam").post("/policy/review", {"text": "name: X\nlevles: {}\n", "publish": "1"})
    assert answer.status_code == 422
    assert "levles: {}" in answer.content.decode()
    assert PolicyVersion.objects.count() == 1


def test_review_shows_what_would_change_and_publishes_it(signed_in: Any, opened: Any) -> None:
    number = opened()
    sam = signed_in("sam")
    page = sam.post("/policy/review", {"text": CHANGED}).content.decode()
    assert "<del>1h</del>" in page
    assert "<ins>2h</ins>" in page
    assert PolicyVersion.objects.count() == 1
    done = sam.post(
        "/policy/review", {"text": CHANGED, "publish": "1", "reason": "More time", "running": "1"}, follow=True
    ).content.decode()
    assert "Version 2 is in force for new tickets. 1 open ticket is judged by it too." in done
    assert Ticket.objects.get(number=number).policy == 2
    versions = sam.get("/policy/versions").content.decode()
    assert "More time" in versions
    assert "<ins>2h</ins>" in sam.get("/policy/versions/2").content.decode()


def test_an_old_version_comes_back_by_publishing_it_again(signed_in: Any, desk: Any) -> None:
    sam = signed_in("sam")
    sam.post("/policy/review", {"text": CHANGED, "publish": "1"})
    old = sam.get("/policy/edit", {"from": "1"}).content.decode()
    assert "first_response: 1h" in old
    sam.post("/policy/review", {"text": POLICY, "publish": "1", "reason": "Back"})
    assert compiled(3).policy.targets[0].first_response == compiled(1).policy.targets[0].first_response


def test_only_a_lead_changes_the_policy(signed_in: Any, desk: Any) -> None:
    for handle in ("ben", "otto"):
        assert signed_in(handle).post("/policy/review", {"text": CHANGED, "publish": "1"}).status_code == 403
    assert PolicyVersion.objects.count() == 1


def test_the_receipt_accounts_for_every_clock_and_can_be_taken_along(signed_in: Any, opened: Any) -> None:
    number = opened()
    otto = signed_in("otto")
    page = otto.get(f"/tickets/{number}/why").content.decode()
    assert "First answer" in page
    assert "met so far" in page
    assert "Nobody has answered, 100%" not in page  # it is ahead, not refused
    assert otto.get(f"/tickets/{number}/why", {"as": "json"}).json()["policy"] == 1
    assert "CLOCKS" in otto.get(f"/tickets/{number}/why", {"as": "text"}).content.decode()

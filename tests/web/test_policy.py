"""The policy's pages: the handbook, the text with its findings, review, publishing, versions, and the way back."""

import threading
from typing import Any

import pytest

from rung.people.clock import database_now
from rung.policies.models import Draft, PolicyVersion
from rung.policies.publishing import publish
from rung.policies.versions import compiled, current_number
from rung.tickets.models import Ticket
from rung.web.policy.studio import checking
from tests.api.conftest import POLICY
from tests.web.pages import source

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
    page = source(sam.post("/policy/review", {"text": CHANGED}))
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
    old = sam.get("/policy/text", {"from": "1"}).content.decode()
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


def test_every_sentence_of_the_handbook_links_to_its_line(signed_in: Any, desk: Any) -> None:
    page = signed_in("otto").get("/policy").content.decode()
    line = POLICY.splitlines().index("    clock: first_response")
    assert f'<a class="line" href="/policy/versions/1#line-{line}"' in page
    assert f'<tr id="line-{line}">' in signed_in("otto").get("/policy/versions/1").content.decode()


def test_handbook_and_pictures_can_be_taken_along(signed_in: Any, desk: Any) -> None:
    otto = signed_in("otto")
    pdf = otto.get("/policy/handbook.pdf")
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert otto.get("/policy/handbook.md").content.decode().startswith("# How ")
    assert otto.get("/policy/ladder-1.png").content.startswith(b"\x89PNG")
    assert otto.get("/policy/coverage.svg").content.startswith(b"<svg")
    assert otto.get("/policy/ladder-99.png").status_code == 404
    assert otto.get("/policy/handbook.docx").status_code == 404


def test_what_changed_for_people_is_told_before_and_after_publishing(signed_in: Any, desk: Any) -> None:
    sam = signed_in("sam")
    assert "What changed for you" in sam.post("/policy/review", {"text": CHANGED}).content.decode()
    sam.post("/policy/review", {"text": CHANGED, "publish": "1"})
    page = sam.get("/policy/versions/2").content.decode()
    assert "What changed for you" in page
    assert "First answer: 2 hours" in page


def test_any_two_versions_are_compared(signed_in: Any, desk: Any) -> None:
    sam = signed_in("sam")
    sam.post("/policy/review", {"text": CHANGED, "publish": "1"})
    sam.post("/policy/review", {"text": CHANGED.replace("first_response: 2h", "first_response: 3h"), "publish": "1"})
    assert "<del>2h</del>" in source(sam.get("/policy/versions/3"))
    assert "<del>1h</del>" in source(sam.get("/policy/versions/3", {"against": "1"}))
    assert "<del>3h</del>" in source(sam.get("/policy/versions/1", {"against": "3"}))


def test_the_review_shows_what_running_tickets_would_meet(signed_in: Any, opened: Any) -> None:
    number = opened()
    sam = signed_in("sam")
    page = source(sam.post("/policy/effects", {"text": CHANGED}))
    assert "<dt>deadlines move</dt> <dd>1</dd>" in page
    assert f'href="/tickets/{number}"' in page
    assert "first answer: <del>" in page
    assert "would keep every deadline" in sam.post("/policy/effects", {"text": POLICY}).content.decode()


WATCHED = POLICY + "publishing: {second_person: true}\n"
WATCHED_CHANGED = CHANGED + "publishing: {second_person: true}\n"


def test_a_draft_waits_and_a_second_person_publishes_it(signed_in: Any, desk: Any) -> None:
    sam, olga = signed_in("sam"), signed_in("olga")
    sam.post("/policy/review", {"text": WATCHED, "publish": "1"})
    assert "Ask a second person" in sam.post("/policy/review", {"text": WATCHED_CHANGED}).content.decode()
    refused = sam.post("/policy/review", {"text": WATCHED_CHANGED, "publish": "1"})
    assert (refused.status_code, PolicyVersion.objects.count()) == (409, 2)
    page = sam.post("/policy/review", {"text": WATCHED_CHANGED, "keep": "1", "reason": "More time"}, follow=True)
    assert "You wrote this." in page.content.decode()
    number = Draft.objects.get().pk
    assert sam.post(f"/policy/drafts/{number}/decide", {"text": WATCHED_CHANGED}).status_code == 409
    assert "More time" in olga.get("/policy/drafts").content.decode()
    assert "<ins>2h</ins>" in olga.get(f"/policy/drafts/{number}").content.decode()
    done = olga.post(f"/policy/drafts/{number}/decide", {"text": WATCHED_CHANGED}, follow=True).content.decode()
    assert "Version 3 is in force" in done
    version = PolicyVersion.objects.get(number=3)
    assert (version.author, version.reviewer, version.reason) == ("agent:sam", "agent:olga", "More time")


def test_a_draft_that_changed_meanwhile_is_shown_again_instead_of_published(signed_in: Any, desk: Any) -> None:
    sam, olga = signed_in("sam"), signed_in("olga")
    sam.post("/policy/review", {"text": CHANGED, "keep": "1"})
    number = Draft.objects.get().pk
    sam.post("/policy/review", {"text": CHANGED.replace("2h", "3h"), "keep": "1"})
    page = olga.post(f"/policy/drafts/{number}/decide", {"text": CHANGED}, follow=True).content.decode()
    assert "The draft has changed since you opened it" in page
    assert PolicyVersion.objects.count() == 1
    olga.post(f"/policy/drafts/{number}/decide", {"withdraw": "1"})
    assert "It was withdrawn." in sam.get(f"/policy/drafts/{number}").content.decode()


def test_whoever_publishes_meanwhile_is_shown_and_no_text_is_lost(signed_in: Any, desk: Any) -> None:
    sam = signed_in("sam")
    assert 'name="against" value="1"' in sam.get("/policy/text").content.decode()
    publish(f"{POLICY}\n# theirs\n", author="agent:olga", now=database_now())
    mine = f"{CHANGED}\n# mine\n"
    review = sam.post("/policy/review", {"text": mine, "against": "1"}).content.decode()
    assert "Somebody has published version 2 while you were editing." in review
    assert "<ins>+ # theirs</ins>" in review
    refused = sam.post("/policy/review", {"text": mine, "publish": "1", "against": "1"})
    assert refused.status_code == 409
    page = source(refused)
    assert "What version 2 changed meanwhile" in page
    assert "# mine" in page
    assert 'name="against" value="2"' in page
    sam.post("/policy/review", {"text": mine, "publish": "1", "against": "2"})
    assert current_number() == 3


def test_what_takes_long_is_checked_once_and_only_the_newest_text_counts(
    signed_in: Any, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end, judged = threading.Event(), threading.Event(), []

    def slow(wish: Any) -> Any:
        judged.append(wish.text)
        begun.set()
        may_end.wait(60)
        return judge(wish)

    judge, now = checking._judge, database_now()
    monkeypatch.setattr(checking, "database_now", lambda: now)
    monkeypatch.setattr(checking, "_judge", slow)
    monkeypatch.setattr(checking, "PATIENCE", 0.01)
    sam = signed_in("sam")
    texts = [f"{CHANGED}\n# {number}\n" for number in range(5)]
    pages = [sam.post("/policy/findings", {"text": texts[0]}).content.decode()]
    assert begun.wait(60)
    pages += [sam.post("/policy/findings", {"text": text}).content.decode() for text in texts[1:]]
    assert all("Still checking" in page and "hx-post" in page for page in pages)
    may_end.set()
    monkeypatch.setattr(checking, "PATIENCE", 60)
    assert "Still checking" not in sam.post("/policy/findings", {"text": texts[4]}).content.decode()
    assert judged == [texts[0], texts[4]]

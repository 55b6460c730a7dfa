"""Long work about a policy: begun on a page, done by the worker, watched until it is over."""

from datetime import timedelta
from typing import Any

import pytest

from rung.insights.errands import DEAD_AFTER, run_errand, taken_up_again
from rung.people.clock import database_now
from rung.policies.models import Errand
from rung.policies.versions import current_number
from rung.tickets.models import Ticket
from rung.web import errands
from tests.web.test_policy import CHANGED


def test_a_replay_waits_for_the_worker_and_shows_what_changes(signed_in: Any, opened: Any) -> None:
    opened()
    sam = signed_in("sam")
    page = sam.post("/policy/replay", {"text": CHANGED, "days": "7"}, headers={"HX-Request": "true"}).content.decode()
    number = Errand.objects.get().pk
    assert "Waiting for the worker" in page
    assert f'hx-get="/policy/errands/{number}"' in page
    run_errand(number)
    done = sam.get(f"/policy/errands/{number}", headers={"HX-Request": "true"}).content.decode()
    assert "Over 1 ticket." in done
    assert "promises broken" in done
    assert "<svg" in done
    assert "hx-get" not in done
    assert "<h1>Replayed over 7 days</h1>" in sam.get(f"/policy/errands/{number}").content.decode()


def test_many_running_tickets_are_left_to_the_worker(
    signed_in: Any, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errands, "AT_ONCE", 0)
    ticket = opened()
    sam = signed_in("sam")
    asked = {"text": CHANGED, "publish": "1", "running": "1"}
    answer = sam.post("/policy/review", asked, follow=True).content.decode()
    errand = Errand.objects.get()
    assert "Version 2 for running tickets" in answer
    assert Ticket.objects.get(number=ticket).policy == 1
    run_errand(errand.pk)
    assert Ticket.objects.get(number=ticket).policy == current_number() == 2
    assert "1 open ticket is judged by it too." in sam.get(f"/policy/errands/{errand.pk}").content.decode()


def test_what_is_stopped_or_cannot_be_read_says_so(signed_in: Any, opened: Any) -> None:
    opened()
    sam = signed_in("sam")
    sam.post("/policy/replay", {"text": CHANGED})
    first = Errand.objects.get()
    assert "Stopped." in sam.post(f"/policy/errands/{first.pk}/stop").content.decode()
    run_errand(first.pk)
    first.refresh_from_db()
    assert first.state == "stopped"
    sam.post("/policy/replay", {"text": "name: X\n"})
    second = Errand.objects.latest("pk")
    run_errand(second.pk)
    assert "a policy needs levels" in sam.get(f"/policy/errands/{second.pk}").content.decode()


def test_an_errand_cut_off_with_its_worker_is_taken_up_again(signed_in: Any, opened: Any) -> None:
    signed_in("sam").post("/policy/replay", {"text": CHANGED})
    old = database_now() - DEAD_AFTER - timedelta(seconds=1)
    Errand.objects.update(state="working", changed_at=old)
    number = Errand.objects.get().pk
    assert taken_up_again() == [number]
    assert taken_up_again() == []
    run_errand(number)
    assert Errand.objects.get().state == "done"

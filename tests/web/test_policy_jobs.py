"""Long work about a policy: begun on a page, done by the worker, watched until it is over."""

import gzip
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from rung.insights.policy_job_progress import LEFT_AFTER
from rung.insights.policy_jobs import DEAD_AFTER, KEPT_FOR, forget_logs, restart_abandoned, run_policy_job
from rung.people.clock import database_now
from rung.policies.models import PolicyJob, UploadedLog
from rung.policies.versions import current_number
from rung.tickets.models import Ticket
from rung.web.policy import jobs
from rung.web.policy.studio import uploaded
from rung.web.policy.studio.uploaded import read_uploaded
from tests.web.pages import source
from tests.web.test_policy import CHANGED


def test_a_replay_waits_for_the_worker_and_shows_what_changes(signed_in: Any, opened: Any) -> None:
    opened()
    sam = signed_in("sam")
    page = sam.post("/policy/replay", {"text": CHANGED, "days": "7"}, headers={"HX-Request": "true"}).content.decode()
    number = PolicyJob.objects.get().pk
    assert "Waiting for the worker" in page
    assert f'hx-get="/policy/jobs/{number}"' in page
    run_policy_job(number)
    done = sam.get(f"/policy/jobs/{number}", headers={"HX-Request": "true"}).content.decode()
    assert "Over 1 ticket." in done
    assert "promises broken" in done
    assert "<svg" in done
    assert "hx-get" not in done
    assert "<h1>Replayed over 7 days</h1>" in source(sam.get(f"/policy/jobs/{number}"))


def test_many_running_tickets_are_left_to_the_worker(
    signed_in: Any, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 0)
    ticket = opened()
    sam = signed_in("sam")
    asked = {"text": CHANGED, "publish": "1", "running": "1"}
    answer = sam.post("/policy/review", asked, follow=True).content.decode()
    job = PolicyJob.objects.get()
    assert "Version 2 for running tickets" in answer
    assert Ticket.objects.get(number=ticket).policy == 1
    run_policy_job(job.pk)
    assert Ticket.objects.get(number=ticket).policy == current_number() == 2
    assert "1 open ticket is judged by it too." in sam.get(f"/policy/jobs/{job.pk}").content.decode()


def test_what_is_stopped_or_cannot_be_read_says_so(signed_in: Any, opened: Any) -> None:
    opened()
    sam = signed_in("sam")
    sam.post("/policy/replay", {"text": CHANGED})
    first = PolicyJob.objects.get()
    assert "Stopped." in sam.post(f"/policy/jobs/{first.pk}/stop").content.decode()
    run_policy_job(first.pk)
    first.refresh_from_db()
    assert first.state == "stopped"
    sam.post("/policy/replay", {"text": "name: X\n"})
    second = PolicyJob.objects.latest("pk")
    run_policy_job(second.pk)
    assert "a policy needs levels" in sam.get(f"/policy/jobs/{second.pk}").content.decode()


def test_an_job_cut_off_with_its_worker_is_restart_abandoned(signed_in: Any, opened: Any) -> None:
    signed_in("sam").post("/policy/replay", {"text": CHANGED})
    old = database_now() - DEAD_AFTER - timedelta(seconds=1)
    PolicyJob.objects.update(state="working", changed_at=old)
    number = PolicyJob.objects.get().pk
    assert [each.pk for each in restart_abandoned()] == [number]
    assert restart_abandoned() == []
    run_policy_job(number)
    assert PolicyJob.objects.get().state == "done"


# --- several at once

PART = {"HX-Request": "true"}


def test_two_leads_see_how_many_are_before_them_and_a_preview_waits_for_no_replay(
    signed_in: Any, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened()
    sam, olga = signed_in("sam"), signed_in("olga")
    sam.post("/policy/replay", {"text": CHANGED})
    page = olga.post("/policy/replay", {"text": CHANGED}, headers=PART).content.decode()
    assert "Waiting: 1 is before it." in page
    monkeypatch.setattr(jobs, "AT_ONCE", 0)
    assert "Waiting for the worker" in olga.post("/policy/effects", {"text": CHANGED}, headers=PART).content.decode()
    first, second, _preview = PolicyJob.objects.order_by("pk")
    run_policy_job(first.pk)
    assert "Waiting for the worker" in olga.get(f"/policy/jobs/{second.pk}", headers=PART).content.decode()


def test_whoever_asks_anew_has_only_the_newest_done(signed_in: Any, opened: Any) -> None:
    opened()
    sam = signed_in("sam")
    sam.post("/policy/replay", {"text": CHANGED})
    sam.post("/policy/replay", {"text": CHANGED, "days": "7"})
    newer, older = PolicyJob.objects.all()
    assert newer.state == "waiting"
    assert "you have started a newer one" in sam.get(f"/policy/jobs/{older.pk}").content.decode()


def test_what_nobody_watches_any_more_is_stopped(signed_in: Any, opened: Any) -> None:
    opened()
    sam = signed_in("sam")
    sam.post("/policy/replay", {"text": CHANGED})
    number = PolicyJob.objects.get().pk
    sam.get(f"/policy/jobs/{number}", headers=PART)
    PolicyJob.objects.update(seen_at=database_now() - LEFT_AFTER - timedelta(seconds=1))
    run_policy_job(number)
    assert "its page was closed" in sam.get(f"/policy/jobs/{number}").content.decode()


# --- a log from elsewhere

LOG = """number,sys_updated_at,opened_at,incident_state,priority
INC1,2026-03-02 09:00:00,2026-03-02 09:00:00,New,2 - High
INC1,2026-03-02 12:30:00,2026-03-02 09:00:00,Closed,2 - High
INC2,2026-03-03 09:00:00,2026-03-03 09:00:00,New,3 - Moderate
INC2,half a row
INC2,2026-03-05 10:00:00,2026-03-03 09:00:00,Closed,3 - Moderate
"""


def sent(name: str, data: bytes) -> dict[str, Any]:
    return {"log": SimpleUploadedFile(name, data)}


def form_of(page: str) -> dict[str, Any]:
    """What the form would send: its chosen options and hidden fields."""
    import re
    from html import unescape

    fields = {name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', page)}
    for name, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.findall(r'<option value="([^"]*)" selected', inside)
        if name.endswith("-word"):
            fields.setdefault(name, [])
            fields[name].append(chosen[0] if chosen else "")
        else:
            fields[name] = unescape(chosen[0]) if chosen else ""
    for name in {name for name in fields if name.endswith("-value")}:
        fields[name] = [unescape(each) for each in re.findall(rf'name="{name}" value="([^"]*)"', page)]
    return fields


def test_an_uploaded_log_is_guessed_replayed_and_deleted(signed_in: Any, desk: Any) -> None:
    sam = signed_in("sam")
    page = sam.post("/policy/replay/upload", sent("incidents.csv.gz", gzip.compress(LOG.encode()))).content.decode()
    assert "How the columns of “incidents.csv.gz” are read" in page
    form = form_of(page)
    assert (form["m-ticket"], form["m-time"], form["m-status"]) == ("number", "sys_updated_at", "incident_state")
    answer = sam.post("/policy/replay/log", {**form, "text": CHANGED}, headers=PART).content.decode()
    job = PolicyJob.objects.get()
    assert f"/policy/jobs/{job.pk}" in answer
    run_policy_job(job.pk, read_uploaded)
    done = sam.get(f"/policy/jobs/{job.pk}").content.decode()
    assert "Over 2 tickets." in done
    assert "1 row does not count" in done
    assert "Replayed over “incidents.csv.gz”" in done
    assert UploadedLog.objects.count() == 0


def test_the_columns_of_an_uploaded_log_are_corrected(signed_in: Any, desk: Any) -> None:
    sam = signed_in("sam")
    form = form_of(sam.post("/policy/replay/upload", sent("log.csv", LOG.encode())).content.decode())
    nameless = sam.post("/policy/replay/log", {**form, "m-ticket": ""}).content.decode()
    assert "Choose the column for: Number of the ticket." in nameless
    again = form_of(source(sam.post("/policy/replay/log", {**form, "m-status": "priority", "again": "1"})))
    assert again["v-status-value"] == ["2 - High", "3 - Moderate"]
    wrong = sam.post("/policy/replay/log", {**form, "m-time-timezone": "Europe/Berln"}).content.decode()
    assert "did you mean &quot;Europe/Berlin&quot;?" in wrong
    assert PolicyJob.objects.count() == 0
    foreign = signed_in("olga").post("/policy/replay/log", form).content.decode()
    assert "not kept any more" in foreign


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("empty.csv", b"\n", "“empty.csv” is empty."),
        ("one.csv", b"number,updated\n", "has no row that fits its heading"),
        ("cut.csv.gz", gzip.compress(LOG.encode() * 500)[:200], "damaged or not whole"),
        ("picture.parquet", b"PAR1 and nothing else", "cannot be read"),
        ("latin.csv", "Nümmer,Zeit\n".encode("latin-1"), "its first line is not UTF-8"),
        ("big.csv", b"x" * 200, "larger than 0 MB"),
    ],
)
def test_a_file_that_is_no_log_is_refused_in_one_sentence(
    signed_in: Any, desk: Any, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, sentence: str
) -> None:
    if name == "big.csv":
        monkeypatch.setattr(uploaded, "LARGEST", 100)
    page = signed_in("sam").post("/policy/replay/upload", sent(name, data)).content.decode()
    assert sentence in page
    assert "log-map" not in page
    assert UploadedLog.objects.count() == 0


def test_a_log_that_unpacks_to_a_flood_is_refused_and_one_left_lying_goes(
    signed_in: Any, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sam = signed_in("sam")
    monkeypatch.setattr(uploaded, "LARGEST_UNPACKED", 100)
    monkeypatch.setattr(uploaded, "LONGEST_HEADING", 70)
    assert (
        "unpacked it is larger"
        in sam.post("/policy/replay/upload", sent("flood.csv.gz", gzip.compress(LOG.encode() * 50))).content.decode()
    )
    sam.post("/policy/replay/upload", sent("log.csv", LOG.encode()))
    assert forget_logs() == 0
    UploadedLog.objects.update(created_at=database_now() - KEPT_FOR - timedelta(seconds=1))
    assert forget_logs() == 1


# --- a simulation


def test_a_simulation_says_what_one_person_more_might_change(signed_in: Any, opened: Any) -> None:
    opened()
    sam = signed_in("sam")
    asked = {"text": CHANGED, "days": "7", "growth": "50", "people": "1", "level": "everybody"}
    sam.post("/policy/simulate", asked, headers=PART)
    job = PolicyJob.objects.get()
    run_policy_job(job.pk)
    done = sam.get(f"/policy/jobs/{job.pk}").content.decode()
    assert "1 person more at everybody" in done
    assert "50 % more tickets" in done
    assert "hours until response, half of the tickets" in done
    assert "<svg" in done

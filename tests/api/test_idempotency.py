"""The same request again gets the same answer and does nothing."""

import json
import threading
from typing import Any

import pytest
from django.db import connection

from rung.tickets.models import Ticket

BODY = {"subject": "Nightly import has stopped", "body": "Since 02:00 nothing arrives."}


def test_the_same_key_and_body_get_the_same_answer(caller: Any) -> None:
    api = caller()
    first, second = (api.post("/tickets", BODY, key="import-1") for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Ticket.objects.count() == 1


def test_another_body_under_the_same_key_is_refused(caller: Any) -> None:
    api = caller()
    api.post("/tickets", BODY, key="import-1")
    answer = api.post("/tickets", BODY | {"subject": "Another"}, key="import-1")
    assert answer.status_code == 422
    assert "used for another request" in answer.json()["error"]
    assert Ticket.objects.count() == 1


def test_a_mistake_may_be_corrected_under_the_same_key(caller: Any) -> None:
    api = caller()
    assert api.post("/tickets", {"subject": "S"}, key="k").status_code == 422
    assert api.post("/tickets", BODY, key="k").status_code == 201


def test_two_callers_may_use_the_same_key(caller: Any) -> None:
    assert caller(agent="sam").post("/tickets", BODY, key="k").status_code == 201
    assert caller(agent="ben").post("/tickets", BODY, key="k").status_code == 201
    assert Ticket.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_duplicates_at_the_same_moment_open_one_ticket(caller: Any) -> None:
    api = caller()
    answers: list[bytes] = []
    ready = threading.Barrier(4)

    def send() -> None:
        ready.wait()
        answers.append(api.post("/tickets", BODY, key="at-once").content)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert json.loads(answers[0])["result"] == "created"
    assert Ticket.objects.count() == 1

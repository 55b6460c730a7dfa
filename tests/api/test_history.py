"""`POST /api/v1/import`: history as lines of JSON."""

import json
from typing import Any

import pytest
from django.test import Client

from rung.api.history import EXAMPLE
from rung.people import tokens
from rung.people.models import Role
from rung.tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db(transaction=True)


def _post(body: str, source: str = "old", role: Role = Role.LEAD) -> Any:
    key = tokens.create(f"{role}-{Ticket.objects.count()}-{source}-{len(body)}-{hash(body)}", role=role)
    return Client().post(
        f"/api/v1/import?source={source}",
        body,
        content_type="application/x-ndjson",
        headers={"Authorization": f"Bearer {key}"},
    )


def test_lines_become_tickets_once(desk: Any) -> None:
    answer = _post(EXAMPLE).json()
    assert (answer["tickets"], answer["messages"], answer["rejected"]) == (1, 1, {})
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.subject, ticket.customer.name) == ("resolved", "The import has stopped", "Acme")
    again = _post(EXAMPLE + "\n").json()
    assert (again["tickets"], again["known"]) == (0, 1)
    assert Message.objects.count() == 1


def test_a_line_that_cannot_be_read_is_told_and_the_others_count(desk: Any) -> None:
    bad = '{"ticket": "1", "time": "0001-01-01T00:00:00Z"}\n{"ticket": "2", "time": "soon"}\noops\n'
    good = json.dumps(
        {"ticket": "3\0" + "x" * 400, "time": "2026-03-02T09:00:00", "message": "a\0b", "author_role": "customer"}
    )
    answer = _post(bad + good + "\n").json()
    assert answer["tickets"] == 1
    assert answer["rejected"] == {"unreadable time": 2, "no JSON object": 1}
    assert answer["rejected_rows"][2]["reason"].startswith("the line is no JSON object, such as {")
    assert [row["row"] for row in answer["rejected_rows"]] == [1, 2, 3]
    assert Message.objects.get().text == "a\ufffdb"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "there is no line of JSON in it"),
        ("a,b\n1,2\n", "it is lines of JSON objects"),
        ('{"tiket": "1", "time": "x"}', 'no column is called "tiket"; did you mean "ticket"?'),
        ('{"ticket": "1"}', "every row needs a `time`"),
        ('{"ticket": "1", "time": "x", "message": "y"}', "a message needs `author_role`"),
    ],
)
def test_a_body_of_another_shape_is_refused_with_a_sentence(desk: Any, body: str, sentence: str) -> None:
    answer = _post(body)
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]


def test_only_a_lead_may(desk: Any) -> None:
    assert _post(EXAMPLE, role=Role.AGENT).status_code == 403


def test_an_import_without_a_source_is_told_which_word_of_the_address_it_lacks(desk: Any) -> None:
    secret = tokens.create("importer", role=Role.LEAD)
    headers = {"Authorization": f"Bearer {secret}"}
    answer = Client().post("/api/v1/import", EXAMPLE, content_type="application/x-ndjson", headers=headers)
    assert answer.status_code == 422
    assert answer.json() == {"error": "Query.source is missing", "place": "query.source"}

"""What pages, links and log lines give away, and to whom: each was once otherwise."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLResolver, get_resolver

from rung.config import log_secrets, logs
from rung.people import providers, sign_in
from rung.people.clock import database_now
from rung.people.models import Agent, Customer, SignInProvider, is_safe_address
from rung.people.requester_lookup import requester_for
from rung.tickets.customer_pass import pass_of, pass_of_person, revoke
from rung.tickets.models import Ticket


def test_files_that_are_not_taken_are_a_sentence_in_bulk(signed_in: Any, opened: Any) -> None:
    number, ben = opened(), signed_in("ben")
    for files, said in (
        ([SimpleUploadedFile(f"{n}.txt", b"x") for n in range(11)], "Not more than"),
        ([SimpleUploadedFile("none.txt", b"")], "is empty"),
    ):
        answer = ben.post("/triage/act", {"action": "resolve", "number": number, "text": "Done.", "files": files})
        page = ben.get(answer["Location"]).content.decode() if answer.status_code == 302 else answer.content.decode()
        assert said in page
    assert Ticket.objects.get(number=number).status == "open"


@pytest.mark.parametrize("path", ["/", "/tickets", "/people", "/you", "/settings", "/account/login/", "/ask"])
def test_no_browser_keeps_a_page(signed_in: Any, path: str) -> None:
    for client in (signed_in("olga"), Client()):
        assert "no-store" in client.get(path).headers["Cache-Control"], path


def test_a_ticket_whose_links_were_taken_back_is_not_behind_the_persons_link_either(
    signed_in: Any, opened: Any
) -> None:
    acme = Customer.objects.create(name="Acme", domains=["acme.example"])
    rita = requester_for(email="rita@acme.example", name="Rita Ray", customer=acme)
    number, other = opened(requester=rita), opened("Another matter", requester=rita)
    everything = pass_of_person(rita.pk, database_now() - timedelta(hours=1))
    signed_in("ben").post(f"/tickets/{number}/link/revoke")
    mine = Client().get(f"/ask/{everything}").content.decode()
    assert "Another matter" in mine
    assert "Nightly import" not in mine
    assert Client().get(f"/ask/{everything}/{number}").status_code == 404
    assert Client().get(f"/ask/{everything}/{other}").status_code == 200
    newer = pass_of_person(rita.pk, database_now() + timedelta(seconds=2))
    assert Client().get(f"/ask/{newer}/{number}").status_code == 200


def test_a_link_to_a_merged_ticket_does_not_lead_around_it(signed_in: Any, opened: Any) -> None:
    acme = Customer.objects.create(name="Acme", domains=["acme.example"])
    rita = requester_for(email="rita@acme.example", name="Rita Ray", customer=acme)
    gone, into = opened(requester=rita, customer=acme), opened("Into", requester=rita, customer=acme)
    link = pass_of(gone, database_now() - timedelta(hours=1))
    Ticket.objects.filter(number=gone).update(merged_into=into)
    assert Client().get(f"/ask/{link}").status_code == 200
    revoke(into, database_now())
    assert Client().get(f"/ask/{link}").status_code == 404


def _written(record: logging.LogRecord) -> str:
    return logs.formatter().format(record)


def _line(message: str, *given: object) -> str:
    return _written(logging.LogRecord("x", logging.WARNING, "x.py", 1, message, given, None))


def test_the_word_of_a_sign_in_link_is_in_no_log(desk: dict[str, Agent], caplog: Any) -> None:
    word = sign_in.issue_link(desk["sam"], now=database_now())
    with caplog.at_level(logging.DEBUG):
        answer = Client(enforce_csrf_checks=True).post(f"/sign-in/{word}")
    assert answer.status_code == 403
    written = [_written(record) for record in caplog.records]
    assert any("/sign-in/" in line for line in written)
    assert not any(word in line for line in written)


def test_every_address_with_a_word_in_it_is_known_to_the_log() -> None:
    """A new page behind a secret word must be named there too."""

    def walk(patterns: list[Any], before: str) -> list[str]:
        found = []
        for each in patterns:
            here = before + str(each.pattern)
            found += walk(each.url_patterns, here) if isinstance(each, URLResolver) else [here]
        return found

    every = [path.replace("^", "") for path in walk(get_resolver().url_patterns, "/")]
    with_words = [path for path in every if "<str:word>" in path or "reset/key" in path]
    assert len(with_words) > 6
    for path in with_words:
        assert path.startswith(log_secrets.PATHS), path


SECRETS = (
    "POST https://hooks.slack.com/actions/T1/2/SECRETSECRET refused",
    "Authorization: Bearer SECRETSECRET",
    "key rung_SECRETSECRETSECRET was sent",
    "xoxb-1-SECRETSECRET and xapp-1-SECRETSECRET",
    "connection to postgresql://rung:SECRETSECRET@db/rung failed",
    "GET /auth?code=SECRETSECRET&state=SECRETSECRET",
    "GET https://desk.example/ask/t12.5f.SECRETSECRET/files/3",
    'answer {"access_token": "SECRETSECRET"}',
    "host=db password=SECRETSECRET user=rung",
    "/account/password/reset/key/1-SECRETSECRET/",
)


@pytest.mark.parametrize("said", SECRETS)
def test_no_secret_is_written(said: str) -> None:
    assert "SECRET" not in _line("%s", said)
    try:
        raise ValueError(said)
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "x.py", 1, "it broke", (), (ValueError, error, error.__traceback__)
        )
    line = _written(record)
    assert "it broke" in line
    assert "SECRETSECRET" not in line


def test_what_is_no_secret_stays() -> None:
    said = "a delivery could not be sent to https://hook.example/in: 500; /tickets/12/answer, /ask, policy.yaml:41"
    assert json.loads(_line("%s", said))["event"] == said


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://localhost@evil.example",
        "https://desk@evil.example",
        "http://acme.example",
        "javascript:alert(1)",
        "https://",
        "https://a b.example",
        "",
    ],
)
def test_a_directory_must_be_at_an_https_address(address: str) -> None:
    assert not is_safe_address(address)
    with pytest.raises(ValidationError):
        SignInProvider(slug="x", name="X", kind="oidc", issuer=address).clean()
    with pytest.raises(ValidationError):
        SignInProvider(slug="x", name="X", kind="saml", sign_in_url=address, domains=["x.example"]).clean()


@pytest.mark.django_db
def test_one_of_the_environment_too() -> None:
    given = {"RUNG_OIDC_ISSUER": "http://localhost.evil.example", "RUNG_OIDC_CLIENT_ID": "desk"}
    assert providers.providers(given) == []
    assert providers.providers(given | {"RUNG_OIDC_ISSUER": "https://id.example"})[0].issuer == "https://id.example"
    assert is_safe_address("http://localhost:8080/realm")

"""Every page and every form on it, with values nobody means well: never a 500, and never shown as markup."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from rung.frame import throttle
from rung.people.clock import database_now
from rung.people.models import Agent, Customer, Role, SignInProvider, Token
from rung.people.requester_lookup import requester_for
from rung.tickets.customer_pass import pass_of
from tests.hostile import MARK, TEXTS

#: What would end the walk, or the session it is made with.
LEFT_OUT = (
    "/healthz",
    "/metrics",
    "/account/logout",
    "/you/signed-out",
    "/sample-day/start",
    "/policy/replay",
    "/policy/simulate",
)
TEXTS_OF_FORMS = [text.encode(errors="replace").decode() for text in TEXTS if len(text) < 100_000] + ["x" * 200_000]


class Forms(HTMLParser):
    """(method, action, names) of every form on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag == "form":
            self.found.append((given.get("method", "get"), given.get("action") or "", []))
        if address := given.get("hx-post"):
            self.found.append(("post", address, ["text"]))
        elif self.found and tag in ("input", "textarea", "select", "button") and given.get("name"):
            self.found[-1][2].append(given["name"])


def patterns(among: list[Any], before: str = "/") -> Iterator[str]:
    for each in among:
        here = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns, here)
        else:
            yield here.replace("^", "").replace("$", "")


@pytest.fixture
def furnished(desk: dict[str, Agent], opened: Any) -> dict[str, str]:
    """What stands for the parts of an address."""
    acme = Customer.objects.create(name="Acme", domains=["acme.example"])
    rita = requester_for(email="rita@acme.example", name="Rita Ray", customer=acme)
    number = opened(requester=rita, customer=acme)
    SignInProvider.objects.create(slug="acme", name="Acme", kind="oidc", issuer="https://id.example")
    Token.objects.create(name="importer", hash="0" * 64, role=Role.OBSERVER)
    return {"number": str(number), "word": pass_of(number, database_now()), "action": "note", "slug": "calendars"}


def addresses(parts: dict[str, str]) -> list[str]:
    found = []
    for path in patterns(get_resolver().url_patterns):
        if path.startswith(("/api/", "/static", *LEFT_OUT)) or "(" in path:
            continue
        found.append(re.sub(r"<(?:\w+:)?(\w+)>", lambda part: parts.get(part[1], "sam"), path))
    return sorted(set(found))


def refuse_bad(answer: Any, what: str) -> None:
    assert answer.status_code < 500, f"{what[:300]}: {answer.status_code}"
    if not answer.streaming and "html" in answer.headers.get("Content-Type", ""):
        assert MARK.encode() not in answer.content, what
        assert b"<img src=x onerror" not in answer.content, what
    assert not any("\r" in value or "\n" in value for value in answer.headers.values()), what


def owner() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(Agent.objects.get(handle="olga"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.slow
def test_every_page_takes_every_query(furnished: dict[str, str]) -> None:
    client = owner()
    for address in addresses(furnished):
        for text in TEXTS_OF_FORMS[:8]:
            query = dict.fromkeys(
                ("q", "cursor", "page", "view", "status", "starts_at", "schedule", "next", "at"), text
            )
            refuse_bad(client.get(address, query), f"GET {address} {text[:40]!r}")


@pytest.mark.slow
def test_every_form_takes_every_value(furnished: dict[str, str]) -> None:
    client, seen = owner(), set()
    for page in addresses(furnished):
        shown = client.get(page)
        if shown.status_code != 200 or shown.streaming or "html" not in shown.headers.get("Content-Type", ""):
            continue
        read = Forms()
        read.feed(shown.content.decode())
        for method, action, names in read.found:
            to = action or page
            kind = (method, re.sub(r"\d+", "0", to.partition("?")[0]), tuple(sorted(set(names))))
            if kind in seen or to.startswith(("http", *LEFT_OUT)):
                continue
            seen.add(kind)
            for text in TEXTS_OF_FORMS:
                throttle.forget()
                given = {name: text for name in names if name not in ("csrfmiddlewaretoken", "sure")}
                send = client.post if method.lower() == "post" else client.get
                if method.lower() != "post" and len(text) > 5_000:
                    continue
                refuse_bad(send(to, given), f"{method} {to} {sorted(given)} {text[:40]!r}")
                if not Agent.objects.filter(handle="olga", is_active=True, role=Role.OWNER).exists():
                    raise AssertionError(f"{to} {text[:40]!r} took the owner away")
    assert len(seen) > 40


@pytest.mark.slow
def test_every_action_takes_no_form_at_all(furnished: dict[str, str]) -> None:
    """A POST to every address: without a field, with fields of no form, and with files where words belong."""
    client = owner()
    for address in addresses(furnished):
        for body in ({}, {"zzz": MARK}, dict.fromkeys(("text", "number", "name", "to", "files", "sure"), MARK)):
            throttle.forget()
            refuse_bad(client.post(address, body), f"POST {address} {sorted(body)}")
        refuse_bad(client.post(address, b"\xff\xfe not a form", content_type="multipart/form-data"), address)
        refuse_bad(client.post(address, b"[" * 50_000, content_type="application/json"), address)

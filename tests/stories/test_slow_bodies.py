"""Clients that never send what they promised take no thread from anybody: a real web process, and 8 to 64 of them."""

import select
import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from rung.config.incoming import BEGINS_WITHIN, OF_ONE
from tests.stories.site import Site

FORM = "application/x-www-form-urlencoded"
SLOW = {
    "/ask": FORM,
    "/account/login/": FORM,
    "/slack/events": "application/json",
    "/api/v1/tickets": "application/json",
}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    site = Site()
    site.build()
    site.start("web")
    site.is_up("web")
    yield site
    site.tear_down()


def promises(site: Site, path: str, *, length: str = "Content-Length: 1000000", key: str = "") -> socket.socket:
    """A request of which one byte comes."""
    client = socket.create_connection(("127.0.0.1", site.port))
    head = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{site.port}", f"Content-Type: {SLOW[path]}", length]
    head += ["Idempotency-Key: slow", *([f"Authorization: Bearer {key}"] if key else [])]
    body = "1\r\na\r\n" if "chunked" in length else "a"
    client.sendall("\r\n".join([*head, "", body]).encode())
    return client


def answered(client: socket.socket, within: float) -> str:
    client.settimeout(within)
    said = b""
    while b"\r\n" not in said:
        if not (more := client.recv(4096)):
            break
        said += more
    return said.partition(b"\r\n")[0].decode()


def is_served(site: Site) -> float:
    """The longest somebody else waits for a page and for a call, in seconds."""
    worst = 0.0
    for path in ("/account/login/", "/ask", "/api/v1/tickets"):
        began = time.monotonic()
        answer = httpx.get(f"{site.address}{path}", headers={"Authorization": f"Bearer {site.key}"}, timeout=9)
        assert answer.status_code == 200, answer.text
        worst = max(worst, time.monotonic() - began)
    return worst


@pytest.mark.parametrize("length", ["Content-Length: 1000000", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("path", SLOW)
def test_others_are_served_meanwhile(site: Site, path: str, length: str) -> None:
    clients = [promises(site, path, length=length, key=site.key) for _ in range(16)]
    try:
        assert is_served(site) < BEGINS_WITHIN - 1
        assert not select.select(clients, [], [], 0)[0], "they are waited for, not refused"
    finally:
        for client in clients:
            client.close()


def test_a_key_that_is_none_is_refused_before_the_body_has_come(site: Site) -> None:
    for key in ("", "rung_wrong"):
        client = promises(site, "/api/v1/tickets", key=key)
        assert answered(client, 8).startswith("HTTP/1.1 401"), site.log("web")
        client.close()


def test_a_body_that_does_not_come_is_given_up(site: Site) -> None:
    client = promises(site, "/ask")
    began = time.monotonic()
    assert answered(client, BEGINS_WITHIN + 10).startswith("HTTP/1.1 408")
    assert time.monotonic() - began > BEGINS_WITHIN - 1
    assert client.recv(1000) is not None
    client.close()


def test_more_than_strangers_may_send_is_refused_at_once(site: Site) -> None:
    for path, key, expected in (
        ("/account/login/", "", 413),
        ("/slack/events", "", 413),
        ("/api/v1/tickets", site.key, 413),
    ):
        client = promises(site, path, length="Content-Length: 90000000", key=key)
        assert answered(client, 8).startswith(f"HTTP/1.1 {expected}"), path
        client.close()


def test_so_many_of_one_address_and_no_more(site: Site) -> None:
    clients = [promises(site, "/ask") for _ in range(OF_ONE)]
    try:
        time.sleep(0.5)
        one_more = promises(site, "/ask")
        assert answered(one_more, 5).startswith("HTTP/1.1 503")
        one_more.close()
        for path in ("/ask", "/account/login/"):  # what needs no body is served
            assert httpx.get(f"{site.address}{path}", timeout=9).status_code == 200
    finally:
        for client in clients:
            client.close()


def test_whole_bodies_arrive_as_they_were_sent(site: Site) -> None:
    """Large, chunked, with letters of every kind, in a query too; and a file comes back as it went in."""
    key = {"Authorization": f"Bearer {site.key}"}

    def pieces() -> Iterator[bytes]:
        yield b'{"subject": "Gr\xc3\xbc\xc3\x9fe \xe2\x82\xac", "body": "'
        for _ in range(40):
            yield b"x" * 1000
        yield b'"}'

    made = httpx.post(
        f"{site.address}/api/v1/tickets",
        content=pieces(),
        headers=key | {"Content-Type": "application/json"},
        timeout=30,
    )
    assert made.status_code == 201, made.text
    found = httpx.get(f"{site.address}/api/v1/tickets", params={"subject": "Grüße €"}, headers=key).json()
    assert [one["subject"] for one in found["tickets"]] == ["Grüße €"]
    page = httpx.get(f"{site.address}/nicht-da-é", timeout=9)
    assert page.status_code == 404
    two = httpx.get(f"{site.address}/account/login/", headers=[("Cookie", "a=1"), ("Cookie", "b=2")])
    assert two.status_code == 200
    assert httpx.head(f"{site.address}/account/login/").status_code == 200


def test_a_header_with_an_underscore_passes_for_no_other(site: Site) -> None:
    answer = httpx.get(f"{site.address}/api/v1/tickets", headers={"Author_ization": f"Bearer {site.key}"})
    assert answer.status_code == 401

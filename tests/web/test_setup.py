"""The settings: inboxes, trackers, webhooks, sign-in, the log, and what somebody was told."""

import base64
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from rung.channels.email.models import Mailbox
from rung.channels.webhook.models import Endpoint
from rung.outbox.models import Delivery, State
from rung.outbox.sentences import text
from rung.people import changes
from rung.people.clock import database_now
from rung.people.models import Agent, Requester, SignInProvider
from rung.tickets.actions import assignment
from tests.fakes.directories import Saml
from tests.fakes.hooks import Hooks
from tests.web.pages import source

SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four.").decode()


@pytest.fixture
def receiver() -> Iterator[Hooks]:
    hooks = Hooks(SECRET)
    hooks.start()
    yield hooks
    hooks.stop()


def test_a_webhook_is_added_tried_and_taken_away(signed_in: Any, desk: Any, receiver: Hooks) -> None:
    olga = signed_in("olga")
    form = {"name": "ops", "url": f"http://127.0.0.1:{receiver.port}/ops"}
    assert "not a public address" in olga.post("/settings/webhooks", form).content.decode()
    form |= {"allow_private": "on", "once": "pressed"}
    shown = olga.post("/settings/webhooks", form).content.decode()
    secret = re.search(r"whsec_[\w+/=]+", shown)
    assert secret is not None
    assert secret[0] in olga.post("/settings/webhooks", form).content.decode()  # pressed twice, it is the same
    assert secret[0] not in olga.post("/settings/webhooks", form | {"once": "later"}).content.decode()
    assert secret[0] not in olga.get("/settings/webhooks").content.decode()
    assert secret[0] not in olga.get("/settings/webhooks/ops").content.decode()

    kept = Endpoint.objects.get()
    assert secret[0] not in kept.secret  # a copy of the database alone signs nothing
    assert kept.shared_secret() == secret[0]

    # The receiver believes nobody who signs with another secret.
    assert "answered 400" in olga.post("/settings/webhooks/ops/do", {"do": "test"}, follow=True).content.decode()
    Endpoint.objects.update(secret=SECRET)
    assert "has arrived" in olga.post("/settings/webhooks/ops/do", {"do": "test"}, follow=True).content.decode()
    assert [body["type"] for body in receiver.received.values()] == ["test"]

    olga.post("/settings/webhooks/ops/do", {"do": "off"})
    assert Endpoint.objects.get().disabled_at is not None
    asked = olga.post("/settings/webhooks/ops/do", {"do": "secret"}).content.decode()
    assert "Until the receiver has the new one, it rejects deliveries" in asked
    another = olga.post("/settings/webhooks/ops/do", {"do": "secret", "sure": "1"}).content.decode()
    assert "whsec_" in another
    assert secret[0] not in another
    assert "Remove the webhook “ops”?" in olga.post("/settings/webhooks/ops/do", {"do": "remove"}).content.decode()
    assert Endpoint.objects.exists()
    olga.post("/settings/webhooks/ops/do", {"do": "remove", "sure": "1"})
    twice = olga.post("/settings/webhooks/ops/do", {"do": "remove", "sure": "1"}, follow=True).content.decode()
    assert "“ops” has already been removed." in twice
    assert not Endpoint.objects.exists()
    log = olga.get("/settings/log?area=settings").content.decode()
    assert log.count("webhook ops") == 4
    assert secret[0] not in log


def test_a_secret_from_before_there_was_a_seal_is_sealed_and_still_signs(db: None) -> None:
    sealed = import_module("rung.channels.webhook.migrations.0002_sealed")
    Endpoint.objects.create(name="ops", url="https://ops.example", secret=SECRET, created_at=database_now())
    assert Endpoint.objects.get().shared_secret() == SECRET
    sealed.seal_all(apps, None)
    kept = Endpoint.objects.get()
    assert "whsec_" not in kept.secret
    assert kept.shared_secret() == SECRET
    sealed.unseal_all(apps, None)
    assert Endpoint.objects.get().secret == SECRET


def test_a_directory_is_added_and_its_secret_never_shown(signed_in: Any, desk: Any) -> None:
    olga = signed_in("olga")
    form = {"kind": "oidc", "slug": "acme", "name": "Acme", "issuer": "https://id.acme.example", "client_id": "desk"}
    form |= {"secret": "never to be seen", "domains": "", "role": "observer"}
    refused = olga.post("/settings/sign-in", form | {"invites": "on"})
    assert refused.status_code == 422
    assert "Name the mail domains" in refused.content.decode()
    olga.post("/settings/sign-in", form)
    page = olga.get("/settings/sign-in").content.decode()
    assert "/account/oidc/acme/login/callback/" in page
    saml = {"kind": "saml", "slug": "corp", "name": "Corp", "domains": "corp.example", "role": "agent"}
    assert "This is not the metadata" in olga.post("/settings/sign-in", saml | {"metadata": "<x/>"}).content.decode()
    idp = Saml()
    idp.http.server_close()
    olga.post("/settings/sign-in", saml | {"metadata": idp.metadata()})
    assert SignInProvider.objects.get(slug="corp").issuer == idp.entity_id
    assert "Sign in with Corp" in Client().get("/account/login/").content.decode()
    everything = page + olga.get("/settings/log").content.decode() + olga.get("/settings/sign-in").content.decode()
    assert "never to be seen" not in everything
    assert "Remove the directory" in olga.post("/settings/sign-in/acme/remove").content.decode()
    olga.post("/settings/sign-in/acme/remove", {"sure": "1"})
    twice = olga.post("/settings/sign-in/acme/remove", {"sure": "1"}, follow=True).content.decode()
    assert "“acme” has already been removed" in twice
    assert not SignInProvider.objects.filter(slug="acme").exists()


def test_the_log_says_who_changed_what_and_is_filtered_and_paged(signed_in: Any, opened: Any) -> None:
    olga, sam = signed_in("olga"), signed_in("sam")
    number = opened()
    assignment.assign(number, "ben", by="agent:sam")
    form = {"name": "Ben", "email": "ben@desk.example", "role": "lead", "level": "L2", "time_zone": "Europe/Berlin"}
    olga.post("/people/agents/ben", form | {"language": "en", "is_active": "on"})
    for turn in range(70):
        sam.post("/people/customers/new", {"name": f"Customer {turn}", "tier": "", "domains": "", "account_owner": ""})

    people = source(olga.get("/settings/log?area=people"))
    assert re.search(r"<b>Olga</b> changed.*Ben", people, re.S)
    assert "<del>agent</del> <ins>lead</ins>" in people
    assert '<span class="field-name">role</span>' in people
    assert "Customer 1" not in people
    tickets = olga.get("/settings/log?area=tickets").content.decode()
    assert f"#{number}" in tickets
    assert "assigned it to Ben" in tickets
    assert "published" in olga.get("/settings/log?area=policy").content.decode()
    assert "assigned it" not in olga.get("/settings/log?who=olga").content.decode()

    Agent.objects.filter(handle="olga").update(language="de")
    changes.note("added", Mailbox(address="help@desk.example", host="imap.desk.example"), by="agent:olga")
    areas = ("people", "settings", "policy")
    german = "".join(olga.get(f"/settings/log?area={area}").content.decode() for area in areas)
    for words in ("Rolle</span>", "das Postfach help@desk.example", "Fassung 1</a>"):
        assert words in german, words
    Agent.objects.filter(handle="olga").update(language="en")

    first = olga.get("/settings/log?who=sam&area=customers").content.decode()
    earlier = re.search(r'href="(\?[^"]*before=[^"]+)"', first)
    assert earlier is not None
    second = olga.get("/settings/log" + earlier[1].replace("&amp;", "&")).content.decode()
    seen = re.findall(r"customer (Customer \d+)", first) + re.findall(r"customer (Customer \d+)", second)
    assert len(seen) == len(set(seen)) == 70
    assert sam.get("/settings/log").status_code == 403


def test_somebody_sees_what_they_were_told_and_what_was_held_back(signed_in: Any, opened: Any, desk: Any) -> None:
    number = opened()
    now = database_now()
    for key, state, why in (("one", State.SENT, ""), ("two", State.HELD, "quiet hours until 09:00")):
        Delivery.objects.create(
            key=key, ticket_id=number, kind="moment", subject="reminder", recipient="agent:ben", channel="email",
            title=text(f"Told {key}"), state=state, held_why=text(why) if why else None, due_at=now, created_at=now,
        )  # fmt: skip
    ben = signed_in("ben")
    page = ben.get("/you/attention").content.decode()
    assert "Told one" in page
    assert "quiet hours until 09:00" in page
    held = ben.get("/you/attention?what=held").content.decode()
    assert "Told two" in held
    assert "Told one" not in held
    assert "Told two" in signed_in("sam").get("/people/agents/ben/attention").content.decode()
    assert signed_in("otto").get("/people/agents/ben/attention").status_code == 403
    Agent.objects.filter(handle="ben").update(is_restricted=True)
    assert "Told two" not in signed_in("ben").get("/you/attention").content.decode()


def test_inboxes_and_trackers_say_what_is_there(signed_in: Any, opened: Any) -> None:
    opened(channel="form")
    page = signed_in("olga").get("/settings").content.decode()
    assert "No workspace is connected." in page
    assert "1 ticket" in page
    assert "No other system" in signed_in("olga").get("/settings/trackers").content.decode()


def test_an_owner_takes_a_person_along_and_forgets_them(signed_in: Any, opened: Any, desk: Any) -> None:
    rita = Requester.objects.create(name="Rita Moreno", email="rita@acme.example")
    opened("Rita's request", requester=rita)
    olga, address = signed_in("olga"), f"/people/requesters/{rita.pk}"
    assert "Forget for good" in olga.get(address).content.decode()
    assert "Forget for good" not in signed_in("sam").get(address).content.decode()
    zipped = olga.get(f"{address}/archive")
    assert zipped.headers["Content-Type"] == "application/zip"
    assert "to confirm" in olga.post(f"{address}/forget", {"sure": "x"}, follow=True).content.decode()
    told = olga.post(f"{address}/forget", {"sure": "rita@acme.example"}, follow=True).content.decode()
    assert "nothing is left" in told
    assert Requester.objects.get().email is None
    assert "forgot a requester" in olga.get("/settings/log").content.decode()
    assert "only owner" in olga.post("/people/agents/olga/forget", {"sure": "olga"}, follow=True).content.decode()
    olga.post("/people/agents/ben/forget", {"sure": "ben", "keep_words": "1"})
    assert Agent.objects.get(pk=desk["ben"].pk).name.startswith("Former agent")

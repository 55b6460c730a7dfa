"""Mail from the web: tried before it is kept, its password never shown again, each refusal one sentence."""

import html
from collections.abc import Iterator
from typing import Any

import pytest

from rung.channels.email import outgoing
from rung.channels.email.models import Mailbox, Outgoing
from rung.people.models import Agent
from rung.people.vault import unseal
from rung.tickets.models import Ticket
from tests.fakes.imap import ImapMailbox
from tests.fakes.mailbox import Mailbox as Smtp

PAGE = "/settings/mail"


@pytest.fixture
def smtp(settings: Any) -> Iterator[Smtp]:
    settings.EMAIL_HOST = ""
    outgoing.forget()
    server = Smtp()
    server.start()
    yield server
    server.stop()
    outgoing.forget()


@pytest.fixture
def imap() -> Iterator[ImapMailbox]:
    box = ImapMailbox()
    yield box
    box.close()


def out(smtp: Smtp, **more: object) -> dict[str, object]:
    server = {"do": "keep-out", "sender": "support@desk.example", "host": "127.0.0.1", "port": smtp.port}
    return server | {"security": "off"} | more


def into(imap: ImapMailbox, **more: object) -> dict[str, object]:
    box = {"do": "keep-in", "address": "support@desk.example", "host": "127.0.0.1", "port": imap.port}
    return box | {"security": "off", "user": "support", "password": "secret", "folder": "INBOX"} | more


def said(client: Any, form: dict[str, object]) -> str:
    return html.unescape(client.post(PAGE, form, follow=True).content.decode())


def test_mail_out_is_tried_kept_and_works_for_every_mail(signed_in: Any, smtp: Smtp) -> None:
    olga = signed_in("olga")
    assert "No mail comes in or goes out." in olga.get("/settings").content.decode()
    assert "Nothing listens at 127.0.0.1:1; is the port right?" in said(olga, out(smtp, port=1))
    assert "such as mail.example.com" in said(olga, out(smtp, host="a b"))
    assert not Outgoing.objects.exists()
    page = said(olga, out(smtp, password="hush-hush"))
    assert "A test mail is on its way to olga@desk.example." in page
    assert "hush-hush" not in page
    assert unseal(Outgoing.objects.get().password) == "hush-hush"
    (mail,) = smtp.to("olga@desk.example")
    assert mail["From"] == "support@desk.example"
    assert "support@desk.example" in olga.get("/settings").content.decode()
    assert outgoing.sender() == "support@desk.example"
    said(olga, {"do": "test-out"})
    assert len(smtp.to("olga@desk.example")) == 2
    said(olga, out(smtp))  # without a password the kept one stays
    assert unseal(Outgoing.objects.get().password) == "hush-hush"
    log = olga.get("/settings/log?area=settings").content.decode()
    assert "hush-hush" not in log
    Agent.objects.filter(handle="olga").update(email="owner@localhost")  # as every desk begins
    assert "Send a test to support@desk.example" in olga.get(PAGE).content.decode()
    assert "A test mail is on its way to support@desk.example." in said(olga, {"do": "test-out"})
    assert "Remove the mail server 127.0.0.1?" in said(olga, {"do": "stop-out"})
    said(olga, {"do": "stop-out", "sure": "1"})
    assert outgoing.server() is None


def test_a_server_of_the_environment_is_shown_and_not_changed_here(signed_in: Any, settings: Any) -> None:
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "smtp.env.example", "env@desk.example"
    page = signed_in("olga").get(PAGE).content.decode()
    assert "SMTP_HOST sets it" in page
    assert "env@desk.example" in page
    assert 'value="keep-out"' not in page


def test_a_mailbox_is_looked_into_before_it_is_kept(signed_in: Any, smtp: Smtp, imap: ImapMailbox) -> None:
    olga = signed_in("olga")
    assert "refuses this user and password" in said(olga, into(imap, password="wrong"))
    assert "There is no folder “Support” in this mailbox." in said(olga, into(imap, folder="Support"))
    assert not Mailbox.objects.exists()
    imap.arrives("From: a@b.example\n\nOld\n")
    page = said(olga, into(imap))
    assert "New mails become tickets; the 1 mails already there are left alone." in page
    assert "secret" not in page
    box = Mailbox.objects.get()
    assert (unseal(box.password), box.read_to) == ("secret", 1)
    assert "can be opened and holds 1 mails" in said(olga, {"do": "test-in", "mailbox": box.pk})

    imap.arrives("From: a@b.example\n\nNew, and not yet taken in\n")
    said(olga, into(imap, password=""))  # the same mailbox again, with the kept password, keeps its place
    assert Mailbox.objects.get().read_to == 1
    assert "is not read any more" in said(olga, {"do": "switch", "mailbox": box.pk})
    box.refresh_from_db()
    said(olga, {"do": "switch", "mailbox": box.pk, "to": "off"})  # from a page on which it still was on
    assert not Mailbox.objects.get().active
    asked = said(olga, {"do": "remove", "mailbox": box.pk})
    assert "What customers write there opens no ticket any more." in asked
    assert Mailbox.objects.exists()
    assert "It was removed." in said(olga, {"do": "remove", "mailbox": box.pk, "sure": "1"})
    assert "There is no such form." in said(olga, {"do": "test-in", "mailbox": box.pk})


def test_a_test_goes_out_and_comes_in_again_and_opens_no_ticket(
    signed_in: Any, smtp: Smtp, imap: ImapMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga = signed_in("olga")
    said(olga, out(smtp))
    said(olga, into(imap))
    monkeypatch.setattr(type(smtp), "handle_DATA", lambda self, *told: imap.handle_DATA(*told))
    test = {"do": "test-in", "mailbox": Mailbox.objects.get().pk}
    assert "A test mail went out and came in at support@desk.example." in said(olga, test)
    assert not Ticket.objects.exists()


def test_a_mistake_in_the_guide_is_shown_in_the_guide(signed_in: Any, smtp: Smtp, imap: ImapMailbox) -> None:
    Agent.objects.filter(handle="olga").update(language="de")
    answer = signed_in("olga").post(PAGE, into(imap, password="wrong", back="guide"))
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Der Server weist Benutzer und Passwort zurück:" in page
    assert "Einen Kanal verbinden" in page
    assert 'href="/start?way=slack#channel"' in page  # this page's own address is that of the form
    assert 'value="support@desk.example"' in page
    assert "wrong</" not in page

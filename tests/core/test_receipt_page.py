"""The receipt a customer may be given."""

from datetime import timedelta

from rung.core.receipt.page import customer_page, signed, without_signature
from rung.core.receipt.receipt import receipt
from tests.core.stories import COMPILED, DESK, Teller


def page(subject: str = "Import stopped") -> str:
    teller = Teller()
    teller.passes(timedelta(minutes=30), awake=True)
    teller.does("assign sam")
    teller.does("note")
    teller.passes(timedelta(hours=30), awake=True)
    drawn = receipt(teller.history, COMPILED, DESK, teller.now)
    return customer_page(drawn, number=42, subject=subject, desk="Acme support", timezone="Europe/Berlin")


def test_it_shows_the_promises_and_how_they_were_kept():
    shown = page()
    assert 'First answer<span class="missed">missed</span>' in shown
    assert "Promised within 1h of service time" in shown
    assert "outside service hours" in shown


def test_nothing_internal_is_in_it():
    shown = page().lower()
    for internal in (
        "sam",
        "ben",
        "lea",
        "l1",
        "l2",
        "management",
        "frontline",
        "nobody has answered",
        "remind",
        "idle",
    ):
        assert internal not in shown, internal


def test_untrusted_text_stays_text():
    assert "<script>" not in page("<script>alert(1)</script>")


def test_a_signature_is_found_again_and_covers_every_letter():
    document = signed(page(), "abc:def")
    assert without_signature(document) == (page(), "abc:def")
    assert without_signature(document.replace("missed", "kept")) != (page(), "abc:def")
    assert without_signature("<html></html>") is None

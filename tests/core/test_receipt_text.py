"""The receipt in words."""

from datetime import timedelta

import pytest

from rung.core.receipt.receipt import receipt
from rung.core.receipt.text import as_text, length
from tests.core.stories import COMPILED, DESK, Teller


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(), "0s"),
        (timedelta(seconds=61), "1m 1s"),
        (timedelta(days=2, hours=3), "2d 3h"),
        (timedelta(seconds=1, microseconds=500_000), "1.5s"),
        (-timedelta(minutes=5), "-5m"),
    ],
)
def test_lengths_are_never_rounded(duration, words):
    assert length(duration) == words


def test_a_receipt_reads_from_the_clocks_to_why_not():
    teller = Teller()
    teller.passes(timedelta(minutes=50), awake=True)
    text = as_text(receipt(teller.history, COMPILED, DESK, teller.now), "Europe/Berlin")
    assert "As of Thu 2026-11-26 17:10:00 CET, judged by policy version 0." in text
    assert "first_response #1, running: ran 50m of 1h, met so far" in text
    assert "= 50m elapsed: ran 50m + paused 0s + outside hours 0s" in text
    assert "Thu 2026-11-26 16:50:00 CET  Nobody has answered, remind.1: fired" in text
    assert "Nobody has answered: escalate to next (time) -> level:L2, unless a person answers" in text
    assert "Back: its condition does not hold\n      reopens is 0; asked: >= 2" in text


def test_one_rule_can_be_asked_about():
    teller = Teller()
    teller.look()
    text = as_text(receipt(teller.history, COMPILED, DESK, teller.now), "UTC", why_not="Back")
    assert "CLOCKS" not in text
    assert "Back: its condition does not hold" in text
    assert "Unhappy" not in text

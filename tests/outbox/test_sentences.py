"""Sentences that are stored as codes: each has its words in both languages, and one nobody knows stays readable."""

import gettext
import re
from pathlib import Path

import pytest

from rung.channels.slack.api.outcomes import of_code
from rung.outbox.ports import Later, Never, Unclear
from rung.outbox.sentences import Said, Sentence, english, templates
from rung.people.languages import speaking_in
from tests.web.test_german import CATALOGUE

CODES = Path(__file__).parents[2] / "docs" / "reference" / "delivery-codes.md"
GAP = re.compile(r"%\(\w+\)s")


def test_every_code_has_a_german_sentence() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as compiled:
        served = gettext.GNUTranslations(compiled)
    worded = {code: english for code, english in templates().items() if re.search(r"\w", GAP.sub("", english))}
    assert len(worded) > 60
    assert [code for code, english in worded.items() if served.gettext(english) == english] == []


def test_a_sentence_is_said_in_the_language_of_its_reader_down_to_its_reason() -> None:
    said = Said.GIVEN_UP(reason=Said.UNCLEAR(reason=Said.COURIER_STOPPED()))
    assert str(said) == "given up: unclear: the courier stopped while it was being sent"
    with speaking_in("de"):
        assert str(said).startswith("aufgegeben: unklar: der Versand brach ab")
        assert english(said) == "given up: unclear: the courier stopped while it was being sent"
        assert str(Said.TICKET_IS_OVER(status="resolved")) == "das Ticket ist gelöst"
        assert str(Said.TEXT(text="554 no such user")) == "554 no such user"


def test_a_code_nobody_knows_any_more_is_shown_with_its_values() -> None:
    assert str(Sentence("jira.no_project", {"project": "ENG"})) == "jira.no project: ENG"
    assert str(Sentence("may_not_see", {})) == "may not see"


@pytest.mark.parametrize("code", ["is_archived", "ratelimited", "fatal_error", "message_not_found", "never_heard_of"])
def test_what_slack_refuses_has_a_sentence(code: str) -> None:
    outcome = of_code("chat.postMessage", code)
    assert isinstance(outcome, Later | Never | Unclear)
    assert outcome.reason.code in templates()
    assert str(outcome.reason).startswith("Slack")


def test_a_value_may_be_whatever_another_machine_says() -> None:
    assert Said.TEXT(text="no\0 such %(user)s 100 %").values == {"text": "no such %(user)s 100 %"}
    assert str(Said.TEXT(text="no such %(user)s 100 %")) == "no such %(user)s 100 %"


def test_every_code_is_documented_with_its_sentence() -> None:
    rows = dict(re.findall(r"^\| `([\w.]+)` \| (.+) \|$", CODES.read_text(), re.M))
    assert rows == {code: re.sub(r"%\((\w+)\)s", r"*\1*", english) for code, english in templates().items()}

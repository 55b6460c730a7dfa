"""Completion knows what fits where the cursor stands, also in a text that is broken just there."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rung.core.policy.completion import complete
from rung.policies.outlets import outlets

TEXT = """\
name: Acme
calendars:
  office:
    hours: {mon-fri: [09:00-17:00]}
teams:
  frontline: {lead: sam}
levels:
  L1:
    team: frontline
  L2:
    team: frontline
paths:
  support: [L1, L2]
rules:
  - name: Nobody
    clock: first_response
    steps:
      - {at: 50%, remind: triage}
replies:
  still-there: Hi
"""
PEOPLE = {"ada": "Ada Lind", "ben": "Ben"}


def offered(text: str) -> list[str]:
    """The words offered at the mark `|`."""
    at = text.index("|")
    return [option.word for option in complete(text.replace("|", ""), at, PEOPLE, outlets()).options]


@pytest.mark.parametrize(
    ("here", "words"),
    [
        (TEXT + "pub|", ["publishing:"]),
        (TEXT + "closing:\n  tell_customer: |", ["still-there"]),
        (TEXT.replace("team: frontline\n  L2", "team: fr|\n  L2"), ["frontline"]),
        (TEXT.replace("clock: first_response", "clock: cust|"), ["customer_silence"]),
        (TEXT.replace("clock: first_response", "cl|"), ["clock:"]),
        (TEXT.replace("[L1, L2]", "[L1, |"), ["L1", "L2"]),
        (TEXT.replace("remind: triage}", "notify: [ag|"), ['"agent:ada"', '"agent:ben"']),
        (TEXT.replace("remind: triage}", "esc|"), ["escalate:"]),
        (TEXT.replace("remind: triage}", "escalate: L|"), ["L1", "L2"]),
        (TEXT.replace("remind: triage}", "when: {level: |"), ["L1", "L2"]),
        (TEXT.replace("      - {at: 50%, remind: triage}", "      - {a|"), ["at:", "assign:"]),
        (TEXT.replace("  - name: Nobody", "  - na|"), ["name:"]),
        (TEXT.replace("    steps:", "    calendar: |"), ["always", "office"]),
        (TEXT.replace("remind: triage}", "escalate: ji|"), ['"jira:ENG"']),
        (TEXT.replace("remind: triage}", "page: |"), ['"webhook:NAME"', "pagerduty"]),
        (TEXT + "triage:\n  channel: |", ['"slack:#triage"', '"email:team@acme.example"', '"webhook:NAME"']),
        (TEXT.replace("name: Acme", "name: |"), []),
    ],
)
def test_what_fits_is_offered(here: str, words: list[str]) -> None:
    assert offered(here)[: len(words)] == words


def test_each_key_says_what_it_is_about() -> None:
    text = TEXT + "pro"
    assert {option.word: option.about for option in complete(text, len(text), {}, outlets()).options} == {
        "problems:": "Many tickets, one cause.",
        "procedures:": "Prose for the handbook.",
    }


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(TEXT)), st.text(alphabet="ab:-{}[],\"'# \n", max_size=8))
def test_it_always_answers(at: int, typed: str) -> None:
    text = TEXT[:at] + typed + TEXT[at:]
    found = complete(text, at + len(typed), PEOPLE, outlets())
    assert 0 <= found.start <= at + len(typed)

"""Gaps of canned answers: filled, left open, unknown; and what must not be sent."""

from rung.core.text.placeholders import Filled, fill, left_open, without_gaps


def test_what_is_known_is_filled_and_what_is_not_stays_to_be_seen() -> None:
    template = "Hi {requester.first_name}, it goes to {answers.account}, not {requester.frist_name}."
    assert fill(template, {"requester.first_name": "Rita"}) == Filled(
        "Hi Rita, it goes to {answers.account}, not {requester.frist_name}.",
        open=("answers.account",),
        unknown=("requester.frist_name",),
    )


def test_what_is_sent_by_itself_shows_no_gap() -> None:
    assert without_gaps("We need {missing}{nothing}.", {"missing": "a log"}) == "We need a log."


def test_braces_of_code_are_nobodys_gap() -> None:
    words = 'Send {"id": 1} to /tickets/{id}'
    assert fill(words, {}).open == ()
    assert left_open(words, ["Hi {requester.name}"]) == ()


def test_a_gap_of_any_canned_answer_must_not_be_sent() -> None:
    replies = ["Hi {requester.frist_name}"]
    assert left_open("Hi {requester.frist_name}", replies) == ("requester.frist_name",)
    assert left_open("To {answers.account}", replies) == ("answers.account",)
    assert left_open("Hi Rita", replies) == ()

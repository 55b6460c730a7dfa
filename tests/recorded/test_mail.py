"""Real bounces, complaints, automatic answers and people's mails: how many are told apart, and whose words are kept."""

from collections import Counter
from pathlib import Path

import pytest

from rung.channels.email import wording
from rung.channels.email.reading import read
from rung.core.text.html_words import words_of
from rung.core.text.reply import split
from rung.core.vocabulary import Automatic
from tests.recorded.place import MAIL

#: A person forwards a bounce.
BY_A_PERSON = {"lhost-sendmail-14.eml"}


def test_real_bounces_complaints_and_auto_replies_are_kept_out() -> None:
    verdicts = {path.name: read(path.read_bytes()).automatic for path in sorted((MAIL / "sisimai").glob("bsd/*.eml"))}
    assert len(verdicts) > 300
    assert {name for name, verdict in verdicts.items() if verdict is None} == BY_A_PERSON
    kinds = Counter(verdict for name, verdict in verdicts.items() if not name.startswith(("arf", "rfc3834")))
    assert kinds[Automatic.BOUNCE] >= 0.97 * kinds.total()
    complaints = Counter(verdict for name, verdict in verdicts.items() if name.startswith("arf"))
    assert complaints[Automatic.COMPLAINT] >= 0.8 * complaints.total()


def test_no_persons_mail_is_taken_for_a_machines() -> None:
    mails = [*(MAIL / "talon").rglob("*.eml"), *(MAIL / "talon" / "signature").rglob("*")]
    read_as = {str(path): read(path.read_bytes()).automatic for path in mails if path.is_file()}
    assert len(read_as) > 30
    assert {name for name, verdict in read_as.items() if verdict is not None} == set()


@pytest.mark.parametrize(
    "program",
    "android aol apple_mail apple_mail_2 comcast gmail hotmail iphone outlook sparrow thunderbird yahoo".split(),  # noqa: SIM905
)
def test_the_words_of_real_answers_are_found_and_what_they_quote_is_folded(program: str) -> None:
    mail = read((MAIL / "talon" / "standard_replies" / f"{program}.eml").read_bytes())
    said = wording.own_words(mail, [])
    assert said.own.split()[0] == "Hello"
    assert len(said.own.split()) <= 8
    assert said.folded


@pytest.mark.parametrize(
    "program",
    "gmail hotmail mail_ru ms_outlook_2003 ms_outlook_2007 ms_outlook_2010 thunderbird".split(),  # noqa: SIM905
)
def test_the_words_of_real_answers_in_html_are_found(program: str) -> None:
    said = split(words_of((MAIL / "talon" / "html_replies" / f"{program}.html").read_text("utf-8", "replace")))
    assert said.own.split() == ["Hi.", "I", "am", "fine.", "Thanks,", "Alex"]


def test_no_word_of_any_recorded_mail_is_lost() -> None:
    for path in _texts():
        text = path.read_text("utf-8", "replace")
        said = split(text)
        assert sorted(f"{said.own} {said.folded}".split()) == sorted(text.split()), path.name


def _texts() -> list[Path]:
    folders = ("github_email_reply_parser", "zapier_email_reply_parser")
    return [path for folder in folders for path in sorted((MAIL / folder).glob("*.txt"))]

"""What a file may be called, what it is, and what is too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rung.core.files.attachments import LONGEST_NAME, Limits, Objection, kind_of, objection, safe_name


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("import.log", "import.log"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\rita\\screen shot.png", "screen shot.png"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("line\r\nbreak.txt", "line break.txt"),
        ("...", "file"),
        ("", "file"),
        (".htaccess", "htaccess"),
        ("a" * 300 + ".tar", "a" * 116 + ".tar"),
    ],
)
def test_names_are_harmless_and_still_theirs(sent: str, kept: str) -> None:
    assert safe_name(sent) == kept


@given(st.text(max_size=400))
def test_every_name_can_be_used_and_stays_as_it_is_the_second_time(sent: str) -> None:
    name = safe_name(sent)
    assert name
    assert "/" not in name
    assert len(name) <= LONGEST_NAME
    assert name.isprintable()


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n....", "a.txt", "image/png"),
        (b"%PDF-1.7", "a.pdf", "application/pdf"),
        (b"02:00 started \xc3\xa4", "a.png", "text/plain"),
        (b"<!doctype html><script>alert(1)</script>", "a.txt", "application/octet-stream"),
        (b"\n <svg xmlns='http://www.w3.org/2000/svg'/>", "a.png", "application/octet-stream"),
        (b"MZ\x90\x00", "a.png", "application/octet-stream"),
        (b"PK\x03\x04", "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"PK\x03\x04", "a.png", "application/zip"),
        (b"cut off \xc3", "a.log", "text/plain"),
        (b"", "a.log", "application/octet-stream"),
    ],
)
def test_what_a_file_is_stands_in_its_first_bytes(head: bytes, name: str, kind: str) -> None:
    assert kind_of(head, name) == kind


def test_what_is_too_much_names_the_file() -> None:
    limits = Limits(largest=10, most=2)
    assert objection([("a", 10), ("b", 1)], limits) is None
    assert objection([("a", 11)], limits) == (Objection.TOO_LARGE, "a")
    assert objection([("a", 0)], limits) == (Objection.EMPTY, "a")
    assert objection([("a", 1), ("b", 1), ("c", 1)], limits) == (Objection.TOO_MANY, "c")

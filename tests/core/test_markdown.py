"""One reading of Markdown: no word is lost, nothing unsafe comes out, however it is shown."""

import time

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rung.core.text import markdown

MARKS = [
    "*",
    "**",
    "_",
    "`",
    "```",
    "~~",
    "\n",
    "\n\n",
    "- ",
    "1. ",
    "7. ",
    "> ",
    "# ",
    "---",
    "    ",
    "\t",
    "|",
    "[",
    "]",
]
SPOKEN = ["word", "“ü”", "<b>", "<script>alert(1)</script>", "&amp;", "\\", "| a | b |\n|---|---|\n", "[r]: /u", "!["]
LINKS = [
    "(http://x.example)",
    "(javascript:x)",
    "https://ex.example/a_b*c",
    "<https://y.example>",
    '(http://x "title")',
]
PIECES = st.sampled_from([*MARKS, *SPOKEN, *LINKS])
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=200)


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.replace("\0", "")))


@given(TEXTS)
def test_plain_text_has_every_letter_in_its_order(text: str) -> None:
    assert letters(markdown.plain(text)) == letters(text)


@given(TEXTS)
def test_html_is_clean_and_keeps_every_word(text: str) -> None:
    made = markdown.html(text)
    root = lxml.html.fromstring(f"<div>{made}</div>")
    assert {element.tag for element in root.iter()} <= markdown.TAGS | {"div"}
    for element in root.iter("a"):
        assert element.get("href", "http://").lower().startswith(("http://", "https://", "mailto:"))
    shown = letters(root.text_content())
    for word in ("word", "alert1"):
        assert shown.count(word) >= letters(text).count(word)


@given(TEXTS, st.integers(1, 12))
def test_a_split_text_has_all_its_words(text: str, lines: int) -> None:
    first, rest = markdown.split(text, lines)
    assert letters(first + rest).count("word") >= letters(text).count("word")


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("**bold** and `x < 1`", "<strong>bold</strong> and <code>x &lt; 1</code>"),
        ("```python\nprint('<hi>')\n```", "print('&lt;hi&gt;')"),
        ("- one\n- two", "<li>one</li>"),
        ("3. three\n7. seven", '<li value="7">seven</li>'),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "<td>2</td>"),
        ("see https://x.example/a_b_c.", 'href="https://x.example/a_b_c"'),
        ("Error:\n    at foo()", "Error:<br>&nbsp;&nbsp;&nbsp;&nbsp;at foo()"),
        ("<b>raw</b>", "&lt;b&gt;raw&lt;/b&gt;"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("\\\\server\\share", "\\\\server\\share"),
    ],
)
def test_what_becomes_of_it_in_html(text: str, there: str) -> None:
    assert there in markdown.html(text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**bold** [docs](https://d.example)", "bold docs (https://d.example)"),
        ("* one\n* two", "- one\n- two"),
        ("```\na  b\n```", "```\na  b\n```"),
        ("| a | bb |\n|---|---|\n| 100 | 2 |", "a    bb\n100  2"),
        ("| a |\n|---|\n| 1 | lost? |", "| a |\n|---|\n| 1 | lost? |"),
    ],
)
def test_what_becomes_of_it_as_plain_text(text: str, plain: str) -> None:
    assert markdown.plain(text) == plain


def test_a_long_block_of_code_is_split_into_two_blocks() -> None:
    first, rest = markdown.split("```sh\n" + "\n".join(f"line {n}" for n in range(30)) + "\n```", 10)
    assert first.endswith("line 8\n```")
    assert rest.startswith("```sh\nline 9")


@pytest.mark.parametrize("text", ["[" * 90_000, "<" * 90_000, "|a" * 40_000, "*a **b _c " * 5000, "x://" * 20_000])
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    markdown.html(text)
    assert time.process_time() - began < 3

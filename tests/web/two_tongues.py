"""What a page says, sentence by sentence, so that the same page in two languages can be laid side by side."""

import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any

#: A sentence of fewer words may well be the same in both.
LONG = 5
_WORD = re.compile(r"[“”„‚‘\"'(«]*([^\W\d_]+(?:['’-][^\W\d_]+)*)[”“’\"'»)]*([.:;!?…]*)[,)”“]*")
_WITHIN_A_SENTENCE = {"a", "b", "em", "strong", "code", "time", "kbd", "i", "mark", "abbr", "q", "del", "ins", "small"}
_SAID = {"title", "aria-label", "placeholder", "alt", "label", "aria-description", "aria-roledescription"}
_UNSEEN = {"script", "style"}


class _Page(HTMLParser):
    """Everything a reader, or a screen reader, is told by a page."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = [""]
        self.unseen = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.unseen += tag in _UNSEEN
        if tag not in _WITHIN_A_SENTENCE:
            self.said.append("")
        written = dict(attributes)
        button = written.get("type") in ("submit", "button")
        for name, value in attributes:
            if value and (name in _SAID or (name.startswith("data-") and " " in value) or (name == "value" and button)):
                self.said[:0] = [value]

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in _UNSEEN
        if tag not in _WITHIN_A_SENTENCE:
            self.said.append("")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.said[-1] += data


def sayings(answer: Any) -> list[str]:
    """Each stretch of words in an answer, whatever it is: a page, a picture, JSON or plain text."""
    kind, text = answer.headers.get("Content-Type", ""), answer.content.decode(errors="ignore")
    if kind.startswith("application/json"):
        return list(_strings(json.loads(text)))
    if kind.startswith(("text/html", "image/svg")):
        page = _Page()
        page.feed(text)
        page.close()
        return [each for each in (" ".join(said.split()) for said in page.said) if each]
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()] if kind.startswith("text/") else []


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _strings(each)
        case list():
            for each in value:
                yield from _strings(each)


def runs(text: str) -> set[tuple[str, ...]]:
    """Every run of LONG words in a row. Numbers, keys such as `at_level`, addresses and brackets end a run."""
    found: set[tuple[str, ...]] = set()
    row: list[str] = []
    for piece in text.split():
        word = _WORD.fullmatch(piece)
        row = [*row, word[1].lower()] if word else []
        if len(row) >= LONG:
            found.add(tuple(row[-LONG:]))
        if word and word[2]:
            row = []
    return found


def in_both(english: Iterable[str], german: Iterable[str], of_users: Iterable[str]) -> list[str]:
    """The German page's stretches with LONG words in a row that stand in the English page too.

    What users wrote is taken out of both before, wherever it stands.
    """
    theirs = sorted({" ".join(each.split()) for each in of_users}, key=len, reverse=True)

    def without(text: str) -> str:
        for each in theirs:
            text = text.replace(each, " 0 ").replace(f"{each[:1].upper()}{each[1:]}", " 0 ")
        return text

    known = {run for text in english for run in runs(without(text))}
    return sorted({text for text in german if runs(without(text)) & known})

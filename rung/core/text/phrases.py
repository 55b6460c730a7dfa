"""What a text says: which phrases of a policy occur in somebody's own words, and are not denied there."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from rung.core.text.bare_thanks import is_bare_thanks
from rung.core.text.negation import is_negated, is_negator
from rung.core.text.quotation import own_words

__all__ = ["Phrases", "is_bare_thanks", "matched", "matches_holding", "own_words", "tokens"]

# Chinese, Japanese, Korean and Thai write words without spaces, so each of their characters stands for itself.
_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(
    rf"[^\W_{_UNSPACED}]+(?:'[^\W_{_UNSPACED}]+)*"  # a word; an underscore is Slack's italics
    rf"|[{_UNSPACED}]"
    r"|[.,;:!?…()\n–—]|(?<=\s)-+(?=\s)"  # what ends a clause
    r"|[^\w\s*~`\"'“”„«»\[\]{}<>|#@/\\-]"  # any other sign, such as an emoji; quotes and mark-up are passed over
)
_PARAGRAPH = re.compile(r"\n[^\S\n]*(?=\n|[-*•] )")
_INVISIBLE = dict.fromkeys([0xAD, *range(0x200B, 0x2010), 0x2060, 0xFEFF, 0xFE0F])
_APOSTROPHES = {ord("’"): "'", ord("‘"): "'", ord("ʼ"): "'", ord("´"): "'", ord("`"): "'"}
_SHORTEST_PLURAL = 4
"""Letters a word needs before an added s counts as its plural: "on it" is not in "on its way"."""


class Phrases:
    """The phrases of a policy, ready to be looked for in many texts, in time linear in the text.

    A phrase is found on word boundaries, in any case and Unicode form, over any white space or hyphens. Its last
    word may also stand in the plural ("refund" finds "refunds"); other inflections are other words ("refunded").
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self.phrases = tuple(dict.fromkeys(phrases))
        self._by_first_word: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        for number, phrase in enumerate(self.phrases):
            for words in forms_of(tuple(tokens(phrase))):
                self._by_first_word.setdefault(words[0], []).append((words, number))

    def matched(self, text: str) -> tuple[str, ...]:
        """The phrases said in the text's own words and not denied, in the order they were given."""
        words = tokens(own_words(text))
        found = {number for number, start, end in self._places(words) if self._is_said(words, start, end)}
        return tuple(self.phrases[number] for number in sorted(found))

    def _places(self, words: Sequence[str]) -> Iterator[tuple[int, int, int]]:
        candidates = self._by_first_word
        for start, word in enumerate(words):
            for phrase, number in candidates.get(word, ()):
                end = start + len(phrase)
                if len(phrase) == 1 or tuple(words[start:end]) == phrase:
                    yield number, start, end

    @staticmethod
    def _is_said(words: Sequence[str], start: int, end: int) -> bool:
        # A phrase that holds its own negation ("cannot log in") is a statement as it stands.
        return any(is_negator(word) for word in words[start:end]) or not is_negated(words, start, end)


def matched(text: str, phrases: Iterable[str]) -> tuple[str, ...]:
    """The phrases said in the text: own words only (no quotation, signature, code), and not denied ("not urgent")."""
    return _compiled(tuple(phrases)).matched(text)


def matches_holding(text: str, phrases: Iterable[str]) -> str | None:
    """The first holding phrase ("looking into it") in an answer, which keeps the turn ours; None if there is none."""
    return next(iter(matched(text, phrases)), None)


def tokens(text: str) -> list[str]:
    """The text's words and the signs between them, lower case; a paragraph's or list item's end is a newline."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_INVISIBLE).translate(_APOSTROPHES))
    # Lines run on as sentences do; only an empty line or a list item breaks.
    marked = _PARAGRAPH.sub("\0", text.casefold().replace("\0", " "))
    words = _TOKEN.findall(marked.replace("\n", " ").replace("\0", "\n"))
    return [word.removesuffix("'s") if "'" in word else _dash(word) for word in words]


def _dash(word: str) -> str:
    return "-" if word.startswith("-") else word


def forms_of(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """In which a phrase is found: as it is written, and in the plural."""
    if not words:
        return
    yield words
    last = words[-1]
    if len(last) >= _SHORTEST_PLURAL and last.isalpha() and not last.endswith("s"):
        yield (*words[:-1], last + "s")
        yield (*words[:-1], last + "es")


@lru_cache(maxsize=256)
def _compiled(phrases: tuple[str, ...]) -> Phrases:
    return Phrases(phrases)

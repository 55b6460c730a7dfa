"""Which known word somebody probably meant."""

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

from rung.core.sentences import say


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, whatever its case, or None when nothing comes close."""
    by_folded = {each.casefold(): each for each in known}
    folded = word.casefold()
    matches = get_close_matches(folded, by_folded, n=8, cutoff=0.5)
    # Of words equally like it, the one that begins alike: "BX" is nearer to "BE" than to "HB".
    alike = {match: SequenceMatcher(None, match, folded).ratio() for match in matches}
    best = max(matches, key=lambda match: (alike[match], match[:1] == folded[:1]), default=None)
    return by_folded[best] if best is not None else None


def did_you_mean(word: str, known: Iterable[str], lead: str = "; ") -> str:
    """The end of a sentence about an unknown word: `; did you mean "office"?`, or nothing."""
    match = nearest(word, known)
    return lead + say('did you mean "%(match)s"?', match=match) if match else ""

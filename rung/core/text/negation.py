"""What a negation covers: whether the words at a place are said, or said not to be so."""

from collections.abc import Sequence


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


BREAKS = frozenset(".,;:!?…()\n-–—")
"""Tokens that end a clause, and with it the reach of a negation."""

_NEGATORS = _set(
    "not never nothing nobody none neither nor cannot hardly barely scarcely isnt arent wasnt werent dont doesnt "
    "didnt wont wouldnt couldnt shouldnt cant aint hasnt havent hadnt neednt nicht nichts kein keine keinen "
    "keinem keiner keines nie niemals weder kaum pas niet geen"
)
_ADJACENT = frozenset({"non", "less", "weniger"})
# A closed list, not "any word within five": in "I have not received the refund" the refund is the subject, and in
# "not working urgent" nothing is calmed. A word outside the list ends the reach of the negation.
_FILLERS = _set(
    "a an the that this it these those they very so really all too terribly particularly especially super overly "
    "yet at in any way anything anyhow exactly quite extremely highly be being been is are was were do does to of "
    "as even actually currently immediately considered consider think believe feel tell me seem seems look looks "
    "appear appears say call mark treat see need needed want wanted necessary required reason rush hurry "
    "currently like such longer immediate real major particular known ever going my our your his her their for i "
    "we you so sehr besonders wirklich ganz allzu zu mehr ein eine einen einem einer der die das dies dieses "
    "diese es ist sind war sei als etwas unbedingt gerade derzeit akut gar très es très si zo erg "
    "least what would necessarily sound sounds saying thinks seriously means"
)
# A bare "no" also answers ("no this is urgent"), so it reaches only over words that belong to its noun.
_AFTER_NO = _set("longer more need means way reason real major particular immediate such known further actual es")
_CANCELS = frozenset({"only", "just", "merely", "simply", "solely", "nur", "bloß", "bloss", "lediglich"})
_CHALLENGES = frozenset({"why", "how", "warum", "wieso", "weshalb"})
_OPENS_QUESTION = _set("is are was were does do did can could ist sind war")
_COPULAS = _set("it is this that was es ist das dies sie")
_DENIALS = _set("no nope nah not nein nee nicht false")
_DENIAL_TAILS = _set("really yet particularly wirklich unbedingt")
_REACH = 9
"""Words a negation is looked for before the phrase."""


def is_negated(words: Sequence[str], start: int, end: int) -> bool:
    """Whether the phrase at words[start:end] is denied ("not urgent", "urgent? no"), in English or German.

    Words are as `words.tokens` gives them. Constant time in the length of the text.
    """
    return _denied_before(words, start) or _denied_after(words, end)


def is_negator(word: str) -> bool:
    """Whether the word alone turns a statement round."""
    return word in _NEGATORS or word.endswith("n't")


def _denied_before(words: Sequence[str], start: int) -> bool:
    if start and words[start - 1] in _ADJACENT:
        # "more or less critical", "no less critical", "nonetheless critical" are no calmer for it.
        return start < 2 or words[start - 2] not in {"or", "no", "not", "the", "oder", "nicht"}
    count, place, lowest = 0, start - 1, max(0, start - _REACH)
    last_negator = start
    while place >= lowest:
        word = words[place]
        if _negates(words, place, start):
            if _is_challenged(words, place, start):
                return False
            # "no not urgent" denies once; "don't say it is not urgent" denies a denial.
            count += last_negator != place + 1 or count == 0
            last_negator = place
        elif word in {"or", "nor", "oder", "noch"} and place > lowest and words[place - 1] not in BREAKS:
            place -= 1  # over the other half of "not urgent or critical"
        elif word not in _FILLERS and not _is_verb_before_any(words, place):
            break
        place -= 1
    return count % 2 == 1


def _is_verb_before_any(words: Sequence[str], place: int) -> bool:
    """Such as "noticed" in "haven't noticed any data loss"."""
    return words[place + 1 : place + 2] == ["any"] and not _stops(words[place])


def _stops(word: str) -> bool:
    return word in BREAKS or word in {"but", "and", "aber", "und"}


def _negates(words: Sequence[str], place: int, start: int) -> bool:
    word, following = words[place], words[place + 1]
    if following in _CANCELS:
        return False
    if word == "no":
        return place + 1 == start or following in _AFTER_NO
    if word == "without":
        return following == "any"
    if word == "from":
        return place > 0 and words[place - 1] == "far"
    if word == "but":
        return place > 0 and words[place - 1] == "anything"
    return is_negator(word)


def _is_challenged(words: Sequence[str], negator: int, start: int) -> bool:
    """Whether the denial is disputed: "why is this not urgent", "isn't this urgent?", "is this not urgent?"."""
    place = negator
    while place > 0 and negator - place < _REACH and words[place - 1] not in BREAKS:
        place -= 1
        if words[place] in _CHALLENGES:
            return True
    if not (words[place].endswith("n't") or (place < negator and words[place] in _OPENS_QUESTION)):
        return False
    return next((word for word in words[start : start + _REACH] if word in ".!?\n"), "") == "?"


def _denied_after(words: Sequence[str], end: int) -> bool:
    tail = words[end : end + 6]
    if tail and tail[0] in {"?", ":", "=", "-"}:
        return _is_denial(tail[1:])
    place = 0
    while place < len(tail) and tail[place] in _COPULAS:
        place += 1
    # "dringend ist es nicht", but not "is it urgent or not"
    return place < len(tail) and tail[place] in {"not", "nicht"} and _ends(tail[place + 1 :], question=False)


def _is_denial(answer: Sequence[str]) -> bool:
    if not answer or answer[0] not in _DENIALS:
        return False
    rest = answer[1:]
    if rest[:2] == ["at", "all"]:
        rest = rest[2:]
    elif rest and rest[0] in _DENIAL_TAILS:
        rest = rest[1:]
    return _ends(rest, question=True)


def _ends(rest: Sequence[str], *, question: bool) -> bool:
    return not rest or (rest[0] in BREAKS and (question or rest[0] != "?"))

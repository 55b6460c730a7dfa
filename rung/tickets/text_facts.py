"""Text becomes facts, once, when it arrives: the phrases the policy listens for, and whether it says anything."""

from functools import lru_cache

from rung.core.case.events import TextFacts
from rung.core.conditions.evaluation import phrases_of_policy
from rung.core.reckoning.compiled import Compiled
from rung.core.text.phrases import Phrases, is_bare_thanks
from rung.core.vocabulary import Automatic
from rung.policies.versions import compiled

#: The judgement's own version: kept with the facts, raised when the same text would be judged otherwise.
VERSION = "words.1"


def facts_of(text: str, policy: int) -> TextFacts:
    """What the text says to that version of the policy."""
    return TextFacts(version=VERSION, matched=_phrases(compiled(policy)).matched(text))


def verdict_on(text: str) -> Automatic | None:
    """A bare "thanks" is nobody's words: it stays on the timeline and changes nothing."""
    return Automatic.THANKS if is_bare_thanks(text) else None


@lru_cache(maxsize=16)
def _phrases(version: Compiled) -> Phrases:
    return Phrases(phrases_of_policy(version.policy))

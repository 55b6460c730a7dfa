"""Sentences in somebody's language where no page of theirs is being answered."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import translation

from rung.core import actors
from rung.core.actors import Actor
from rung.core.sentences import speaking
from rung.people.models import Agent


@contextmanager
def speaking_in(language: str) -> Iterator[None]:
    """Within the block sentences are made in a language; in English where it is none of ours."""
    known = language in dict(settings.LANGUAGES)
    with translation.override(language if known else "en"), speaking(translation.gettext):
        yield


def language_of(author: Actor) -> str:
    """That of `agent:HANDLE`; empty for anybody else."""
    chosen = Agent.objects.filter(handle=actors.handle_of(author)).values_list("language", flat=True)
    return chosen.first() or ""

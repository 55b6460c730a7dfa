"""What is shown only once, shown again to a person who pressed twice: the second press gets the first one's answer."""

import json
from collections.abc import Callable
from hashlib import sha256

from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rung.frame.access import agent_of
from rung.people import advisory_locks
from rung.people.vault import seal, unseal

LASTS = 120  # seconds in which a second press is the same press

Shown = dict[str, object]


def shown_once(request: HttpRequest, make: Callable[[], Shown]) -> HttpResponse:
    """The page with what `make` gives: who it is for, the secret, its kind. Twice with one `once` it is made once.

    What is shown is kept sealed for two minutes, for the same person and the same form only. Whatever `make` raises
    undoes all of it.
    """
    key = _key(request)
    with transaction.atomic():
        if key is None:
            shown = make()
        else:
            # A second press waits here until the first one's answer is kept.
            advisory_locks.wait(advisory_locks.shown_once(key))
            kept = cache.get(key)
            shown = json.loads(unseal(kept)) if kept else make()
            if not kept:
                cache.set(key, seal(json.dumps(shown)), LASTS)
    return render(request, "frame/shown_once.html", {"live": [], **shown})


def was_shown(request: HttpRequest) -> HttpResponse | None:
    """The page this very form has led to already."""
    key = _key(request)
    kept = cache.get(key) if key else None
    return render(request, "frame/shown_once.html", {"live": [], **json.loads(unseal(kept))}) if kept else None


def _key(request: HttpRequest) -> str | None:
    """Of the very same words in the very same form: with another name it is another press."""
    if not request.POST.get("once"):
        return None
    said = sorted((name, value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken")
    words = json.dumps([agent_of(request).pk, request.path, said])
    return f"shown-once:{sha256(words.encode()).hexdigest()}"

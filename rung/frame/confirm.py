"""Asking back before something that cannot be undone, with or without JavaScript."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def ask_to_confirm(request: HttpRequest, question: str, effect: str, word: str, back: str) -> HttpResponse | None:
    """The page that asks, or None: it has been asked, and the answer was yes.

    `effect`: what follows. `word`: on the button that does it. `back`: where "no" leads.
    """
    if request.POST.get("sure") == "1":
        return None
    own = ("csrfmiddlewaretoken", "sure", "once")
    given = [(name, value) for name, value in request.POST.items() if name not in own]
    context = {"live": [], "question": question, "effect": effect, "word": word, "back": back, "given": given}
    return render(request, "frame/confirm.html", context)

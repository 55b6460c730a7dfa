"""What agents say from a ticket's page: an answer, a note, the words with which it is resolved."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from rung.people.models import Agent
from rung.tickets import results as r
from rung.tickets.actions import conversation, ending
from rung.tickets.writing import Words
from rung.web.fields import actor, clean, needed, once
from rung.web.uploads import files_of

Spoken = r.Done | r.AlreadySo | r.Answered | r.Refused


def answer(number: int, request: HttpRequest, by: Agent) -> Spoken:
    """To the customer. Raises Mistake, TooMuch."""
    form, files = request.POST, files_of(request)
    text = needed(form, "text", _("An answer needs words."))
    keep = {"1": True, "0": False}.get(form.get("keep", ""))
    words = Words(text=text, author_name=by.name, files=files)
    key = once(form, by.handle, "answer", text)
    return conversation.answer(number, words, by=actor(by), keep_open=keep, client_key=key)


def note(number: int, request: HttpRequest, by: Agent) -> Spoken:
    """For the team. A file needs no words. Raises Mistake, TooMuch."""
    form, files = request.POST, files_of(request)
    text = clean(form, "text") if files else needed(form, "text", _("A note needs words."))
    words = Words(text=text, author_name=by.name, files=files)
    return conversation.note(number, words, by=actor(by), client_key=once(form, by.handle, "note", text))


def resolve(number: int, request: HttpRequest, by: Agent) -> Spoken:
    """With words they are an answer. Raises Mistake, TooMuch."""
    files = files_of(request)
    text = needed(request.POST, "text", _("An answer needs words.")) if files else clean(request.POST, "text")
    words = Words(text=text, author_name=by.name, files=files) if text else None
    return ending.resolve(number, by=actor(by), words=words)

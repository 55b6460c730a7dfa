"""What agents say from a ticket's page: an answer, a note, the words with which it is resolved."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from rung.frame.fields import Mistake, actor, clean, needed, once, within
from rung.frame.uploads import files_of
from rung.people.models import Agent
from rung.policies.versions import compiled
from rung.tickets import canned_answers
from rung.tickets import results as r
from rung.tickets.actions import conversation, ending, workflows
from rung.tickets.message_rows import MessageText, NewFile
from rung.tickets.models import Ticket

MOST_IN_COPY = 20
Spoken = r.Done | r.AlreadySo | r.Answered | r.Refused


def answer(number: int, request: HttpRequest, by: Agent) -> Spoken:
    """To the customer. Raises Mistake, TooMuch."""
    form, files = request.POST, files_of(request)
    text = within(needed(form, "text", _("An answer needs words.")))
    refuse_gaps(number, text)
    if workflow := clean(form, "workflow"):
        return _by_workflow(number, form, by, workflow, words=(text, files))
    keep = {"1": True, "0": False}.get(form.get("keep", ""))
    words = MessageText(
        text=text, author_name=by.name, files=files, cc=_addresses(form, "cc"), bcc=_addresses(form, "bcc")
    )
    key = once(form, by.handle, "answer", text)
    return conversation.answer(number, words, by=actor(by), keep_open=keep, client_key=key)


def _addresses(form: QueryDict, name: str) -> tuple[str, ...]:
    """Mail addresses with commas or spaces between them. Raises Mistake."""
    given = tuple(dict.fromkeys(re.split(r"[\s,;]+", clean(form, name).strip(" ,;")))) if clean(form, name) else ()
    if len(given) > MOST_IN_COPY:
        raise Mistake(_("At most %(most)d addresses in copy.") % {"most": MOST_IN_COPY})
    for address in given:
        try:
            validate_email(address)
        except ValidationError:
            raise Mistake(_("“%(word)s” is no e-mail address.") % {"word": address}) from None
    return given


def workflow(number: int, request: HttpRequest, by: Agent) -> Spoken:
    """A common request in one click: what it asks for, its words, the state afterwards. Raises Mistake."""
    form = request.POST
    return _by_workflow(number, form, by, needed(form, "workflow", _("Say which workflow.")))


def _by_workflow(
    number: int, form: QueryDict, by: Agent, name: str, words: tuple[str, tuple[NewFile, ...]] | None = None
) -> Spoken:
    """`words`: the agent's own, and files, instead of the policy's reply."""
    answers = {field.removeprefix("ask-"): clean(form, field) for field in form if field.startswith("ask-")}
    text, files = words or (None, ())
    key = once(form, by.handle, "workflow", name, text or "", *answers.values())
    return workflows.use(number, name, agent=by, answers=answers, text=text, files=files, client_key=key)


def refuse_gaps(number: int, text: str) -> None:
    """Raises Mistake where a gap of a canned answer still stands in the words."""
    policy = Ticket.objects.filter(number=number).values_list("policy", flat=True).first()
    why = canned_answers.gap_in(text, compiled(policy or 0))
    if why is None:
        return
    gap, meant = why
    if meant is None:
        said = _("{%(gap)s} still stands in it: write what belongs there, or take it out.") % {"gap": gap}
    elif meant:
        said = _("Nothing fills {%(gap)s}; did you mean {%(meant)s}? Take it out or write what belongs there.")
        said %= {"gap": gap, "meant": meant}
    else:
        said = _("Nothing fills {%(gap)s}: take it out or write what belongs there.") % {"gap": gap}
    raise Mistake(said)


def note(number: int, request: HttpRequest, by: Agent) -> Spoken:
    """For the team. A file needs no words. Raises Mistake, TooMuch."""
    form, files = request.POST, files_of(request)
    text = within(clean(form, "text") if files else needed(form, "text", _("A note needs words.")))
    words = MessageText(text=text, author_name=by.name, files=files)
    return conversation.note(number, words, by=actor(by), client_key=once(form, by.handle, "note", text))


def resolve(number: int, request: HttpRequest, by: Agent) -> Spoken:
    """With words they are an answer. Raises Mistake, TooMuch."""
    files = files_of(request)
    text = within(needed(request.POST, "text", _("An answer needs words.")) if files else clean(request.POST, "text"))
    refuse_gaps(number, text)
    words = MessageText(text=text, author_name=by.name, files=files) if text else None
    return ending.resolve(number, by=actor(by), words=words)

"""What people do to a ticket from its page: each a form, with or without JavaScript."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rung.core.vocabulary import Automatic, Priority, Reason, Undelivered
from rung.frame.access import agent_of, needs
from rung.frame.fields import Mistake, actor, choice, clean, needed, number_in, once, quicker, within
from rung.frame.uploads import TooMuch
from rung.people.clock import database_now
from rung.people.models import Agent, Role
from rung.policies.versions import compiled, current_number
from rung.tickets import results as r
from rung.tickets import visibility
from rung.tickets.actions import assignment, conversation, ending, escalation, sending, triage, turns
from rung.tickets.message_rows import LONGEST_FIELD
from rung.web.ticket import merging, replies
from rung.web.ticket.common_requests import asked
from rung.web.ticket.page import Given, context_of

Result = (
    r.Done
    | r.AlreadySo
    | r.AlreadyClaimed
    | r.Refused
    | r.Answered
    | r.Claimed
    | r.Escalated
    | r.Unreachable
    | r.Unconfirmed
    | r.Created
)
Act = Callable[[int, QueryDict, Agent], Result]
SNOOZES = {"1h": timedelta(hours=1), "4h": timedelta(hours=4), "1d": timedelta(days=1), "7d": timedelta(days=7)}
MORNING = 8  # o'clock, for "tomorrow morning"
FURTHEST = timedelta(days=366)
LONGEST_NAME = 200
TAG_LIMITS = {"most": triage.TAGS_AT_A_TIME, "long": triage.LONGEST_TAG}


@require_POST
@needs(Role.AGENT)
def act(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """Do it, say what came of it, and show the ticket again."""
    do = ACTS.get(action)
    if (do is None and action not in SPOKEN) or not visibility.sees(agent_of(request), number):
        raise Http404(f"no action is called {action}, or there is no ticket {number}")
    given = {name: str(value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    try:
        result = (
            do(number, request.POST, agent_of(request)) if do else SPOKEN[action](number, request, agent_of(request))
        )
    except (Mistake, TooMuch) as mistake:
        return _refused(request, number, Given(action, str(mistake), values=given, answers=asked(given)))
    if problem := objection(result):
        asks = isinstance(result, r.Unreachable | r.Unconfirmed)
        return _refused(request, number, Given(action, problem, ask_anyway=asks, values=given, answers=asked(given)))
    level, said = _said(result)
    messages.add_message(request, level, said)
    for warning in unheard(result):
        messages.warning(request, warning)
    if not request.headers.get("HX-Request"):
        return redirect(_back(request, number))
    if _back(request, number) != f"/tickets/{number}":
        return render(request, "ticket/said.html")
    context = context_of(request, number) | {"done": action}
    return render(request, "ticket/changed.html", context)


def _claim(number: int, form: QueryDict, by: Agent) -> Result:
    return assignment.claim(number, agent=by.handle)


def _return(number: int, form: QueryDict, by: Agent) -> Result:
    why = within(needed(form, "why", _("Say why, so that the sender knows.")))
    return assignment.return_offer(number, why, by=actor(by))


def _assign(number: int, form: QueryDict, by: Agent) -> Result:
    return assignment.assign(number, form.get("assignee") or None, by=actor(by))


def _escalate(number: int, form: QueryDict, by: Agent) -> Result:
    fields = {
        name.removeprefix("handoff-"): within(form.get(name, ""), LONGEST_FIELD)
        for name in form
        if name.startswith("handoff-")
    }
    return escalation.escalate(
        number,
        form.get("to") or "next",
        by=actor(by),
        reason=choice(Reason, form.get("reason"), Reason.OTHER),
        note=within(form.get("note", ""), LONGEST_FIELD),
        handoff={name: words for name, words in fields.items() if words.strip()},
        anyway=form.get("anyway") == "1",
    )


def _priority(number: int, form: QueryDict, by: Agent) -> Result:
    priority = choice(Priority, form.get("priority"), Priority.NORMAL)
    return triage.set_priority(number, priority, by=actor(by), critical=form.get("critical") == "1")


def _category(number: int, form: QueryDict, by: Agent) -> Result:
    wanted = form.get("category") or None
    known = {each.name for each in compiled(current_number()).policy.categories}
    if wanted and known and wanted not in known:
        raise Mistake(_("“%(word)s” is not known here.") % {"word": wanted})
    return triage.set_category(number, wanted, by=actor(by))


def _tags(number: int, form: QueryDict, by: Agent) -> Result:
    added = tuple(word.strip() for word in clean(form, "add").split(",") if word.strip())
    if any(len(word) > triage.LONGEST_TAG for word in added) or len(added) > triage.TAGS_AT_A_TIME:
        raise Mistake(_("Tags are words: at most %(most)d at a time, of %(long)d characters.") % TAG_LIMITS)
    return triage.tag(number, by=actor(by), added=added, removed=tuple(form.getlist("remove")))


def _hold(number: int, form: QueryDict, by: Agent) -> Result:
    return turns.hold(number, by=actor(by), third_party=clean(form, "third_party")[:LONGEST_NAME] or None)


def _wait(number: int, form: QueryDict, by: Agent) -> Result:
    return turns.wait(number, by=actor(by))


def _take_turn(number: int, form: QueryDict, by: Agent) -> Result:
    return turns.take_turn(number, by=actor(by))


def _snooze(number: int, form: QueryDict, by: Agent) -> Result:
    return turns.snooze(number, _until(form.get("until", "")), by=actor(by))


def _wake(number: int, form: QueryDict, by: Agent) -> Result:
    return turns.wake(number, by=actor(by))


def _close(number: int, form: QueryDict, by: Agent) -> Result:
    return ending.close(number, by=actor(by), why=clean(form, "why")[:LONGEST_NAME] or "by_hand")


def _reopen(number: int, form: QueryDict, by: Agent) -> Result:
    return ending.reopen(number, by=actor(by))


def _recount(number: int, form: QueryDict, by: Agent) -> Result:
    event = number_in(form, "event")
    if event is None:
        raise Mistake(_("Choose the message whose verdict is wrong."))
    automatic = choice(Automatic, form.get("automatic"), Automatic.BY_HAND) if form.get("automatic") else None
    return conversation.recount(number, event, by=actor(by), automatic=automatic)


def _undo(number: int, form: QueryDict, by: Agent) -> Result:
    return sending.undo(number, number_in(form, "message") or 0, by=actor(by))


def _send_again(number: int, form: QueryDict, by: Agent) -> Result:
    message, address = number_in(form, "message") or 0, clean(form, "address")
    if address:
        try:
            validate_email(address)
        except ValidationError:
            raise Mistake(_("That is no e-mail address.")) from None
    key = once(form, by.handle, "send-again", str(message), address)
    return sending.send_again(number, message, by=actor(by), address=address, client_key=key)


#: Those that take files, or ask back.
SPOKEN: dict[str, Callable[[int, HttpRequest, Agent], Result]] = {
    "answer": replies.answer,
    "note": replies.note,
    "workflow": replies.workflow,
    "resolve": replies.resolve,
    "merge": merging.merge,
    "split": merging.split,
    "relate": merging.relate,
    "unrelate": merging.unrelate,
}
ACTS: dict[str, Act] = {
    "claim": _claim,
    "return": _return,
    "assign": _assign,
    "escalate": _escalate,
    "priority": _priority,
    "category": _category,
    "tags": _tags,
    "hold": _hold,
    "wait": _wait,
    "turn": _take_turn,
    "snooze": _snooze,
    "wake": _wake,
    "close": _close,
    "reopen": _reopen,
    "recount": _recount,
    "undo": _undo,
    "send-again": _send_again,
}


def _until(word: str) -> datetime:
    now = database_now()
    if word in SNOOZES:
        return now + SNOOZES[word]
    if word == "tomorrow":
        morning = timezone.localtime(now) + timedelta(days=1)
        return morning.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    try:
        chosen = datetime.fromisoformat(word)
    except ValueError:
        raise Mistake(_("Say until when.")) from None
    if chosen.replace(tzinfo=None) > (now + FURTHEST).replace(tzinfo=None):
        raise Mistake(_("A snooze ends within a year."))
    return timezone.make_aware(chosen) if timezone.is_naive(chosen) else chosen


def _back(request: HttpRequest, number: int) -> str:
    """Where the form was: a page of ours."""
    back = request.POST.get("back", "")
    parts = urlsplit(back)
    is_ours = back.startswith("/") and not back.startswith("//") and not parts.netloc and "\\" not in back
    return back if is_ours else f"/tickets/{number}"


def _refused(request: HttpRequest, number: int, given: Given) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return render(request, "ticket/page.html", context_of(request, number, given), status=409)
    if _back(request, number) != f"/tickets/{number}":
        messages.warning(request, given.problem)
        return render(request, "ticket/said.html")
    return render(request, "ticket/refused.html", context_of(request, number, given))


def objection(result: Result) -> str:
    """Why nothing was done; empty: it was."""
    match result:
        case r.Unreachable():
            return _of_unreachable(result)
        case r.Unconfirmed():
            return merging.question(result)
        case r.Refused(why=why):
            return sentence(why)
    return ""


def _of_unreachable(result: r.Unreachable) -> str:
    if result.opens_at is None:
        return _("Nobody can be reached at %(level)s, and nobody is scheduled.") % {"level": result.level}
    at = timezone.localtime(result.opens_at)
    when = f"{at:%a %d %b %H:%M} {at.tzname()}"
    return _("Nobody can be reached at %(level)s before %(when)s.") % {"level": result.level, "when": when}


def _said(result: Result) -> tuple[int, str]:  # noqa: PLR0911  one line a result
    match result:
        case r.AlreadySo(why=why):
            return messages.INFO, sentence(why)
        case r.AlreadyClaimed(by=by):
            return messages.WARNING, quicker(by)
        case r.Claimed(level=level):
            return messages.SUCCESS, _("It is yours, at %(level)s.") % {"level": level}
        case r.Answered(kept=Undelivered.NO_WAY):
            return messages.WARNING, _("Written down, but nothing can reach the customer: it does not count.")
        case r.Answered(kept=""):
            return messages.SUCCESS, _("Answered. It is the customer's turn.")
        case r.Answered():
            return messages.SUCCESS, _("Answered. It is still our turn.")
        case r.Escalated(level=level, missing=()):
            return messages.SUCCESS, _("Offered to %(level)s.") % {"level": level}
        case r.Escalated(level=level, missing=missing):
            words = {"level": level, "fields": ", ".join(missing)}
            return messages.WARNING, _("Offered to %(level)s. Still missing: %(fields)s.") % words
        case r.Created(ticket=number):
            return messages.SUCCESS, _("Ticket %(number)d was opened.") % {"number": number}
    return messages.SUCCESS, _("Done.")


def unheard(result: Result) -> list[str]:
    """Whom a note mentions and nobody tells, and why."""
    told = []
    for agent in Agent.objects.filter(handle__in=result.untold if isinstance(result, r.Done) else ()).order_by("name"):
        if agent.is_active:
            said = _(
                "%(who)s is not notified: they see only their own teams' tickets, and this is not one of them. Ask "
                "somebody else."
            )
        else:
            said = _("%(who)s is not notified: they no longer work here.")
        told.append(said % {"who": agent.name})
    return told


def sentence(why: str) -> str:
    """A reason as a sentence of its own."""
    whole = why[:1].upper() + why[1:]
    return whole if whole.endswith(("?", "!")) else whole.rstrip(".") + "."

"""One act on several tickets: each through the same door, and what was refused is told ticket by ticket."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from rung.core import actors
from rung.core.vocabulary import Priority
from rung.frame.access import agent_of, needs
from rung.frame.fields import Mistake, choice, quicker
from rung.frame.uploads import TooMuch
from rung.people.models import Agent, Role
from rung.tickets import results as r
from rung.tickets.actions import assignment, ending, triage, turns
from rung.tickets.models import OVER, Ticket
from rung.tickets.visibility import visible
from rung.web.templatetags.formatting import words
from rung.web.ticket import acts

#: What may be done to several at once.
ACTIONS = ("claim", "escalate", "assign", "priority", "category", "snooze", "resolve", "close")
MOST = 200
UNDO_SALT, UNDO_WITHIN = "rung.undo", 15 * 60  # seconds


@dataclass
class Outcome:
    """What came of it. `refused`: (ticket, why). `undo`: the signed word that takes it back, if it can be.

    `untold`: (ticket, what the level it was offered to asks for and nobody has said).
    """

    action: str
    done: list[int] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    untold: list[tuple[int, str]] = field(default_factory=list)
    undo: str = ""

    @property
    def sentence(self) -> str:
        """What was done, in one sentence."""
        count = len(self.done)
        if not count:
            return _("Nothing was changed.")
        return _SENTENCES[self.action](count) % {"count": count}


@require_POST
@needs(Role.AGENT)
def bulk(request: HttpRequest) -> HttpResponse:
    """Do it to each ticket named and say what came of it."""
    action, agent = request.POST.get("action", ""), agent_of(request)
    numbers = [
        int(word) for word in dict.fromkeys(request.POST.getlist("number")) if word.isdecimal() and len(word) < 18
    ]
    if action not in ACTIONS or not 0 < len(numbers) <= MOST:
        return HttpResponseBadRequest(_("Choose up to %(most)d tickets, and what to do.") % {"most": MOST})
    before = visible(agent).filter(number__in=numbers).order_by().only(*_KEPT).in_bulk()
    outcome, undoable = Outcome(action), []
    for number in numbers:
        if number not in before:
            outcome.refused.append((number, _("There is no such ticket.")))
            continue
        came = _do(action, number, request, agent)
        if came.refused:
            outcome.refused.append((number, came.refused))
            continue
        outcome.done.append(number)
        if came.untold:
            outcome.untold.append((number, came.untold))
        if came.undoable:
            undoable.append(_state(before[number]))
    if undoable:
        outcome.undo = signing.dumps([agent.handle, action, undoable], salt=UNDO_SALT, compress=True)
    return _told(request, outcome)


@require_POST
@needs(Role.AGENT)
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was done a moment ago, where a ticket still stands as it was left."""
    try:
        handle, action, states = signing.loads(request.POST.get("word", ""), salt=UNDO_SALT, max_age=UNDO_WITHIN)
    except signing.BadSignature:
        return _told(request, Outcome("undo", refused=[(0, _("It is too late to undo that."))]))
    agent = agent_of(request)
    outcome = Outcome("undo")
    if handle != agent.handle:
        return _told(request, outcome)
    now = visible(agent).filter(number__in=[state["number"] for state in states]).in_bulk()
    for state in states:
        number = state["number"]
        if number in now and _take_back(action, state, now[number], agent):
            outcome.done.append(number)
        else:
            outcome.refused.append((number, _("It has changed since.")))
    return _told(request, outcome)


@dataclass(frozen=True)
class Came:
    """What came of one. `undoable`: offers made or closed are heard by people at once, and cannot be taken back."""

    refused: str = ""
    untold: str = ""
    undoable: bool = True


def _do(action: str, number: int, request: HttpRequest, agent: Agent) -> Came:
    try:
        if action == "priority":  # alone: what is a critical incident stays one
            priority = choice(Priority, request.POST.get("priority"), Priority.NORMAL)
            result: acts.Result = triage.set_priority(number, priority, by=actors.agent(agent.handle))
        elif action in acts.SPOKEN:
            result = acts.SPOKEN[action](number, request, agent)
        else:
            result = acts.ACTS[action](number, request.POST, agent)
    except (Mistake, TooMuch) as mistake:
        return Came(str(mistake))
    match result:
        case r.AlreadySo(why=why):
            return Came(acts.sentence(why))
        case r.AlreadyClaimed(by=by):
            return Came(quicker(by))
        case r.Claimed(closed=closed):
            return Came(undoable=not closed)
        case r.Escalated(missing=missing):
            return Came(untold=", ".join(map(words, missing)), undoable=False)
    return Came(acts.objection(result), undoable=action != "escalate")


_KEPT = ("number", "assignee_id", "priority", "critical", "category", "snoozed_until")


def _state(ticket: Ticket) -> dict[str, Any]:
    """What a ticket was before, as far as an act may have changed it."""
    was = {name: getattr(ticket, name) for name in _KEPT}
    return was | {"snoozed_until": bool(ticket.snoozed_until)}


def _take_back(action: str, was: dict[str, Any], now: Ticket, agent: Agent) -> bool:
    """Undo one act on one ticket; False where somebody has acted on it since."""
    number, by = now.number, actors.agent(agent.handle)
    result: acts.Result
    match action:
        case "claim" | "assign":
            if now.assignee_id == was["assignee_id"]:
                return False
            result = assignment.assign(number, was["assignee_id"], by=by)
        case "priority" if was["priority"]:
            result = triage.set_priority(number, Priority(was["priority"]), by=by, critical=was["critical"])
        case "category":
            result = triage.set_category(number, was["category"] or None, by=by)
        case "snooze" if not was["snoozed_until"]:
            result = turns.wake(number, by=by)
        case "resolve" | "close" if now.status in OVER:
            result = ending.reopen(number, by=by)
        case _:
            return False
    return isinstance(result, r.Done)


def _told(request: HttpRequest, outcome: Outcome) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return render(request, "queue/triage/outcome.html", {"outcome": outcome})
    if outcome.done or not outcome.refused:
        messages.success(request, outcome.sentence)
    for number, fields in outcome.untold:
        messages.warning(request, f"#{number}: " + _("Still missing: %(fields)s.") % {"fields": fields})
    for number, why in outcome.refused:
        messages.warning(request, f"#{number}: {why}" if number else why)
    return redirect("triage")


_SENTENCES = {
    "escalate": lambda n: ngettext("One ticket was offered.", "%(count)d tickets were offered.", n),
    "claim": lambda n: ngettext("One ticket is yours.", "%(count)d tickets are yours.", n),
    "assign": lambda n: ngettext("One ticket was assigned.", "%(count)d tickets were assigned.", n),
    "priority": lambda n: ngettext("One priority was set.", "%(count)d priorities were set.", n),
    "category": lambda n: ngettext("One category was set.", "%(count)d categories were set.", n),
    "snooze": lambda n: ngettext("One ticket was snoozed.", "%(count)d tickets were snoozed.", n),
    "resolve": lambda n: ngettext("One ticket was resolved.", "%(count)d tickets were resolved.", n),
    "close": lambda n: ngettext("One ticket was dismissed.", "%(count)d tickets were dismissed.", n),
    "undo": lambda n: ngettext("One ticket was restored.", "%(count)d tickets were restored.", n),
}

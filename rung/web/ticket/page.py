"""One ticket: what was said, what happened, where it stands on its ladder, and what happens next unless what."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from rung.core import actors
from rung.core.case import case as cases
from rung.core.case.events import AnyEvent
from rung.core.receipt import outlook
from rung.core.receipt.outlook import Upcoming
from rung.core.reckoning.ladder import destination
from rung.core.reckoning.look import Look
from rung.core.reckoning.turns import is_kept_by_default
from rung.core.vocabulary import Priority, Reason
from rung.frame.access import agent_of, may, needs
from rung.people.clock import database_now
from rung.people.models import Agent, Role
from rung.policies.versions import compiled
from rung.tickets import answer_states, canned_answers
from rung.tickets.answer_states import Arrival
from rung.tickets.customer_pass import pass_of
from rung.tickets.history import events_of
from rung.tickets.models import IS_OPEN, Handoff, Message, Ticket
from rung.tickets.overview import ladder, look_at
from rung.tickets.participants import participants
from rung.tickets.relations import BY_HAND, MIRRORED
from rung.tickets.timeline_text import Names, Told, Tone, tell, tell_actions, tell_reason
from rung.tickets.visibility import visible
from rung.web.ticket.common_requests import asked, common_requests, open_gaps

#: Steps ahead shown on the page; the rest is in the API.
STEPS_SHOWN = 5
OTHERS_SHOWN = 5


@dataclass(frozen=True)
class Entry:
    """One thing on the conversation: a message with its event, or an event alone."""

    at: datetime
    told: Told | None
    message: Message | None
    #: Who wrote the message. One without an event of its own (merged, split off, a word beside a handoff) has it too.
    who: str = ""
    #: A minor event, shown only when asked for.
    quiet: bool = False
    #: Of an answer: whether it has arrived.
    arrival: Arrival | None = None


@dataclass(frozen=True)
class NextStep:
    """A step ahead, in words."""

    step: Upcoming
    does: tuple[str, ...]


@dataclass(frozen=True)
class Given:
    """What a form held that was refused, to be shown again with the reason."""

    form: str = ""
    problem: str = ""
    #: Nobody can be reached there: it may be sent all the same.
    ask_anyway: bool = False
    values: dict[str, str] = field(default_factory=dict)
    #: What a workflow had asked for.
    answers: dict[str, str] = field(default_factory=dict)


@needs(Role.OBSERVER)
def ticket(request: HttpRequest, number: int) -> HttpResponse:
    """The page; asked again by htmx, only what may have changed."""
    context = context_of(request, number)
    if request.headers.get("HX-Request"):
        return render(request, "ticket/again.html", context)
    return render(request, "ticket/page.html", context)


@require_POST
@needs(Role.AGENT)
def insert(request: HttpRequest, number: int) -> HttpResponse:
    """A canned answer after what is written already, its gaps filled from the ticket; nothing is sent."""
    found = visible(agent_of(request)).select_related("customer", "requester").filter(number=number).first()
    if found is None:
        raise Http404(f"there is no ticket {number}")
    case, policy = cases.decode(bytes(found.snapshot)), compiled(found.policy)
    answers = asked(request.POST)
    said = canned_answers.filled(
        request.POST.get("reply", ""), found, case, policy, agent=agent_of(request), answers=answers
    )
    text = "\n\n".join(part for part in (request.POST.get("text", "").strip(), said.text) if part)
    values = {"text": text, "workflow": request.POST.get("workflow", "")}
    given = Given("insert", open_gaps(said), values=values, answers=answers)
    context = context_of(request, number, given)
    return render(request, "ticket/refused.html" if request.headers.get("HX-Request") else "ticket/page.html", context)


def context_of(request: HttpRequest, number: int, given: Given | None = None) -> dict[str, Any]:
    """Everything the page shows. Raises Http404."""
    now = database_now()
    whole = visible(agent_of(request)).select_related("customer__account_owner", "requester", "assignee")
    found = whole.filter(number=number).first()
    if found is None:
        raise Http404(f"there is no ticket {number}")
    look = look_at(found, now)
    events = events_of(number)
    names = Names.read(look.compiled.policy, events)
    shows_all = request.GET.get("all") == "1"
    arrived = answer_states.arrivals(found, now)
    found_messages = list(found.messages.prefetch_related("attachments"))
    entries = [_with_arrival(each, arrived) for each in conversation(events, found_messages, names)]
    return {
        "live": [f"ticket:{number}"],
        "now": now,
        "ticket": found,
        "case": look.case,
        "names": names,
        "entries": [entry for entry in entries if shows_all or not entry.quiet],
        "quiet": sum(entry.quiet for entry in entries),
        "shows_all": shows_all,
        "clocks": outlook.clock_views(look),
        "ladder": ladder(look),
        "steps": next_steps(look, names),
        "steps_passed_over": sum(not step.applies for step in outlook.upcoming(look)),
        "priority_reasons": priority_reasons(events, names),
        "handoff": found.handoffs.first(),
        "links": list(found.links.all()),
        "participants": participants(found),
        "relations": list(found.relations.select_related("other").filter(other__in=visible(agent_of(request)))),
        "others": _others(found, agent_of(request)),
        "splittable": [entry for entry in entries if entry.message is not None] if len(found_messages) > 1 else [],
        "relation_kinds": BY_HAND,
        "removable": [word for kind in BY_HAND for word in (kind, MIRRORED[kind])],
        "workflows": common_requests(found, look, agent_of(request), given),
        "once": token_urlsafe(9),
        "promised": look.compiled.goals(look.compiled.target(look.facts)),
        "customer_word": pass_of(number, now),
        "works": may(request, Role.AGENT),
        "reached": answer_states.reaches([found, *participants(found)]),
        "mails": answer_states.mails_go_out(),
        "has_page": answer_states.has_page(found),
        "given": given or Given(),
        **forms(found, look, agent_of(request), given or Given()),
    }


def conversation(events: Iterable[AnyEvent], messages: list[Message], names: Names) -> list[Entry]:
    """Messages and events in one order; a message stands where its event does."""
    by_number = {message.pk: message for message in messages}
    entries = []
    for event in events:
        told = tell(event, names)
        message = by_number.pop(told.message, None) if told.message is not None else None
        who = (message.author_name if message else "") or told.who
        entries.append(Entry(told.at, told, message, who, quiet=message is None and told.tone is Tone.QUIET))
    entries += [
        Entry(message.at, None, message, message.author_name or names.of(message.author))
        for message in by_number.values()
    ]
    return sorted(entries, key=lambda entry: entry.at)


def _with_arrival(entry: Entry, arrived: Mapping[int, Arrival]) -> Entry:
    return replace(entry, arrival=arrived.get(entry.message.pk)) if entry.message is not None else entry


def next_steps(look: Look, names: Names) -> list[NextStep]:
    """The steps ahead that would act as things stand, soonest first."""
    ahead = [step for step in outlook.upcoming(look) if step.applies][:STEPS_SHOWN]
    return [NextStep(step, tell_actions(step.actions, step.to, names)) for step in ahead]


def priority_reasons(events: Iterable[AnyEvent], names: Names) -> list[str]:
    """Why the priority is what it is: the newest event that set it."""
    reasons: list[str] = []
    for event in events:
        if type(event).__name__ == "PrioritySet":
            by_hand = [f"{names.of(event.by)}"] if actors.is_agent(event.by) else []
            reasons = [*by_hand, *(tell_reason(each, names) for each in getattr(event, "reasons", ()))]
    return reasons


def forms(found: Ticket, look: Look, reader: Agent, given: Given) -> dict[str, Any]:
    """What the forms on the page offer; what was written into a refused one stands there again."""
    policy, case = look.compiled.policy, look.case
    to = destination(case, policy, "next")
    required = dict.fromkeys(name for level in policy.levels.values() for name in level.handoff.require)
    known: dict[str, str] = {}
    for handoff in Handoff.objects.filter(ticket=found).order_by("at", "pk"):
        known |= handoff.fields
    known |= {
        name.removeprefix("handoff-"): words for name, words in given.values.items() if name.startswith("handoff-")
    }
    people = list(Agent.objects.filter(is_active=True).exclude(role=Role.OBSERVER))
    return {
        "keeps_open": is_kept_by_default(case, policy),
        "next_level": to.level,
        "destinations": [name for name in policy.levels if name != case.level],
        "paths": [name for name in policy.paths if name != case.path],
        "reasons": list(Reason),
        "priorities": list(Priority),
        "categories": [rule.name for rule in policy.categories],
        "handoff_fields": [(name, known.get(name, "")) for name in required],
        "agents": people,
        "replies": [(name, re.sub("[-_]", " ", name), words) for name, words in sorted(policy.replies.items())],
        "is_mine": case.assignee == reader.handle,
        "may_claim": not case.status.is_over and (bool(case.offers) or case.assignee is None),
    }


def _others(found: Ticket, reader: Agent) -> list[Ticket]:
    """Other open tickets of the same customer that the reader may see."""
    if found.customer_id is None:
        return []
    same = visible(reader).filter(IS_OPEN, customer=found.customer_id).exclude(pk=found.pk).defer("snapshot")
    return list(same[:OTHERS_SHOWN])

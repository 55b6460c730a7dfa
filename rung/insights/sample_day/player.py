"""Plays the sample day: does what its people do when it is their minute, and says what the clocks did by themselves."""

import threading

import structlog

from rung.core import actors
from rung.core.sentences import key
from rung.insights.sample_day import story
from rung.insights.sample_day.script import ACTS, Act, ticket_of
from rung.insights.sample_day.story import Line
from rung.people import sample_clock
from rung.people.clock import database_now
from rung.tickets.models import Event

log = structlog.get_logger(__name__)

LOOK_EVERY = 0.25  # real seconds: a quarter of a minute of the day

#: What the policy does by itself, by the event it leaves: (kind, rule, step or reply) -> what is told.
BY_ITSELF = {
    ("step_fired", "Nobody has answered", "remind.1"): key(
        "Half of the time has gone and nobody has answered: "
        "the triage channel is reminded, and nobody else is disturbed."
    ),
    ("step_fired", "Nobody has answered", "escalate.1"): key(
        "An hour without an answer: it is offered to L2, "
        "with everything the customer has said. One message, where that team looks."
    ),
    ("step_fired", "Critical incident", "escalate.1"): key(
        "Critical: offered to engineering in the same second, "
        "past L2; the leads are told, and the customer hears who has it."
    ),
    (
        "auto_replied",
        "",
        "still-there",
    ): key("The customer has been silent for 40 minutes: a friendly question goes out by itself."),
    ("closed", "", ""): key("Still no answer after 80 minutes: closed as unanswered. A reply would open it again."),
}


def run(stop: threading.Event) -> None:
    """Until asked to stop. Started again, it goes on where it was."""
    told = {line.key for line in story.told()}
    while not stop.wait(LOOK_EVERY):
        if sample_clock.began() is not None:
            _play(told)
            _watch(told)


def _play(told: set[str]) -> None:
    """The acts whose minute has come, in order; one that is not possible yet holds up those behind it."""
    minute = (database_now() - sample_clock.BEGINS).total_seconds() / 60
    for act in ACTS:
        if act.key in told:
            continue
        if act.minute > minute or not _done(act):
            return
        _tell(told, act.key, act.who, act.text, ticket_of(act.about) if act.about else None)


def _done(act: Act) -> bool:
    if act.do is None:
        return True
    try:
        return act.do(f"sample-day/{act.key}")
    except LookupError:
        log.exception("an act of the sample day failed", act=act.key)
        return True


def _watch(told: set[str]) -> None:
    """What no person did: steps that fired and what followed from them."""
    for event in Event.objects.filter(
        kind__in={kind for kind, _, _ in BY_ITSELF}, by__startswith=actors.RULES
    ).order_by("pk"):
        key = f"event {event.pk}"
        text = BY_ITSELF.get(_what(event))
        if key in told or text is None or event.data.get("outcome", "fired") != "fired":
            continue
        _tell(told, key, "rung", text, event.ticket_id)


def _what(event: Event) -> tuple[str, str, str]:
    match event.kind:
        case "step_fired":
            return event.kind, str(event.data.get("rule", "")), str(event.data.get("step", ""))
        case "auto_replied":
            return event.kind, "", str(event.data.get("reply", ""))
        case _:
            return event.kind, "", ""


def _tell(told: set[str], key: str, who: str, text: str, ticket: int | None) -> None:
    story.tell(Line(key, database_now(), who, text, ticket))
    told.add(key)

"""How each event changes the case. Nothing here asks a policy, a calendar or a clock."""

from collections.abc import Callable, Iterable
from typing import TypeVar, cast

from rung.core.case import events as e
from rung.core.case import fold_conclusions, fold_conversation, fold_handshake
from rung.core.case.case import Case
from rung.core.case.late_events import as_they_count, spoken_at


def rebuild(events: Iterable[e.AnyEvent]) -> Case:
    """The case of a ticket from all its events as they were recorded; corrections and late messages count."""
    history = list(events)
    case = Case()
    for event in as_they_count(history):
        fold(case, event)
    if history:
        case.last_at = history[-1].at
    return case


def needs_rebuild(case: Case, event: e.AnyEvent) -> bool:
    """Whether a new event changes what earlier ones came to: a corrected verdict, or what was said before them."""
    match event:
        case e.Recounted() | e.TakenBack():
            return True
        case e.CustomerWrote() | e.Answered():
            return event.said is not None and case.last_at is not None and spoken_at(event) < case.last_at
        case _:
            return False


def fold(case: Case, event: e.AnyEvent) -> None:
    """Add one event that comes after all others. One that `needs_rebuild` is not folded in rightly."""
    case.number = max(case.number, event.number)
    case.last_at = event.at
    handle = _HANDLERS.get(type(event))
    if handle is not None:
        handle(case, event)


_Handler = Callable[[Case, e.AnyEvent], None]
_E = TypeVar("_E", bound=e.Event)


def _on(kind: type[_E], handler: Callable[[Case, _E], None]) -> tuple[type[e.Event], _Handler]:
    """Pair a kind of event with its handler: that they belong together is checked here, for all of them."""
    return kind, cast("_Handler", handler)


_HANDLERS: dict[type[e.Event], _Handler] = dict(
    (
        _on(e.Opened, fold_conversation.opened),
        _on(e.CustomerWrote, fold_conversation.customer_wrote),
        _on(e.CustomerEdited, fold_conversation.customer_edited),
        _on(e.Answered, fold_conversation.answered),
        _on(e.Noted, fold_conversation.noted),
        _on(e.Assigned, fold_conversation.assigned),
        _on(e.Held, fold_conversation.held),
        _on(e.Waited, fold_conversation.waited),
        _on(e.TurnTaken, fold_conversation.turn_taken),
        _on(e.Snoozed, fold_conversation.snoozed),
        _on(e.SnoozeEnded, fold_conversation.snooze_ended),
        _on(e.TakenBack, fold_conversation.taken_back),
        _on(e.Resolved, fold_conversation.resolved),
        _on(e.Closed, fold_conversation.closed),
        _on(e.Reopened, fold_conversation.reopened),
        _on(e.PrioritySet, fold_conversation.priority_set),
        _on(e.CategorySet, fold_conversation.category_set),
        _on(e.Tagged, fold_conversation.tagged),
        _on(e.CustomerChanged, fold_conversation.customer_changed),
        _on(e.Rated, fold_conversation.rated),
        _on(e.Merged, fold_conversation.merged),
        _on(e.Absorbed, fold_conversation.absorbed),
        _on(e.WorkflowUsed, fold_conversation.workflow_used),
        _on(e.Linked, fold_conversation.linked),
        _on(e.Unlinked, fold_conversation.unlinked),
        _on(e.ThirdPartyMoved, fold_conversation.third_party_moved),
        _on(e.Offered, fold_handshake.offered),
        _on(e.ExpertsAsked, fold_handshake.experts_asked),
        _on(e.SentOut, fold_handshake.sent_out),
        _on(e.Claimed, fold_handshake.claimed),
        _on(e.OfferReturned, fold_handshake.offer_closed),
        _on(e.OfferWithdrawn, fold_handshake.offer_closed),
        _on(e.Placed, fold_conclusions.placed),
        _on(e.HandoffGiven, fold_handshake.handoff_given),
        _on(e.StepFired, fold_conclusions.step_fired),
        _on(e.AutoReplied, fold_conclusions.auto_replied),
        _on(e.EpisodeEnded, fold_conclusions.episode_ended),
        _on(e.TargetMissed, fold_conclusions.target_missed),
        _on(e.CyclesJudged, fold_conclusions.cycles_judged),
        _on(e.PauseOverrun, fold_conclusions.pause_overrun),
        _on(e.PolicyChosen, fold_conclusions.policy_chosen),
        _on(e.Settled, fold_conclusions.settled),
        _on(e.Rejudged, fold_conclusions.rejudged),
    )
)

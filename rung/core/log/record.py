"""A ticket of the desk as a history to replay: what people and other systems did, without what a policy concluded."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from rung.core import actors
from rung.core.case import events as e
from rung.core.case.late_events import as_they_count
from rung.core.log.events import History

#: The facts of a customer's message, judged again: (message, whether it opened the ticket) -> facts.
Rehear = Callable[[int, bool], e.TextFacts]

#: Facts, not conclusions of a policy.
_HAPPENED = (
    e.Opened,
    e.CustomerWrote,
    e.CustomerEdited,
    e.ThirdPartyMoved,
    e.Linked,
    e.Unlinked,
    e.CustomerChanged,
    e.Rated,
)
#: What a policy concluded: another policy concludes for itself. What people did to its offers is kept: `replay` knows
#: that they have other numbers there.
_CONCLUDED = (
    *(e.Placed, e.StepFired, e.EpisodeEnded, e.TargetMissed, e.CyclesJudged, e.PauseOverrun, e.NobodyReached),
    *(e.PolicyChosen, e.Settled, e.Rejudged, e.Recounted, e.SnoozeEnded),
)


def recorded(ticket: str, events: Iterable[e.AnyEvent], rehear: Rehear) -> History:
    """The history of one ticket from all its events in order, each as it counts by now: corrected verdicts from the
    start, and words from when they were said, as if every channel had told them at once."""
    kept = tuple(_heard(event, rehear) for event in _done(as_they_count(events)))
    return History(ticket, kept, rows=len(kept))


def _done(events: Iterable[e.AnyEvent]) -> Iterator[e.AnyEvent]:
    for event in events:
        by_policy = event.by == actors.SYSTEM or actors.is_rule(event.by)
        if isinstance(event, _HAPPENED) or not (by_policy or isinstance(event, _CONCLUDED)):
            yield event


def _heard(event: e.AnyEvent, rehear: Rehear) -> e.AnyEvent:
    """The message judged by the phrases of the policy that is tried; what else was known of it stays."""
    if not isinstance(event, e.Opened | e.CustomerWrote | e.CustomerEdited) or event.message is None:
        return event
    said = rehear(event.message, isinstance(event, e.Opened)).matched
    facts = msgspec.structs.replace(event.facts or e.TextFacts(), matched=said)
    return msgspec.structs.replace(event, facts=facts)

"""The events of a ticket as they count by now: verdicts as corrected, words at the moment they were said.

A channel may tell late and in another order. What it tells counts from when its server says it was said, whoever hears
of it when; but nobody is taken to have known of a customer's words what they could not: an answer given where the
customer's words did not stand, or an end made without them, leaves them unanswered.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from rung.core import events as e

#: What is told later than this counts from when it is told: what was reckoned so long ago is left as it is.
LATEST = timedelta(days=7)

_Spoken = e.Opened | e.CustomerWrote | e.Answered
_S = TypeVar("_S", e.Opened, e.CustomerWrote, e.Answered)


def as_they_count(events: Iterable[e.AnyEvent]) -> list[e.AnyEvent]:
    """All events of a ticket in the order and at the moments they count from, as if they had been told at once.

    Numbers stay, so they need not rise. Equal moments: in the order of their numbers.
    """
    history = _with_verdicts(list(events))
    if not any(isinstance(event, _Spoken) and event.said is not None for event in history):
        return history
    history = _opened_by_the_first(history)
    moments = _moments(history)
    counted = [_at(event, moments[event.number]) for event in history]
    return sorted(counted, key=lambda event: (event.at, event.number))


def spoken_at(event: _Spoken) -> datetime:
    """When it was said, if that is known; else when it was told."""
    return event.at if event.said is None else said_at(event.said, event.at)


def happened_at(event: e.AnyEvent) -> datetime:
    """`spoken_at` of words, and of everything else when it was recorded."""
    return spoken_at(event) if isinstance(event, _Spoken) else event.at


def said_at(said: e.Said, told_at: datetime) -> datetime:
    """The moment from which words count that were told at `told_at`: never a later one, and none too long before."""
    return told_at if told_at - said.at > LATEST else min(said.at, told_at)


def when_said(event: _S) -> _S:
    """The event at the moment it was said."""
    return event if event.said is None else msgspec.structs.replace(event, at=spoken_at(event), said=None)


def _with_verdicts(history: list[e.AnyEvent]) -> list[e.AnyEvent]:
    """As if each corrected verdict had been given at once."""
    verdicts = {event.event: event.automatic for event in history if isinstance(event, e.Recounted)}
    if not verdicts:
        return history
    return [
        msgspec.structs.replace(event, automatic=verdicts[event.number])
        if isinstance(event, e.CustomerWrote) and event.number in verdicts
        else event
        for event in history
    ]


def _at(event: e.AnyEvent, moment: datetime) -> e.AnyEvent:
    if isinstance(event, _Spoken) and event.said is not None:
        return msgspec.structs.replace(event, at=moment, said=None)
    return event


def _moments(history: list[e.AnyEvent]) -> dict[int, datetime]:
    """The number of each event -> the moment it counts from."""
    moments = {event.number: happened_at(event) for event in history}
    opened_at = moments[history[0].number]
    for place, event in enumerate(history):
        if isinstance(event, e.CustomerWrote) and event.said is not None:
            moments[event.number] = max(moments[event.number], _unheard_until(event, history, place))
        moments[event.number] = max(moments[event.number], opened_at)
    return moments


def _opened_by_the_first(history: list[e.AnyEvent]) -> list[e.AnyEvent]:
    """The customer's first words open it, also where later ones were told before: the two change places."""
    opening = history[0]
    if not isinstance(opening, e.Opened) or opening.said is None:
        return history
    place, said_at = opening.said.place, spoken_at(opening)
    earlier = [
        event
        for event in history
        if isinstance(event, e.CustomerWrote)
        and event.automatic is None
        and _is_in(event, place)
        and spoken_at(event) < said_at
    ]
    if not earlier:
        return history
    first = min(earlier, key=spoken_at)
    exchanged = list(history)
    exchanged[0] = msgspec.structs.replace(opening, **_words_of(first))
    exchanged[history.index(first)] = msgspec.structs.replace(first, **_words_of(opening))
    return exchanged


def _words_of(event: e.Opened | e.CustomerWrote) -> dict[str, object]:
    return {"by": event.by, "message": event.message, "said": event.said, "facts": event.facts}


def _unheard_until(wrote: e.CustomerWrote, history: list[e.AnyEvent], place: int) -> datetime:
    """The last moment until which people acted without having heard it; that of its own saying, if nobody did."""
    said_at, where = spoken_at(wrote), "" if wrote.said is None else wrote.said.place
    unknowing = []
    while place > 0 and history[place - 1].at > said_at:
        place -= 1
        unknowing += [at for at in _acted_without(history[place], where) if at > said_at]
    if not unknowing:
        return said_at
    # Whoever answers where it stands has read it, and the desk knows it from them.
    answers = (spoken_at(each) for each in history if isinstance(each, e.Answered) and _is_in(each, where))
    read_at = min((at for at in answers if at > said_at), default=None)
    return max((at for at in unknowing if read_at is None or at <= read_at), default=said_at)


def _acted_without(event: e.AnyEvent, place: str) -> tuple[datetime, ...]:
    """The moment of an act that takes the ticket out of our hands or out of sight, unless done where others read."""
    match event:
        case e.Answered():
            return () if _is_in(event, place) else (spoken_at(event),)
        case e.Resolved() | e.Closed() | e.Merged() | e.Held() | e.Waited() | e.Snoozed():
            return (event.at,)
        case _:
            return ()


def _is_in(event: _Spoken, place: str) -> bool:
    """Whether it was said in that place and counts from then."""
    return event.said is not None and event.said.place == place and event.at - event.said.at <= LATEST

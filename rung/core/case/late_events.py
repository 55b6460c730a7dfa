"""The events of a ticket as they count by now: verdicts as corrected, words at the moment they were said.

A channel may tell late and in another order. What it tells counts from when its server says it was said, whoever hears
of it when; but nobody is taken to have known of a customer's words what they could not: an answer given where the
customer's words did not stand, or an end made without them, leaves them unanswered.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from rung.core.case import events as e
from rung.core.vocabulary import Automatic

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
    """As if each corrected verdict had been given at once, and each answer that did not arrive had been a note."""
    verdicts = {event.event: event.automatic for event in history if isinstance(event, e.Recounted)}
    taken_back = {event.event for event in history if isinstance(event, e.TakenBack)}
    if not verdicts and not taken_back:
        return history
    return [_corrected(event, verdicts, taken_back) for event in history]


def _corrected(event: e.AnyEvent, verdicts: Mapping[int, Automatic | None], taken_back: set[int]) -> e.AnyEvent:
    match event:
        case e.CustomerWrote(number=number) if number in verdicts:
            return msgspec.structs.replace(event, automatic=verdicts[number])
        case e.Answered() | e.Resolved() if event.number in taken_back:
            return e.Noted(at=event.at, by=event.by, number=event.number, message=event.message)
        case _:
            return event


def _at(event: e.AnyEvent, moment: datetime) -> e.AnyEvent:
    if isinstance(event, _Spoken) and event.said is not None:
        return msgspec.structs.replace(event, at=moment, said=None)
    return event


def _moments(history: list[e.AnyEvent]) -> dict[int, datetime]:
    """The number of each event -> the moment it counts from."""
    moments = {event.number: happened_at(event) for event in history}
    opened_at, known = moments[history[0].number], _Known(history)
    for place, event in enumerate(history):
        if isinstance(event, e.CustomerWrote) and event.said is not None:
            moments[event.number] = max(moments[event.number], known.unheard_until(event, event.said.place, place))
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


class _Known:
    """What people did and where: asked for each of thousands of late words, it must not be gone through each time."""

    def __init__(self, history: list[e.AnyEvent]) -> None:
        self._told = [event.at for event in history]
        #: Where others read it ("": nowhere) -> (place in the history, moment) of each act, in order of telling.
        self._acts: dict[str, list[tuple[int, datetime]]] = {}
        for place, event in enumerate(history):
            if isinstance(event, _AWAY):
                where, moment = (_where(event), spoken_at(event)) if isinstance(event, e.Answered) else ("", event.at)
                self._acts.setdefault(where, []).append((place, moment))
        self._answers = {where: sorted(at for _, at in acts) for where, acts in self._acts.items() if where}

    def unheard_until(self, wrote: e.CustomerWrote, where: str, place: int) -> datetime:
        """The last moment until which people acted without having heard it; that of its own saying, if nobody did."""
        said_at = spoken_at(wrote)
        # An answer where it stands was given by somebody who had read it.
        answers = self._answers.get(where, [])
        read = bisect_right(answers, said_at)
        read_at = answers[read] if read < len(answers) else None
        meanwhile = bisect_right(self._told, said_at, hi=place)
        return max(
            (
                at
                for other, acts in self._acts.items()
                if other != where
                for _, at in acts[bisect_left(acts, meanwhile, key=_place) : bisect_left(acts, place, key=_place)]
                if at > said_at and (read_at is None or at <= read_at)
            ),
            default=said_at,
        )


#: Takes the ticket out of our hands or out of sight.
_AWAY = e.Answered | e.Resolved | e.Closed | e.Merged | e.Held | e.Waited | e.Snoozed


def _place(act: tuple[int, datetime]) -> int:
    return act[0]


def _where(event: _Spoken) -> str:
    """The place it was said in and counts from; none if it counts from the telling."""
    return event.said.place if event.said is not None and event.at - event.said.at <= LATEST else ""


def _is_in(event: _Spoken, place: str) -> bool:
    return bool(place) and _where(event) == place

"""What several kinds of event do to a case: clocks start and end, the turn passes, the text is heard."""

import msgspec

from rung.core import actors
from rung.core.calendar.moments import to_us
from rung.core.case import events as e
from rung.core.case.case import Case, Cycle, Span
from rung.core.case.then import Then, then
from rung.core.vocabulary import METRICS, TURN_OF_STATUS, ClockName, Status, Turn

_METRICS = frozenset(METRICS)
#: Ended cycles kept of each clock without targets.
_MOST_ENDED = 4
_REPLY_CLOCKS = (ClockName.FIRST_RESPONSE, ClockName.NEXT_RESPONSE, ClockName.UPDATE)
_BEGUN_BY_CUSTOMER = (ClockName.NEXT_RESPONSE, ClockName.RESOLUTION)
_BEGUN_BY_ANSWER = (ClockName.CUSTOMER_SILENCE,)


def hear(case: Case, facts: e.TextFacts | None, number: int) -> None:
    if facts is None:
        return
    case.heard = max(case.heard, number)
    for phrase in facts.matched:
        if phrase not in case.matched:
            case.matched.append(phrase)
    case.emotion = facts.emotion or case.emotion
    case.language = facts.language or case.language
    if facts.category is not None:
        case.learned_category = facts.category
        case.learned_category_confidence = facts.category_confidence
    if facts.priority is not None:
        case.learned_priority = facts.priority
        case.learned_priority_confidence = facts.priority_confidence


def keep_name(case: Case, event: e.CustomerWrote | e.Answered) -> None:
    """What is told late may have been said before the message that began a clock: the clock runs from then on, and
    keeps the name it had, so that no step fires in it again."""
    clocks = _BEGUN_BY_CUSTOMER if isinstance(event, e.CustomerWrote) else _BEGUN_BY_ANSWER
    later = {cycle.number for clock in clocks if (cycle := case.running.get(clock)) and cycle.number > event.number}
    for clock, cycle in tuple(case.running.items()) if later else ():
        if cycle.number in later:
            case.running[clock] = msgspec.structs.replace(cycle, number=event.number)


def contradict(case: Case) -> None:
    """The customer wrote again after an answer: that answer was an attempt. A burst of answers is one attempt."""
    if case.answered_last:
        case.attempts += 1
        case.answered_last = False


def count_answer(case: Case, event: e.Answered | e.Resolved, known: Then) -> None:
    for clock in _REPLY_CLOCKS:
        end(case, clock, event, known)
    case.answers += 1
    case.answered_last = True
    if case.first_answer_at is None:
        case.first_answer_at = event.at


def acted(case: Case, event: e.AnyEvent, known: Then | None = None) -> None:
    """The assignee did something that ends `idle`, and starts it anew."""
    if case.assignee is not None and event.by == actors.agent(case.assignee) and not case.status.is_over:
        end(case, ClockName.IDLE, event, known)
        start(case, ClockName.IDLE, event)


def take_up(case: Case, event: e.AnyEvent) -> None:
    """Who works on a ticket that is over has reopened it. Actions refuse that; but once a verdict is corrected
    (`recounted`), the message that had reopened the ticket may be gone, and what people did after it is not."""
    if case.status.is_over:
        reopen(case, event, by_customer=False)


def escalated(case: Case, event: e.Offered | e.ExpertsAsked | e.SentOut, known: Then | None = None) -> None:
    """`known`: the facts before the event, where it has changed some already."""
    acted(case, event, known)
    if not (isinstance(event, e.Offered) and _was_answered(case, event)):
        pass_turn(case, event, Status.OPEN, known)


def _was_answered(case: Case, event: e.Offered) -> bool:
    """Whether it was made because nobody had answered, and an answer told later had been said by then. The offer
    stands until it is withdrawn at the next look, but it has taken no turn."""
    if case.number == event.number or event.clock not in _REPLY_CLOCKS:
        return False
    cycle = case.running.get(event.clock)
    return cycle is None or cycle.number != event.cycle


def assign(case: Case, event: e.Assigned | e.Claimed, assignee: str | None, known: Then | None = None) -> None:
    changed = assignee != case.assignee
    case.assignee = assignee
    if not case.status.is_over:
        if assignee is None and changed:
            end(case, ClockName.IDLE, event)
            start(case, ClockName.UNASSIGNED, event)
        elif assignee is not None and (changed or isinstance(event, e.Claimed)):
            end(case, ClockName.UNASSIGNED, event, known)
            end(case, ClockName.IDLE, event, known)
            start(case, ClockName.IDLE, event)
    span(case, event)


def reopen(case: Case, event: e.AnyEvent, *, by_customer: bool) -> None:
    """A new resolution cycle at the same level with the same assignee. Attempts and the facts of the text begin anew;
    the answer that the customer reopens is the first attempt of the new cycle."""
    case.over_at = None
    case.attempts = 0
    if by_customer:
        case.reopens += 1
        contradict(case)
    case.matched = []
    case.workflows = []
    resolved = _resolved_by(case)
    # What began after the resolution, such as a low rating, has not ended with it.
    case.episodes = {rule: began for rule, began in case.episodes.items() if began >= resolved}
    start(case, ClockName.RESOLUTION, event)
    start(case, ClockName.AT_LEVEL, event)
    start(case, ClockName.UNASSIGNED if case.assignee is None else ClockName.IDLE, event)
    pass_turn(case, event, Status.OPEN)


def _resolved_by(case: Case) -> int:
    """The number of the event since which it is nobody's turn."""
    number = case.number
    for span in reversed(case.spans):
        if span.turn is not Turn.NOBODY:
            break
        number = span.number
    return number


def finish(case: Case, event: e.Resolved | e.Closed | e.Merged, status: Status) -> None:
    if case.over_at is None:
        case.over_at = event.at
    known = then(case)
    case.offers = []
    case.snoozed_until = None
    for clock in tuple(case.running):
        end(case, clock, event, known)
    pass_turn(case, event, status)


def pass_turn(case: Case, event: e.AnyEvent, status: Status, known: Then | None = None) -> None:
    turn = TURN_OF_STATUS[status]
    if turn is not case.turn:
        if turn is not Turn.CUSTOMER:
            end(case, ClockName.CUSTOMER_SILENCE, event, known)
        if turn is not Turn.THIRD_PARTY:
            end(case, ClockName.THIRD_PARTY_SILENCE, event, known)
    case.status = status
    if turn is not case.turn:
        case.turn = turn
        if turn is Turn.CUSTOMER:
            start(case, ClockName.CUSTOMER_SILENCE, event)
        elif turn is Turn.THIRD_PARTY:
            start(case, ClockName.THIRD_PARTY_SILENCE, event)
    span(case, event)


def span(case: Case, event: e.AnyEvent) -> None:
    """Begin a new span if anything that decides over running clocks has changed."""
    offering = False
    if case.offers and case.assignee is not None:
        mine = actors.agent(case.assignee)
        offering = any(offer.by == mine for offer in case.offers)
    last = case.spans[-1]
    until = None if case.snoozed_until is None else to_us(case.snoozed_until)
    if last.turn is not case.turn or last.snoozed_until_us != until or last.offering is not offering:
        case.spans.append(Span(to_us(event.at), event.number, case.turn, until, offering))


def follow_newest_offer(case: Case, event: e.AnyEvent, known: Then) -> None:
    """`unaccepted` runs from the newest open offer, or since it is the newest again. `known`: the facts before."""
    current = case.running.get(ClockName.UNACCEPTED)
    newest = case.open_offer
    if current is not None and (newest is None or current.number not in (newest.number, *newest.renewed)):
        end(case, ClockName.UNACCEPTED, event, known)
        current = None
    if newest is not None and current is None:
        if newest.number != event.number:
            case.offers[-1] = newest = msgspec.structs.replace(newest, renewed=(*newest.renewed, event.number))
        case.running[ClockName.UNACCEPTED] = Cycle(
            ClockName.UNACCEPTED, event.number, to_us(event.at), repeat=newest.repeat
        )


def start(case: Case, clock: ClockName, event: e.AnyEvent) -> None:
    case.running[clock] = Cycle(clock, event.number, to_us(event.at))


def end(case: Case, clock: ClockName, event: e.AnyEvent, known: Then | None = None) -> None:
    """The clock's cycle is over. `known`: the facts before the event, where it has changed some already."""
    cycle = case.running.pop(clock, None)
    if cycle is None:
        return
    if clock not in _METRICS:
        forget_oldest(case, clock)
    facts = then(case) if known is None else known
    case.ended.append(
        Cycle(clock, cycle.number, cycle.started_us, to_us(event.at), event.number, cycle.repeat, facts, cycle.carried)
    )


def forget_oldest(case: Case, clock: ClockName) -> None:
    """Before one more cycle of a clock has ended: the oldest is kept no longer, if there are many."""
    if len(case.ended) >= _MOST_ENDED:
        places = [place for place, other in enumerate(case.ended) if other.clock is clock]
        if len(places) >= _MOST_ENDED:
            del case.ended[places[0]]

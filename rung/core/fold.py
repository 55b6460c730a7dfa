"""How each event changes the case. Nothing here asks a policy, a calendar or a clock."""

from collections.abc import Callable, Iterable
from typing import TypeVar, cast

import msgspec

from rung.core import events as e
from rung.core.case import Case, Cycle, LevelStay, Offer, Span
from rung.core.moments import to_us
from rung.core.vocabulary import METRICS, TURN_OF_STATUS, ActorKind, ClockName, Status, Turn

_METRICS = frozenset(METRICS)
_REPLY_CLOCKS = (ClockName.FIRST_RESPONSE, ClockName.NEXT_RESPONSE, ClockName.UPDATE)


def rebuild(events: Iterable[e.AnyEvent]) -> Case:
    """The case of a ticket from all its events in order, each corrected verdict (`recounted`) in its place."""
    case = Case()
    for event in recounted(events):
        fold(case, event)
    return case


def recounted(events: Iterable[e.AnyEvent]) -> list[e.AnyEvent]:
    """The events of a ticket as if each corrected verdict had been given at once."""
    history = list(events)
    verdicts = {event.event: event.automatic for event in history if isinstance(event, e.Recounted)}
    return [
        msgspec.structs.replace(event, automatic=verdicts[event.number])
        if isinstance(event, e.CustomerWrote) and event.number in verdicts
        else event
        for event in history
    ]


def fold(case: Case, event: e.AnyEvent) -> None:
    """Add one event. A `recounted` alone changes nothing here: it needs `rebuild`."""
    case.number = event.number
    case.last_at = event.at
    handle = _HANDLERS.get(type(event))
    if handle is not None:
        handle(case, event)


def _opened(case: Case, event: e.Opened) -> None:
    case.opened_at = event.at
    case.policy = event.policy
    case.channel = event.channel
    case.customer = event.customer
    case.tier = event.tier
    case.account_owner = event.account_owner
    case.requester = event.requester
    case.category = event.category
    case.category_by_person = event.category is not None
    case.priority = event.priority
    case.priority_by_person = event.priority is not None
    case.spans.append(Span(to_us(event.at), event.number, Turn.OURS))
    for clock in (ClockName.FIRST_RESPONSE, ClockName.RESOLUTION, ClockName.UNASSIGNED, ClockName.AT_LEVEL):
        _start(case, clock, event)
    _hear(case, event.facts, event.number)


def _customer_wrote(case: Case, event: e.CustomerWrote) -> None:
    if event.automatic is not None:
        return
    if case.status.is_over:
        _reopen(case, event, by_customer=True)
    else:
        _contradict(case)
        _end(case, ClockName.CUSTOMER_SILENCE, event)
        case.snoozed_until = None
        _pass_turn(case, event, Status.OPEN)
    if ClockName.FIRST_RESPONSE not in case.running and ClockName.NEXT_RESPONSE not in case.running:
        _start(case, ClockName.NEXT_RESPONSE, event)
    _hear(case, event.facts, event.number)


def _answered(case: Case, event: e.Answered) -> None:
    _count_answer(case, event)
    if case.status.is_over:
        return
    _start(case, ClockName.UPDATE, event)
    _acted(case, event)
    if event.kept is None:
        _pass_turn(case, event, Status.PENDING)


def _noted(case: Case, event: e.Noted) -> None:
    _acted(case, event)


def _assigned(case: Case, event: e.Assigned) -> None:
    if event.assignee is None and case.assignee is not None and e.actor_kind(event.by) is ActorKind.RULE:
        case.excused.append(case.assignee)
    _assign(case, event, event.assignee)


def _held(case: Case, event: e.Held) -> None:
    _take_up(case, event)
    _acted(case, event)
    _pass_turn(case, event, Status.ON_HOLD)


def _waited(case: Case, event: e.Waited) -> None:
    _take_up(case, event)
    _acted(case, event)
    _pass_turn(case, event, Status.PENDING)


def _turn_taken(case: Case, event: e.TurnTaken) -> None:
    _take_up(case, event)
    _acted(case, event)
    _pass_turn(case, event, Status.OPEN)


def _snoozed(case: Case, event: e.Snoozed) -> None:
    if case.status.is_over:
        return
    case.snoozed_until = event.until
    _span(case, event)


def _snooze_ended(case: Case, event: e.SnoozeEnded) -> None:
    case.snoozed_until = None
    _span(case, event)


def _resolved(case: Case, event: e.Resolved) -> None:
    if event.message is not None and e.actor_kind(event.by) is ActorKind.AGENT:
        _count_answer(case, event)
    _finish(case, event, Status.RESOLVED)


def _closed(case: Case, event: e.Closed) -> None:
    _finish(case, event, Status.CLOSED)


def _reopened(case: Case, event: e.Reopened) -> None:
    if case.status.is_over:
        _reopen(case, event, by_customer=e.actor_kind(event.by) is ActorKind.CUSTOMER)


def _priority_set(case: Case, event: e.PrioritySet) -> None:
    case.priority = event.priority
    case.judged = event.number
    if event.critical is not None:
        case.critical = event.critical
    if e.actor_kind(event.by) is ActorKind.AGENT:
        case.priority_by_person = True


def _category_set(case: Case, event: e.CategorySet) -> None:
    case.category = event.category
    if e.actor_kind(event.by) is ActorKind.AGENT:
        case.category_by_person = True


def _tagged(case: Case, event: e.Tagged) -> None:
    case.tags = sorted((set(case.tags) | set(event.added)) - set(event.removed))


def _customer_changed(case: Case, event: e.CustomerChanged) -> None:
    case.customer = event.customer
    case.tier = event.tier
    case.account_owner = event.account_owner


def _rated(case: Case, event: e.Rated) -> None:
    case.rating = event.rating


def _merged(case: Case, event: e.Merged) -> None:
    case.merged_into = event.into
    _finish(case, event, Status.CLOSED)


def _linked(case: Case, event: e.Linked) -> None:
    name = f"{event.tracker}:{event.issue}"
    if name not in case.links:
        case.links.append(name)


def _unlinked(case: Case, event: e.Unlinked) -> None:
    name = f"{event.tracker}:{event.issue}"
    case.links = [link for link in case.links if link != name]


def _third_party_moved(case: Case, event: e.ThirdPartyMoved) -> None:
    if not event.own and case.turn is Turn.THIRD_PARTY:
        _end(case, ClockName.THIRD_PARTY_SILENCE, event)
        _start(case, ClockName.THIRD_PARTY_SILENCE, event)


def _offered(case: Case, event: e.Offered) -> None:
    if _fell_away(case, event):
        return
    _take_up(case, event)
    case.offers.append(
        Offer(
            number=event.number,
            at=event.at,
            level=event.level,
            path=event.path,
            by=event.by,
            rule=event.rule,
            clock=event.clock,
            cycle=event.cycle,
            repeat=event.repeat,
        )
    )
    _escalated(case, event)
    _follow_newest_offer(case, event)
    _span(case, event)


def _experts_asked(case: Case, event: e.ExpertsAsked) -> None:
    if not _fell_away(case, event):
        _take_up(case, event)
        _escalated(case, event)


def _sent_out(case: Case, event: e.SentOut) -> None:
    if not _fell_away(case, event):
        _take_up(case, event)
        _escalated(case, event)


def _fell_away(case: Case, event: e.Offered | e.ExpertsAsked | e.SentOut) -> bool:
    """A rule had escalated because of a message that, corrected, was none: the ticket is over, and stays so."""
    return case.status.is_over and e.actor_kind(event.by) is ActorKind.RULE


def _claimed(case: Case, event: e.Claimed) -> None:
    case.offers = [offer for offer in case.offers if offer.number not in event.closes]
    _follow_newest_offer(case, event)
    case.path = event.path
    if event.level != case.level:
        case.level = event.level
        case.attempts = 0
    case.stays.append(LevelStay(event.level, event.path, event.at, event.number))
    if not case.status.is_over:
        _end(case, ClockName.AT_LEVEL, event)
        _start(case, ClockName.AT_LEVEL, event)
    _assign(case, event, event.agent)


def _offer_closed(case: Case, event: e.OfferReturned | e.OfferWithdrawn) -> None:
    closed = case.offer(event.offer)
    case.offers = [offer for offer in case.offers if offer.number != event.offer]
    if isinstance(event, e.OfferReturned):
        # The last level may have been asked several times; its answer is one.
        where = closed and (closed.path, closed.level)
        case.offers = [offer for offer in case.offers if (offer.path, offer.level) != where]
        case.returns[event.level] = case.returns.get(event.level, 0) + 1
    _follow_newest_offer(case, event)
    _span(case, event)


def _placed(case: Case, event: e.Placed) -> None:
    case.arrived = True
    case.path = event.path
    case.level = event.level
    case.stays.append(LevelStay(event.level, event.path, event.at, event.number))


def _handoff_given(case: Case, event: e.HandoffGiven) -> None:
    case.handoff = sorted({*case.handoff, *event.fields})


def _step_fired(case: Case, event: e.StepFired) -> None:
    case.fired.setdefault(f"{event.rule}/{event.step}", []).append(event.cycle)
    if event.episode:
        case.episodes[event.rule] = event.cycle


def _episode_ended(case: Case, event: e.EpisodeEnded) -> None:
    case.episodes.pop(event.rule, None)


def _target_missed(case: Case, event: e.TargetMissed) -> None:
    case.missed[event.metric] = event.cycle


def _cycles_judged(case: Case, _event: e.CyclesJudged) -> None:
    case.ended = []


def _pause_overrun(case: Case, event: e.PauseOverrun) -> None:
    case.overruns.append(event.pause)


def _policy_chosen(case: Case, event: e.PolicyChosen) -> None:
    case.policy = event.version
    case.settling = not event.fire


def _settled(case: Case, _event: e.Settled) -> None:
    case.settling = False


def _rejudged(case: Case, event: e.Rejudged) -> None:
    case.matched = []
    _hear(case, event.facts, event.number)


# --- what they share ------------------------------------------------------------------------------------------------


def _hear(case: Case, facts: e.TextFacts | None, number: int) -> None:
    if facts is None:
        return
    case.heard = number
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


def _contradict(case: Case) -> None:
    """The customer wrote again after an answer: that answer was an attempt. A burst of answers is one attempt."""
    if case.answered_last:
        case.attempts += 1
        case.answered_last = False


def _count_answer(case: Case, event: e.Answered | e.Resolved) -> None:
    for clock in _REPLY_CLOCKS:
        _end(case, clock, event)
    case.answers += 1
    case.answered_last = True
    if case.first_answer_at is None:
        case.first_answer_at = event.at


def _acted(case: Case, event: e.AnyEvent) -> None:
    """The assignee did something that ends `idle`, and starts it anew."""
    if case.assignee is not None and event.by == f"agent:{case.assignee}" and not case.status.is_over:
        _end(case, ClockName.IDLE, event)
        _start(case, ClockName.IDLE, event)


def _take_up(case: Case, event: e.AnyEvent) -> None:
    """Who works on a ticket that is over has reopened it. Actions refuse that; but once a verdict is corrected
    (`recounted`), the message that had reopened the ticket may be gone, and what people did after it is not."""
    if case.status.is_over:
        _reopen(case, event, by_customer=False)


def _escalated(case: Case, event: e.Offered | e.ExpertsAsked | e.SentOut) -> None:
    _acted(case, event)
    _pass_turn(case, event, Status.OPEN)


def _assign(case: Case, event: e.Assigned | e.Claimed, assignee: str | None) -> None:
    changed = assignee != case.assignee
    case.assignee = assignee
    if not case.status.is_over:
        if assignee is None and changed:
            _end(case, ClockName.IDLE, event)
            _start(case, ClockName.UNASSIGNED, event)
        elif assignee is not None and (changed or isinstance(event, e.Claimed)):
            _end(case, ClockName.UNASSIGNED, event)
            _end(case, ClockName.IDLE, event)
            _start(case, ClockName.IDLE, event)
    _span(case, event)


def _reopen(case: Case, event: e.AnyEvent, *, by_customer: bool) -> None:
    """A new resolution cycle at the same level with the same assignee. Attempts and the facts of the text begin anew;
    the answer that the customer reopens is the first attempt of the new cycle."""
    case.over_at = None
    case.attempts = 0
    if by_customer:
        case.reopens += 1
        _contradict(case)
    case.matched = []
    resolved = _resolved_by(case)
    # What began after the resolution, such as a low rating, has not ended with it.
    case.episodes = {rule: began for rule, began in case.episodes.items() if began >= resolved}
    _start(case, ClockName.RESOLUTION, event)
    _start(case, ClockName.AT_LEVEL, event)
    _start(case, ClockName.UNASSIGNED if case.assignee is None else ClockName.IDLE, event)
    _pass_turn(case, event, Status.OPEN)


def _resolved_by(case: Case) -> int:
    """The number of the event since which it is nobody's turn."""
    number = case.number
    for span in reversed(case.spans):
        if span.turn is not Turn.NOBODY:
            break
        number = span.number
    return number


def _finish(case: Case, event: e.Resolved | e.Closed | e.Merged, status: Status) -> None:
    if case.over_at is None:
        case.over_at = event.at
    case.offers = []
    case.snoozed_until = None
    for clock in tuple(case.running):
        _end(case, clock, event)
    _pass_turn(case, event, status)


def _pass_turn(case: Case, event: e.AnyEvent, status: Status) -> None:
    turn = TURN_OF_STATUS[status]
    case.status = status
    if turn is not case.turn:
        case.turn = turn
        if turn is not Turn.CUSTOMER:
            _end(case, ClockName.CUSTOMER_SILENCE, event)
        if turn is not Turn.THIRD_PARTY:
            _end(case, ClockName.THIRD_PARTY_SILENCE, event)
        if turn is Turn.CUSTOMER:
            _start(case, ClockName.CUSTOMER_SILENCE, event)
        elif turn is Turn.THIRD_PARTY:
            _start(case, ClockName.THIRD_PARTY_SILENCE, event)
    _span(case, event)


def _span(case: Case, event: e.AnyEvent) -> None:
    """Begin a new span if anything that decides over running clocks has changed."""
    offering = False
    if case.offers and case.assignee is not None:
        mine = f"agent:{case.assignee}"
        offering = any(offer.by == mine for offer in case.offers)
    last = case.spans[-1]
    until = None if case.snoozed_until is None else to_us(case.snoozed_until)
    if last.turn is not case.turn or last.snoozed_until_us != until or last.offering is not offering:
        case.spans.append(Span(to_us(event.at), event.number, case.turn, until, offering))


def _follow_newest_offer(case: Case, event: e.AnyEvent) -> None:
    """`unaccepted` runs from the newest open offer."""
    current = case.running.get(ClockName.UNACCEPTED)
    newest = case.open_offer
    if current is not None and case.offer(current.number) is None:
        _end(case, ClockName.UNACCEPTED, event)
    if newest is not None and (current is None or current.number != newest.number):
        case.running[ClockName.UNACCEPTED] = Cycle(ClockName.UNACCEPTED, newest.number, to_us(newest.at))


def _start(case: Case, clock: ClockName, event: e.AnyEvent) -> None:
    case.running[clock] = Cycle(clock, event.number, to_us(event.at))


def _end(case: Case, clock: ClockName, event: e.AnyEvent) -> None:
    cycle = case.running.pop(clock, None)
    if cycle is None:
        return
    if clock not in _METRICS:
        case.ended = [other for other in case.ended if other.clock is not clock]
    case.ended.append(Cycle(clock, cycle.number, cycle.started_us, to_us(event.at), event.number))


_Handler = Callable[[Case, e.AnyEvent], None]
_E = TypeVar("_E", bound=e.Event)


def _on(kind: type[_E], handler: Callable[[Case, _E], None]) -> tuple[type[e.Event], _Handler]:
    """Pair a kind of event with its handler: that they belong together is checked here, for all of them."""
    return kind, cast("_Handler", handler)


_HANDLERS: dict[type[e.Event], _Handler] = dict(
    (
        _on(e.Opened, _opened),
        _on(e.CustomerWrote, _customer_wrote),
        _on(e.Answered, _answered),
        _on(e.Noted, _noted),
        _on(e.Assigned, _assigned),
        _on(e.Held, _held),
        _on(e.Waited, _waited),
        _on(e.TurnTaken, _turn_taken),
        _on(e.Snoozed, _snoozed),
        _on(e.SnoozeEnded, _snooze_ended),
        _on(e.Resolved, _resolved),
        _on(e.Closed, _closed),
        _on(e.Reopened, _reopened),
        _on(e.PrioritySet, _priority_set),
        _on(e.CategorySet, _category_set),
        _on(e.Tagged, _tagged),
        _on(e.CustomerChanged, _customer_changed),
        _on(e.Rated, _rated),
        _on(e.Merged, _merged),
        _on(e.Linked, _linked),
        _on(e.Unlinked, _unlinked),
        _on(e.ThirdPartyMoved, _third_party_moved),
        _on(e.Offered, _offered),
        _on(e.ExpertsAsked, _experts_asked),
        _on(e.SentOut, _sent_out),
        _on(e.Claimed, _claimed),
        _on(e.OfferReturned, _offer_closed),
        _on(e.OfferWithdrawn, _offer_closed),
        _on(e.Placed, _placed),
        _on(e.HandoffGiven, _handoff_given),
        _on(e.StepFired, _step_fired),
        _on(e.EpisodeEnded, _episode_ended),
        _on(e.TargetMissed, _target_missed),
        _on(e.CyclesJudged, _cycles_judged),
        _on(e.PauseOverrun, _pause_overrun),
        _on(e.PolicyChosen, _policy_chosen),
        _on(e.Settled, _settled),
        _on(e.Rejudged, _rejudged),
    )
)

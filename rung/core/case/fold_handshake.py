"""What offers, claims and returns do to a case."""

from rung.core import actors
from rung.core.calendar.moments import from_us
from rung.core.case import events as e
from rung.core.case.case import Case, Cycle, LevelStay, Offer
from rung.core.case.fold_parts import assign, end, escalated, follow_newest_offer, forget_oldest, span, start, take_up
from rung.core.case.then import Then, then
from rung.core.vocabulary import ActorKind, ClockName

_UNACCEPTED = ClockName.UNACCEPTED


def offered(case: Case, event: e.Offered) -> None:
    if _fell_away(case, event):
        return
    take_up(case, event)
    known = then(case)
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
    escalated(case, event, known)
    follow_newest_offer(case, event, known)
    span(case, event)


def offered_again(case: Case, like: e.Offered, at_us: int, known: Then) -> Offer:
    """A rule on the clock of an open ticket's newest offer fired, and offers where it was offered last, as it did in
    `like`: what folding these two events (`step_fired`, `offered`) leaves, but for what is kept of the step. `known`:
    the facts, which stay as they are."""
    last = case.offers[-1]
    number, at = case.number + 2, from_us(at_us)
    case.number, case.last_at = number, at
    cycle = case.running[_UNACCEPTED]
    forget_oldest(case, _UNACCEPTED)
    case.ended.append(Cycle(_UNACCEPTED, cycle.number, cycle.started_us, at_us, number, cycle.repeat, known))
    offer = Offer(number, at, like.level, like.path, like.by, like.rule, like.clock, cycle.number, last.repeat + 1)
    case.offers.append(offer)
    case.running[_UNACCEPTED] = Cycle(_UNACCEPTED, number, at_us, repeat=offer.repeat)
    return offer


def experts_asked(case: Case, event: e.ExpertsAsked) -> None:
    if not _fell_away(case, event):
        take_up(case, event)
        escalated(case, event)


def sent_out(case: Case, event: e.SentOut) -> None:
    if not _fell_away(case, event):
        take_up(case, event)
        escalated(case, event)


def _fell_away(case: Case, event: e.Offered | e.ExpertsAsked | e.SentOut) -> bool:
    """A rule had escalated because of a message that, corrected, was none: the ticket is over, and stays so."""
    return case.status.is_over and actors.kind_of(event.by) is ActorKind.RULE


def claimed(case: Case, event: e.Claimed) -> None:
    known = then(case)
    case.offers = [offer for offer in case.offers if offer.number not in event.closes]
    follow_newest_offer(case, event, known)
    case.path = event.path
    if event.level != case.level:
        case.level = event.level
        case.attempts = 0
    case.stays.append(LevelStay(event.level, event.path, event.at, event.number))
    if not case.status.is_over:
        end(case, ClockName.AT_LEVEL, event, known)
        start(case, ClockName.AT_LEVEL, event)
    assign(case, event, event.agent, known)


def offer_closed(case: Case, event: e.OfferReturned | e.OfferWithdrawn) -> None:
    closed, known = case.offer(event.offer), then(case)
    case.offers = [offer for offer in case.offers if offer.number != event.offer]
    if isinstance(event, e.OfferReturned):
        # The last level may have been asked several times; its answer is one.
        where = closed and (closed.path, closed.level)
        case.offers = [offer for offer in case.offers if (offer.path, offer.level) != where]
        case.returns[event.level] = case.returns.get(event.level, 0) + 1
    follow_newest_offer(case, event, known)
    span(case, event)


def handoff_given(case: Case, event: e.HandoffGiven) -> None:
    case.handoff = sorted({*case.handoff, *event.fields})

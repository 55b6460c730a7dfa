"""What the words and deeds of customers, agents and third parties do to a case."""

from rung.core import actors
from rung.core.calendar.moments import to_us
from rung.core.case import events as e
from rung.core.case.case import Case, Cycle, Span
from rung.core.case.fold_parts import (
    acted,
    assign,
    contradict,
    count_answer,
    end,
    finish,
    hear,
    keep_name,
    pass_turn,
    reopen,
    span,
    start,
    take_up,
)
from rung.core.case.late_events import when_said
from rung.core.case.then import then
from rung.core.vocabulary import ActorKind, ClockName, Status, Turn

#: The clocks that run until somebody answers.
REPLYING = (ClockName.FIRST_RESPONSE, ClockName.NEXT_RESPONSE)


def opened(case: Case, event: e.Opened) -> None:
    event = when_said(event)
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
        start(case, clock, event)
    hear(case, event.facts, event.number)


def customer_wrote(case: Case, event: e.CustomerWrote) -> None:
    if event.automatic is not None:
        return
    event = when_said(event)
    keep_name(case, event)
    if case.status.is_over:
        reopen(case, event, by_customer=True)
    else:
        known = then(case)
        contradict(case)
        end(case, ClockName.CUSTOMER_SILENCE, event, known)
        case.snoozed_until = None
        pass_turn(case, event, Status.OPEN, known)
    if ClockName.FIRST_RESPONSE not in case.running and ClockName.NEXT_RESPONSE not in case.running:
        start(case, ClockName.NEXT_RESPONSE, event)
    hear(case, event.facts, event.number)


def customer_edited(case: Case, event: e.CustomerEdited) -> None:
    """Of a ticket that is over, only news reopens it, and not as the customer's doing."""
    if event.news:
        if case.status.is_over:
            reopen(case, event, by_customer=False)
        else:
            pass_turn(case, event, Status.OPEN)
    if not case.status.is_over:
        hear(case, event.facts, event.number)


def answered(case: Case, event: e.Answered) -> None:
    event = when_said(event)
    keep_name(case, event)
    known = then(case)
    count_answer(case, event, known)
    if case.status.is_over:
        return
    start(case, ClockName.UPDATE, event)
    acted(case, event, known)
    if event.kept is None:
        pass_turn(case, event, Status.PENDING, known)


def noted(case: Case, event: e.Noted) -> None:
    acted(case, event)


def assigned(case: Case, event: e.Assigned) -> None:
    if event.assignee is None and case.assignee is not None and actors.kind_of(event.by) is ActorKind.RULE:
        case.excused.append(case.assignee)
    assign(case, event, event.assignee)


def held(case: Case, event: e.Held) -> None:
    take_up(case, event)
    acted(case, event)
    pass_turn(case, event, Status.ON_HOLD)


def waited(case: Case, event: e.Waited) -> None:
    take_up(case, event)
    acted(case, event)
    pass_turn(case, event, Status.PENDING)


def turn_taken(case: Case, event: e.TurnTaken) -> None:
    take_up(case, event)
    acted(case, event)
    pass_turn(case, event, Status.OPEN)


def snoozed(case: Case, event: e.Snoozed) -> None:
    if case.status.is_over:
        return
    case.snoozed_until = event.until
    span(case, event)


def snooze_ended(case: Case, event: e.SnoozeEnded) -> None:
    case.snoozed_until = None
    span(case, event)


def taken_back(case: Case, event: e.TakenBack) -> None:
    """The answer itself has been folded as a note already; somebody has to write again."""
    case.unknown.append((to_us(event.answered_at), to_us(event.at)))
    if not case.status.is_over:
        pass_turn(case, event, Status.OPEN)


def resolved(case: Case, event: e.Resolved) -> None:
    if event.message is not None and actors.kind_of(event.by) is ActorKind.AGENT:
        count_answer(case, event, then(case))
    finish(case, event, Status.RESOLVED)


def closed(case: Case, event: e.Closed) -> None:
    finish(case, event, Status.CLOSED)


def reopened(case: Case, event: e.Reopened) -> None:
    if case.status.is_over:
        reopen(case, event, by_customer=actors.kind_of(event.by) is ActorKind.CUSTOMER)


def priority_set(case: Case, event: e.PrioritySet) -> None:
    case.priority = event.priority
    case.judged = event.number
    if event.critical is not None:
        case.critical = event.critical
    if actors.kind_of(event.by) is ActorKind.AGENT:
        case.priority_by_person = True


def category_set(case: Case, event: e.CategorySet) -> None:
    case.category = event.category
    if actors.kind_of(event.by) is ActorKind.AGENT:
        case.category_by_person = True


def tagged(case: Case, event: e.Tagged) -> None:
    case.tags = sorted((set(case.tags) | set(event.added)) - set(event.removed))


def customer_changed(case: Case, event: e.CustomerChanged) -> None:
    case.customer = event.customer
    case.tier = event.tier
    case.account_owner = event.account_owner


def rated(case: Case, event: e.Rated) -> None:
    case.rating = event.rating


def merged(case: Case, event: e.Merged) -> None:
    """Its reply clock goes on in the other ticket, and is judged there."""
    case.merged_into = event.into
    for clock in REPLYING:
        case.running.pop(clock, None)
    finish(case, event, Status.CLOSED)


def absorbed(case: Case, event: e.Absorbed) -> None:
    """The reply clock runs from the oldest unanswered message of both tickets."""
    if not event.waited or case.status.is_over:
        return
    carried = tuple((to_us(start), to_us(end)) for start, end in event.waited)
    clock = ClockName.FIRST_RESPONSE if case.first_answer_at is None else ClockName.NEXT_RESPONSE
    own = case.running.get(clock)
    number = event.number if own is None else own.number
    if own is None or own.started_us > carried[0][0]:
        case.running[clock] = Cycle(clock, number, carried[0][0], carried=carried)
    for step in event.fired:
        if number not in case.fired.setdefault(step, []):
            case.fired[step].append(number)


def workflow_used(case: Case, event: e.WorkflowUsed) -> None:
    case.workflows.append(event.workflow)


def linked(case: Case, event: e.Linked) -> None:
    name = f"{event.tracker}:{event.issue}"
    if name not in case.links:
        case.links.append(name)


def unlinked(case: Case, event: e.Unlinked) -> None:
    name = f"{event.tracker}:{event.issue}"
    case.links = [link for link in case.links if link != name]


def third_party_moved(case: Case, event: e.ThirdPartyMoved) -> None:
    if not event.own and case.turn is Turn.THIRD_PARTY:
        end(case, ClockName.THIRD_PARTY_SILENCE, event)
        start(case, ClockName.THIRD_PARTY_SILENCE, event)

"""Another version of the policy for tickets that are running: chosen, and what was said judged again by it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from rung.core import actors
from rung.core.actors import Actor
from rung.core.case import case as cases
from rung.core.case import events as e
from rung.core.policy.model import Policy
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.ended_clocks import judge_ended
from rung.core.reckoning.look import Look
from rung.core.replay.comparison import Comparison, note_running, nothing_yet
from rung.people.who_is_there import roster_at
from rung.policies.versions import compiled
from rung.tickets import text_facts
from rung.tickets.history import events_of
from rung.tickets.models import IS_OPEN, Message, Ticket
from rung.tickets.transaction import TicketTransaction, locked


def roll_out(version: int, *, by: Actor, fire: bool = False) -> Iterator[int]:
    """Let a version judge every ticket that is not over. Yields 1 for each changed, 0 for one that had it already.

    `fire`: steps it has already crossed fire now; otherwise they are recorded as passed.
    """
    for number in list(Ticket.objects.filter(IS_OPEN).exclude(policy=version).values_list("number", flat=True)):
        yield int(set_version(number, version, by=by, fire=fire))


def set_version(ticket: int, version: int, *, by: Actor, fire: bool = False) -> bool:
    """Let a version judge one ticket. False: it does already, the ticket has ended meanwhile, or it stands at a level,
    or is offered to one, that this version does not have: it would be nobody's there."""
    with locked(ticket) as at:
        if at.case.policy == version or at.case.status.is_over:
            return False
        if not has_level(
            compiled(version).policy, at.case.path, at.case.level, [each.level for each in at.case.offers]
        ):
            return False
        judged = Look(at.case.copy(), compiled(at.case.policy), roster_at(at.now), at.now)
        judge_ended(judged)
        for event in judged.events:
            at.record(event)
        at.record(e.PolicyChosen(at=at.now, by=by, version=version, fire=fire))
        at.record(e.Rejudged(at=at.now, by=actors.SYSTEM, facts=text_facts.facts_of(_said(at), version)))
        return True


def has_level(policy: Policy, path: str | None, level: str | None, offered: Iterable[str]) -> bool:
    """Whether a policy has the path a ticket is on, and every level at which it stands or is offered."""
    return (not path or path in policy.paths) and all(each in policy.levels for each in (level, *offered) if each)


def without_level(policy: Policy) -> dict[str, int]:
    """Level or path this policy does not have -> open tickets that stand there or are offered to it."""
    found: Counter[str] = Counter()
    standing = Ticket.objects.filter(IS_OPEN).values_list("path", "level", "offered_levels")
    for path, level, offered in standing.iterator():
        found.update({each for each in (level, *offered) if each and each not in policy.levels})
        found.update([path] if path and path not in policy.paths else [])
    return dict(sorted(found.items()))


def effects_on_running(
    policy: Policy, *, now: datetime, most: int | None = None, on_each: Callable[[], object] = lambda: None
) -> Comparison:
    """Every running ticket, the newest `most`, under its own version and under this policy. Changes nothing."""
    found, new, people = nothing_yet(), Compiled(policy), roster_at(now)
    running = Ticket.objects.filter(IS_OPEN).order_by("-number").values_list("number", "snapshot")[:most]
    for number, snapshot in running.iterator():
        case = cases.decode(bytes(snapshot))
        note_running(found, str(number), case, compiled(case.policy), Look(case.copy(), new, people, now))
        on_each()
    return found


def _said(at: TicketTransaction) -> str:
    """What the customer has said since it was opened or reopened, without what counts as nobody's words."""
    verdicts: dict[int, bool] = {}
    messages: dict[int, int] = {}
    for event in events_of(at.ticket.number):
        match event:
            case e.Opened(number=number, message=int(message)):
                messages[number] = message
            case e.CustomerWrote(number=number, message=message, automatic=automatic):
                verdicts[number] = automatic is not None
                if message is not None:
                    messages[number] = message
            case e.Recounted(event=number, automatic=automatic):
                verdicts[number] = automatic is not None
            case e.Resolved() | e.Closed():
                messages.clear()
            case _:
                pass
    wanted = [message for number, message in messages.items() if not verdicts.get(number, False)]
    texts = Message.objects.filter(pk__in=wanted).order_by("at", "pk").values_list("text", flat=True)
    return "\n\n".join((at.ticket.subject, *texts))

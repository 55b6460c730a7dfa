"""Another version of the policy for tickets that are running: chosen, and what was said judged again by it."""

from collections.abc import Iterator

from rung.core import events as e
from rung.tickets import hearing
from rung.tickets.door import Visit, visit
from rung.tickets.history import events_of
from rung.tickets.models import IS_OPEN, Message, Ticket


def choose_for_running(version: int, *, by: str, fire: bool = False) -> Iterator[int]:
    """Let a version judge every ticket that is not over. Yields 1 for each changed, 0 for one that had it already.

    `fire`: steps it has already crossed fire now; otherwise they are recorded as passed.
    """
    for number in list(Ticket.objects.filter(IS_OPEN).exclude(policy=version).values_list("number", flat=True)):
        yield int(choose_version(number, version, by=by, fire=fire))


def choose_version(ticket: int, version: int, *, by: str, fire: bool = False) -> bool:
    """Let a version judge one ticket. False: it does already, or the ticket has ended meanwhile."""
    with visit(ticket) as at:
        if at.case.policy == version or at.case.status.is_over:
            return False
        at.record(e.PolicyChosen(at=at.now, by=by, version=version, fire=fire))
        at.record(e.Rejudged(at=at.now, by="system", facts=hearing.facts_of(_said(at), version)))
        return True


def _said(at: Visit) -> str:
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

"""Whether two tickets may become one without asking back, and what goes along of the one that goes."""

from datetime import datetime

from rung.core.calendar import ALWAYS
from rung.core.calendar.moments import from_us
from rung.core.case.case import Case, Cycle
from rung.core.case.then import then
from rung.core.reckoning.at_the_end import as_concluded
from rung.core.reckoning.clocks import Pauses, reading
from rung.core.reckoning.compiled import Compiled
from rung.core.vocabulary import ClockName, Priority


def of_different_customers(one: Case, other: Case) -> bool:
    """Merged, all who asked hear the answers from then on: that somebody else does must be a decision.

    The company decides where both are known, and then the person; where only one of the two is known they differ.
    """
    if one.customer is not None and other.customer is not None and one.customer != other.customer:
        return True
    if one.requester is not None and other.requester is not None:
        return one.requester != other.requester
    return (one.customer, one.requester) != (other.customer, other.requester)


def waited(gone: Case, now: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """The times in which the customer of a ticket that goes has waited for an answer they have not got by now."""
    cycle = _reply_cycle(gone)
    if cycle is None:
        return ()
    stretches = reading(gone, cycle, _NO_PAUSES, ALWAYS).stretches
    ran = [(from_us(each.start_us), now if each.end_us is None else from_us(each.end_us)) for each in stretches]
    found = tuple((start, end) for start, end in ran if start < end)
    # The last of them is where it goes on in the other ticket, also when it was not our turn here.
    return found if found and found[-1][1] == now else (*found, (now, now))


def fired(gone: Case) -> tuple[str, ...]:
    """The steps of that clock that have been acted upon, as `rule/step`."""
    cycle = _reply_cycle(gone)
    return () if cycle is None else tuple(step for step, cycles in gone.fired.items() if cycle.number in cycles)


def higher(gone: Case, kept: Case, compiled: Compiled) -> tuple[Priority | None, bool]:
    """The priority the kept ticket takes over, if that of the other is more pressing; and whether it turns critical."""
    theirs, own = as_concluded(compiled, then(gone)), as_concluded(compiled, then(kept))
    mine = own.priority or Priority.NORMAL
    priority = theirs.priority if theirs.priority is not None and theirs.priority.rank < mine.rank else None
    return priority, theirs.critical and not own.critical


def _reply_cycle(case: Case) -> Cycle | None:
    return case.running.get(ClockName.FIRST_RESPONSE) or case.running.get(ClockName.NEXT_RESPONSE)


_NO_PAUSES = Pauses({}, ALWAYS)

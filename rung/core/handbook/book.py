"""The written escalation procedure, made from the policy: every sentence knows the place it comes from."""

from datetime import datetime

from msgspec import Struct

from rung.core.conditions.satisfiable import World
from rung.core.handbook.parts import Section
from rung.core.handbook.rules import clocks, endings, ladders, moments
from rung.core.handbook.sections import levels, on_duty, promises, sorting, working_hours
from rung.core.handbook.waiting import sideways, waiting
from rung.core.oncall.roster import Roster
from rung.core.policy.model import Policy
from rung.core.reckoning.compiled import Compiled


class Handbook(Struct, frozen=True):
    title: str
    sections: tuple[Section, ...]


def handbook(policy: Policy, now: datetime, roster: Roster | None = None) -> Handbook:
    """The procedure as it stands at an aware moment: with who is on call in the week from then, and its examples.

    With a desk, swaps and absences are known to it too.
    """
    compiled, world = Compiled(policy), World.of(policy)
    written = (
        levels(policy),
        working_hours(policy),
        sorting(policy),
        promises(policy, now),
        ladders(compiled, world, now),
        clocks(policy),
        moments(policy),
        sideways(policy),
        waiting(policy),
        *endings(policy),
        on_duty(policy, now, roster),
    )
    return Handbook(policy.name, tuple(section for section in written if section.blocks))

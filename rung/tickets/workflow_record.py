"""How often each workflow was used, and since when it is in force: read from events and versions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from rung.core.handbook.workflow_review import LOOKED_BACK, Use
from rung.policies.models import PolicyVersion
from rung.policies.versions import compiled
from rung.tickets.models import Event

#: Versions looked at; a workflow older than these is old.
VERSIONS = 50
_ALONE = "workflow:"


def uses(now: datetime) -> Mapping[str, Sequence[Use]]:
    """Workflow -> its uses in the time that is looked back."""
    found: dict[str, list[Use]] = defaultdict(list)
    recent = Event.objects.filter(at__gt=now - LOOKED_BACK)
    by_hand = recent.filter(kind="workflow_used")
    for at, name, edited in by_hand.values_list("at", "data__workflow", "data__edited"):
        found[name].append(Use(at, edited=bool(edited)))
    alone = recent.filter(kind="step_fired", data__rule__startswith=_ALONE)
    for at, rule, outcome in alone.values_list("at", "data__rule", "data__outcome"):
        if outcome in (None, "fired"):
            found[rule.removeprefix(_ALONE)].append(Use(at, alone=True))
    return found


def since() -> Mapping[str, datetime]:
    """Workflow of the version in force -> when the first of its versions with it, without a break, was published."""
    found: dict[str, datetime] = {}
    standing: set[str] | None = None
    for number, at in PolicyVersion.objects.order_by("-number").values_list("number", "created_at")[:VERSIONS]:
        names = {workflow.name for workflow in compiled(number).policy.workflows}
        standing = names if standing is None else standing & names
        found |= dict.fromkeys(standing, at)
        if not standing:
            break
    return found

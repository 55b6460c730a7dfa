"""The filters of the triage page, as its address says them."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest

from rung.frame.access import agent_of
from rung.people.models import Agent, Customer
from rung.policies.versions import compiled, current_number
from rung.tickets import triage_board
from rung.tickets.visibility import seen_by

#: The words of the address that are filters.
NAMES = ("whose", "level", "path", "team", "priority", "assignee", "customer", "as")
NOBODY = "none"
#: Customers whose name has the words in it; more are not looked at.
MOST_CUSTOMERS = 500


@dataclass(frozen=True)
class Filters:
    """What is asked for. `seen`: what the reader may see at all; `wanted`: of that, what the filters ask for."""

    chosen: dict[str, str]
    seen: Q
    wanted: Q

    @classmethod
    def of(cls, request: HttpRequest) -> "Filters":
        chosen = {name: request.GET.get(name, "").replace("\x00", "").strip() for name in NAMES}
        wanted = _whose(chosen["whose"], agent_of(request)) & _team(chosen["team"]) & _customer(chosen["customer"])
        for name in ("level", "path", "priority"):
            if chosen[name]:
                wanted &= Q(**{name: chosen[name]})
        if assignee := chosen["assignee"]:
            wanted &= Q(assignee=None) if assignee == NOBODY else Q(assignee=assignee)
        return cls(chosen, seen_by(agent_of(request)), wanted)

    @property
    def is_list(self) -> bool:
        """One plain list instead of lanes."""
        return self.chosen["as"] == "list"

    @property
    def query(self) -> str:
        """Those that say something, for an address."""
        return _query(self.chosen)

    @property
    def as_lanes(self) -> str:
        """The address of the same in lanes."""
        return f"/?{_query(self.chosen | {'as': ''})}"

    @property
    def as_list(self) -> str:
        """The address of the same as a list."""
        return f"/?{_query(self.chosen | {'as': 'list'})}"

    @property
    def count(self) -> int:
        """How many narrow the list, beside whose tickets it shows."""
        return sum(bool(value) for name, value in self.chosen.items() if name not in ("whose", "as"))


def _query(chosen: dict[str, str]) -> str:
    return urlencode({name: value for name, value in chosen.items() if value})


def _whose(whose: str, agent: Agent) -> Q:
    match whose:
        case "mine":
            return Q(assignee=agent.handle)
        case "nobody":
            return Q(assignee=None)
        case "level":
            return triage_board.of_level(agent.level)
    return Q()


def _team(team: str) -> Q:
    """Held by, or offered to, a level of the team."""
    if not team:
        return Q()
    levels = [level.name for level in compiled(current_number()).policy.levels.values() if level.team == team]
    return Q(level__in=levels) | Q(offered_to__in=levels)


def _customer(words: str) -> Q:
    if not words:
        return Q()
    return Q(
        customer__in=list(Customer.objects.filter(name__icontains=words).values_list("pk", flat=True)[:MOST_CUSTOMERS])
    )

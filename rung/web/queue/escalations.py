"""Escalations: what is offered and waits for somebody, what was claimed, what came back, by level and team."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rung.core.policy.model import Level
from rung.core.reckoning.ladder import is_reachable, opens_at
from rung.frame.access import agent_of, may, needs
from rung.people.clock import database_now
from rung.people.models import Agent, Role
from rung.people.who_is_there import roster_at
from rung.policies.versions import compiled, current_number
from rung.tickets import handshakes
from rung.tickets.handshakes import Handshake, OfferState
from rung.tickets.timeline_text import Names
from rung.tickets.visibility import seen_by

LATELY = timedelta(days=7)


@dataclass(frozen=True)
class Line:
    """One handshake as a row. `who`: the name of the person who did it last."""

    handshake: Handshake
    who: str
    claimable: bool = False


@dataclass(frozen=True)
class LevelLine:
    """One level of the policy with its numbers and whether somebody can be reached there."""

    level: Level
    standing: OfferState
    reachable: bool
    opens_at: object


@needs(Role.OBSERVER)
def escalations(request: HttpRequest) -> HttpResponse:
    """The page; or, when it asks again, what may have changed."""
    now, agent = database_now(), agent_of(request)
    version, roster = compiled(current_number()), roster_at(now)
    policy, seen = version.policy, seen_by(agent)
    chosen = {name: request.GET.get(name, "") for name in ("level", "team")}
    levels = [each for each in policy.levels.values() if _fits(each, chosen)]
    names = {each.name for each in levels}
    offered = handshakes.offered(seen, now)
    claimed = handshakes.settled(handshakes.CLAIMED, seen, now - LATELY)
    returned = handshakes.settled(handshakes.RETURNED, seen, now - LATELY)
    standings = {each.level: each for each in handshakes.offer_states(policy.levels, offered, claimed, returned)}
    people, works = Names.read(policy), may(request, Role.AGENT)

    def lines(found: list[Handshake]) -> list[Line]:
        is_all = not any(chosen.values())  # a level the policy no longer has is shown too
        return [
            Line(each, people.of(each.by), works and _may_claim(each, agent))
            for each in found
            if is_all or each.level in names
        ]

    context = {
        "live": ["triage", "on-call"],
        "levels": [
            LevelLine(
                level,
                standings[level.name],
                is_reachable(version, roster, level.name, now),
                opens_at(version, roster, level.name, now),
            )
            for level in levels
        ],
        "offered": lines(offered),
        "claimed": lines(claimed),
        "returned": lines(returned),
        "chosen": chosen,
        "teams": list(policy.teams),
        "query": request.GET.urlencode(),
    }
    is_fragment = request.headers.get("HX-Request")
    return render(request, "queue/escalations/list.html" if is_fragment else "queue/escalations/page.html", context)


def _fits(level: Level, chosen: dict[str, str]) -> bool:
    return chosen["level"] in ("", level.name) and chosen["team"] in ("", level.team)


def _may_claim(handshake: Handshake, agent: Agent) -> bool:
    return bool(agent.level) and handshake.level == agent.level

"""The people at the desk and the policy in force, as a situation's headers say."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

from rung.core.document.findings import has_errors
from rung.core.oncall.roster import Away, Person, Roster, Swap
from rung.core.reckoning.compiled import Compiled
from rung.policies.reading import read_policy
from tests.core.examination.script import Situation, moment
from tests.reference import REFERENCE

HERE = Path(__file__).parent


class Cast:
    """Who is there at a moment, for one situation."""

    def __init__(self, situation: Situation) -> None:
        everybody = _yaml((HERE / "cast.yaml").read_text(encoding="utf-8"))
        zone = situation.zone
        away: dict[str, list[Away]] = {}
        for line in situation.headers.get("away", []):
            handle, start, end = _period(line, zone)
            away.setdefault(handle, []).append(Away(start, end))
        left = (line.split(maxsplit=1) for line in situation.headers.get("inactive", []))
        self._left = {handle: moment(at, zone) for handle, at in left}
        self._swaps = tuple(_swap(line, zone) for line in situation.headers.get("swap", []))
        #: `people: unknown`: a log replayed, of whose people nothing is known.
        self._staffed = situation.header("people") == "unknown"
        self._owners = tuple(everybody["owners"])
        self._leads = dict(everybody["leads"])
        self._people = {
            handle: Person(
                handle,
                teams=tuple(facts.get("teams", ())),
                level=facts.get("level"),
                skills=tuple(facts.get("skills", ())),
                absences=tuple(away.get(handle, ())),
                load=facts.get("load", 0),
            )
            for handle, facts in everybody["people"].items()
        }

    def at(self, now: datetime) -> Roster:
        if self._staffed:
            return Roster(staffed=True)
        people = {
            handle: Person(
                handle,
                teams=person.teams,
                level=person.level,
                skills=person.skills,
                active=handle not in self._left or now < self._left[handle],
                absences=person.absences,
                load=person.load,
            )
            for handle, person in self._people.items()
        }
        return Roster(people=people, leads=self._leads, owners=self._owners, swaps=self._swaps)


def policies(situation: Situation) -> dict[int, Compiled]:
    """The versions of the policy: 1, and 2 where the situation publishes another."""
    first = _yaml(situation.header("change") or "{}")
    found = {1: _compiled(json.dumps([situation.header("rules"), first]))}
    second = situation.header("change 2")
    if second is not None:
        found[2] = _compiled(json.dumps([situation.header("rules"), first, _yaml(second)]))
    return found


@cache
def _compiled(recipe: str) -> Compiled:
    """`[rules, change, change]`: the reference policy, the named rules of it alone, changed."""
    rules, *changes = json.loads(recipe)
    document = _yaml(REFERENCE)
    if any("rules" in change for change in changes) and rules is None:
        rules = "none"
    if rules is not None:
        kept = [name.strip() for name in rules.split(";") if name.strip() != "none"]
        unknown = set(kept) - {rule["name"] for rule in document["rules"]} - {"follow_up"}
        assert not unknown, f"the reference policy has no rule called {', '.join(unknown)}"
        document["rules"] = [rule for rule in document["rules"] if rule["name"] in kept]
        if "follow_up" not in kept:
            del document["follow_up"]
    for change in changes:
        _merge(document, change)
    # JSON is YAML: what was changed is read by the product's own reader, like any policy.
    policy, findings = read_policy(json.dumps(document, indent=1, default=str), "examined.yaml")
    assert policy is not None, "\n".join(map(str, findings))
    assert not has_errors(findings), "\n".join(map(str, findings))
    return Compiled(policy)


def _merge(document: dict[str, Any], change: dict[str, Any]) -> None:
    for key, value in change.items():
        if value is None:
            document.pop(key, None)
        elif isinstance(value, dict) and isinstance(document.get(key), dict):
            _merge(document[key], value)
        else:
            document[key] = value


def _yaml(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def _period(line: str, zone: ZoneInfo) -> tuple[str, datetime, datetime]:
    who, _, period = line.partition(" ")
    start, end = period.split(" .. ")
    return who, moment(start, zone), moment(end, zone)


def _swap(line: str, zone: ZoneInfo) -> Swap:
    schedule, _, rest = line.partition(" ")
    handle, start, end = _period(rest, zone)
    return Swap(schedule, handle, start, end)

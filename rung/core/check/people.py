"""Checks a policy against the people: names nobody has, levels without anybody, holes in the coming two weeks."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from rung.core import addresses
from rung.core.calendar.instants import zone
from rung.core.check.coverage import DAYS, Hole, Wait, holes, presence, waits
from rung.core.check.findings_sheet import Notes
from rung.core.conditions.satisfiable import World
from rung.core.document.findings import Finding, in_reading_order
from rung.core.document.nodes import lines_by_place, parse
from rung.core.handbook.ladder_picture import spoken
from rung.core.oncall.duty import nobody_on_call
from rung.core.oncall.roster import Roster
from rung.core.policy.model import Policy
from rung.core.policy.plain_words import for_whom, moment, span, stamp
from rung.core.sentences import say, word
from rung.core.spelling import did_you_mean

#: Holes named one by one; of more, the number is given.
_NAMED = 3


def check_desk(
    policy: Policy, text: str, file: str, roster: Roster, now: datetime
) -> tuple[tuple[Finding, ...], tuple[Wait, ...]]:
    """The findings that need the people, and the longest waits until somebody is reached."""
    root, _ = parse(text, file)
    notes = Notes(policy, file, lines_by_place(root) if root is not None else {}, World.of(policy))
    _people(notes, roster)
    _teams(notes, roster)
    _schedules(notes, roster, now)
    _holes(notes, holes(policy, presence(policy, roster, now)))
    waited = waits(policy, roster, now)
    for wait in waited:
        if wait.longest is None:
            began = wait.began_at.astimezone(zone(policy.timezone))
            message = say(
                "%(state)s reaches nobody within 14 days if it stands so from %(began)s",
                state=say(wait.state),
                began=stamp(began),
            )
            notes.error(_place(wait.target), message, say("add a step that tells somebody who is there then"))
    return in_reading_order(notes.findings), waited


def waits_in_words(policy: Policy, waited: tuple[Wait, ...]) -> str:
    """The proof, as lines: for each kind of ticket and state the longest wait."""
    where = zone(policy.timezone)
    lines = ["Somebody is reached, at the worst, within:"]
    for target in dict.fromkeys(wait.target for wait in waited):
        lines.append(f"  {_whom(policy, target)}")
        for wait in waited:
            if wait.target == target:
                length = "never within 14 days" if wait.longest is None else spoken(_rounded_up(wait.longest))
                lines.append(f"    {length:<21} {wait.state} (from {moment(wait.began_at.astimezone(where))})")
    return "\n".join(lines)


def _rounded_up(wait: timedelta) -> timedelta:
    """To the two largest parts, which are spoken: a promise is never shorter than what it stands for."""
    day, hour, minute, second = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
    unit = hour if wait >= day else minute if wait >= hour else second
    return -(-wait // unit) * unit


def _people(notes: Notes, roster: Roster) -> None:
    """Every handle the policy names, against those there are."""
    for place, handle in _handles(notes):
        person = roster.people.get(handle)
        if person is None:
            hint = did_you_mean(handle, roster.people, lead="") or say(
                "add them: rung person add %(handle)s", handle=handle
            )
            notes.error(place, say('nobody has the handle "%(handle)s"', handle=handle), hint)
        elif not person.active:
            notes.error(place, say("%(handle)s is not active any more", handle=handle), say("name somebody who is"))
    for handle, person in sorted(roster.people.items()):
        if person.active and person.level is not None and person.level not in notes.policy.levels:
            hint = did_you_mean(person.level, notes.policy.levels, lead="") or say("give them another level")
            notes.warning(
                "levels",
                say(
                    '%(handle)s belongs to the level "%(level)s", which is not here', handle=handle, level=person.level
                ),
                hint,
            )
    if not any(roster.is_active(owner) for owner in roster.owners):
        message = say("the desk has no active owner, who hears of it when nobody else can be reached")
        notes.warning("", message, "rung person add HANDLE --role owner")


def _handles(notes: Notes) -> Iterator[tuple[str, str]]:
    policy = notes.policy
    for name, team in policy.teams.items():
        if team.lead is not None:
            yield f"teams.{name}.lead", team.lead
    for name, schedule in policy.schedules.items():
        for number, handle in enumerate(schedule.rotation):
            yield f"schedules.{name}.rotation[{number}]", handle
    for place, _, _, actions, _ in notes.acts():
        words = [*actions.notify, *([actions.remind] if actions.remind else [])]
        for whom in words:
            if (named := addresses.agent_of(whom)) is not None:
                yield place, named
        if actions.assign is not None and actions.assign not in {"least_busy", "lead"} and ":" not in actions.assign:
            yield f"{place}.assign", actions.assign
        if actions.escalate is not None and actions.escalate.startswith("expert:"):
            yield f"{place}.escalate", actions.escalate.removeprefix("expert:")


def _teams(notes: Notes, roster: Roster) -> None:
    """Levels whose team is empty, teams told that nobody is in, and experts nobody is."""
    staffed = {team for person in roster.people.values() if person.active for team in person.teams}
    for name, level in notes.policy.levels.items():
        if level.team not in staffed:
            message = say(
                "nobody active is in the team %(team)s, so nobody can take a ticket at %(name)s",
                team=level.team,
                name=name,
            )
            notes.error(f"levels.{name}", message, f"rung person add HANDLE --team {level.team}")
    for place, _, _, actions, _ in notes.acts():
        for whom in actions.notify:
            kind, team = addresses.parts(whom)
            if kind == "team" and team not in staffed:
                notes.error(
                    place,
                    say("nobody active is in the team %(team)s", team=team),
                    f"rung person add HANDLE --team {team}",
                )
        if actions.escalate == "expert" and not any(
            person.active and person.skills for person in roster.people.values()
        ):
            message = say("nobody lists a skill, so there is no expert to ask")
            notes.warning(f"{place}.escalate", message, "rung person add HANDLE --skill CATEGORY")


def _schedules(notes: Notes, roster: Roster, now: datetime) -> None:
    """Stretches of the coming two weeks in which nobody is on call."""
    for name, schedule in notes.policy.schedules.items():
        where = zone(schedule.timezone)
        for turn in nobody_on_call(schedule, roster, now, now + timedelta(days=DAYS))[:1]:
            start, end = turn.start.astimezone(where), turn.end.astimezone(where)
            message = say(
                "nobody is on call from %(start)s to %(end)s (%(why)s)",
                start=stamp(start),
                end=stamp(end),
                why=word(turn.why),
            )
            notes.warning(f"schedules.{name}", message, say("enter a swap, or add somebody to the rotation"))


def _holes(notes: Notes, found: tuple[Hole, ...]) -> None:
    """One finding for each target, path and the lowest level from which nobody is there."""
    grouped: dict[tuple[int, str, str], list[Hole]] = defaultdict(list)
    told: set[tuple[int, str, datetime]] = set()
    for hole in found:
        key = (hole.target, hole.path, hole.start)
        if key not in told:
            told.add(key)
            grouped[hole.target, hole.path, hole.level].append(hole)
    where = zone(notes.policy.timezone)
    for (target, path, level), stretches in grouped.items():
        total = sum((hole.end - hole.start for hole in stretches), timedelta())
        said = [
            say(
                "%(start)s to %(end)s", start=stamp(hole.start.astimezone(where)), end=stamp(hole.end.astimezone(where))
            )
            for hole in stretches[:_NAMED]
        ]
        more = say(" and %(number)s more", number=len(stretches) - _NAMED) if len(stretches) > _NAMED else ""
        message = say(
            "in the next 14 days nobody can be reached for %(total)s on the path %(path)s from "
            "%(level)s up, while this time counts: %(said)s%(more)s",
            total=span(total),
            path=path,
            level=level,
            said=", ".join(said),
            more=more,
        )
        notes.warning(
            _place(target), message, say("put somebody on call, or choose a calendar on which somebody works")
        )


def _place(target: int) -> str:
    return f"targets[{target}]" if target >= 0 else "targets"


def _whom(policy: Policy, target: int) -> str:
    return for_whom(policy.targets[target].when) if target >= 0 else say("tickets without a target")

"""Checks a policy against the people: names nobody has, levels without anybody, holes in the coming two weeks."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from rung.core.calendar.instants import zone
from rung.core.check_notes import Notes
from rung.core.coverage import DAYS, Hole, Wait, holes, presence, waits
from rung.core.desk import Desk
from rung.core.duty import nobody_on_call
from rung.core.findings import Finding, in_reading_order
from rung.core.ladder_picture import spoken
from rung.core.plain_words import for_whom, moment, span
from rung.core.policy import Policy
from rung.core.policy_cells import did_you_mean
from rung.core.policy_nodes import lines_by_place, parse
from rung.core.possible import World
from rung.core.wording import speaking

#: Holes named one by one; of more, the number is given.
_NAMED = 3


def check_desk(
    policy: Policy, text: str, file: str, desk: Desk, now: datetime
) -> tuple[tuple[Finding, ...], tuple[Wait, ...]]:
    """The findings that need the people, and the longest waits until somebody is reached."""
    with speaking():  # findings are English, so the plain words within them are too
        return _checked(policy, text, file, desk, now)


def _checked(
    policy: Policy, text: str, file: str, desk: Desk, now: datetime
) -> tuple[tuple[Finding, ...], tuple[Wait, ...]]:
    root, _ = parse(text, file)
    notes = Notes(policy, file, lines_by_place(root) if root is not None else {}, World.of(policy))
    _people(notes, desk)
    _teams(notes, desk)
    _schedules(notes, desk, now)
    _holes(notes, holes(policy, presence(policy, desk, now)))
    waited = waits(policy, desk, now)
    for wait in waited:
        if wait.longest is None:
            began = wait.began_at.astimezone(zone(policy.timezone))
            message = f"{wait.state} reaches nobody within 14 days if it stands so from {began:%Y-%m-%d %H:%M}"
            notes.error(_place(wait.target), message, "add a step that tells somebody who is there then")
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


def _people(notes: Notes, desk: Desk) -> None:
    """Every handle the policy names, against those there are."""
    for place, handle in _handles(notes):
        person = desk.people.get(handle)
        if person is None:
            hint = did_you_mean(handle, desk.people) or f"add them: rung person add {handle}"
            notes.error(place, f'nobody has the handle "{handle}"', hint)
        elif not person.active:
            notes.error(place, f"{handle} is not active any more", "name somebody who is")
    for handle, person in sorted(desk.people.items()):
        if person.active and person.level is not None and person.level not in notes.policy.levels:
            hint = did_you_mean(person.level, notes.policy.levels) or "give them another level"
            notes.warning("levels", f'{handle} belongs to the level "{person.level}", which is not here', hint)
    if not any(desk.is_active(owner) for owner in desk.owners):
        message = "the desk has no active owner, who hears of it when nobody else can be reached"
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
        for word in words:
            if word.startswith("agent:"):
                yield place, word.removeprefix("agent:")
        if actions.assign is not None and actions.assign not in {"least_busy", "lead"} and ":" not in actions.assign:
            yield f"{place}.assign", actions.assign
        if actions.escalate is not None and actions.escalate.startswith("expert:"):
            yield f"{place}.escalate", actions.escalate.removeprefix("expert:")


def _teams(notes: Notes, desk: Desk) -> None:
    """Levels whose team is empty, teams told that nobody is in, and experts nobody is."""
    staffed = {team for person in desk.people.values() if person.active for team in person.teams}
    for name, level in notes.policy.levels.items():
        if level.team not in staffed:
            message = f"nobody active is in the team {level.team}, so nobody can take a ticket at {name}"
            notes.error(f"levels.{name}", message, f"rung person add HANDLE --team {level.team}")
    for place, _, _, actions, _ in notes.acts():
        for word in actions.notify:
            team = word.removeprefix("team:")
            if word.startswith("team:") and team not in staffed:
                notes.error(place, f"nobody active is in the team {team}", f"rung person add HANDLE --team {team}")
        if actions.escalate == "expert" and not any(person.active and person.skills for person in desk.people.values()):
            message = "nobody lists a skill, so there is no expert to ask"
            notes.warning(f"{place}.escalate", message, "rung person add HANDLE --skill CATEGORY")


def _schedules(notes: Notes, desk: Desk, now: datetime) -> None:
    """Stretches of the coming two weeks in which nobody is on call."""
    for name, schedule in notes.policy.schedules.items():
        where = zone(schedule.timezone)
        for turn in nobody_on_call(schedule, desk, now, now + timedelta(days=DAYS))[:1]:
            start, end = turn.start.astimezone(where), turn.end.astimezone(where)
            message = f"nobody is on call from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} ({turn.why})"
            notes.warning(
                f"schedules.{name}", message.replace("_", " "), "enter a swap, or add somebody to the rotation"
            )


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
            f"{hole.start.astimezone(where):%Y-%m-%d %H:%M} to {hole.end.astimezone(where):%Y-%m-%d %H:%M}"
            for hole in stretches[:_NAMED]
        ]
        more = f" and {len(stretches) - _NAMED} more" if len(stretches) > _NAMED else ""
        message = (
            f"in the next 14 days nobody can be reached for {span(total)} on the path {path} from {level} up, "
            f"while this time counts: {', '.join(said)}{more}"
        )
        notes.warning(_place(target), message, "put somebody on call, or choose a calendar on which somebody works")


def _place(target: int) -> str:
    return f"targets[{target}]" if target >= 0 else "targets"


def _whom(policy: Policy, target: int) -> str:
    return for_whom(policy.targets[target].when) if target >= 0 else "tickets without a target"

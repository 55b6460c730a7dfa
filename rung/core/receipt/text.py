"""A clock receipt in words, for a terminal, a page or a mail: every line adds up, every moment has its zone."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rung.core.calendar.instants import zone
from rung.core.conditions.explain import sentence
from rung.core.policy.model import Actions
from rung.core.receipt.outlook import Upcoming
from rung.core.receipt.reasons import Fired, NotYet
from rung.core.receipt.receipt import CycleReceipt, Receipt, Why

_PAUSED = {
    "customer": "paused, the customer's turn",
    "third_party": "paused, a third party's turn",
    "ours": "paused, while it is offered further or snoozed",
}


def as_text(receipt: Receipt, timezone: str, *, why_not: str | None = None) -> str:
    """The whole receipt, its moments shown in `timezone`. `why_not`: only the reasons of that rule, by id or name."""
    where = zone(timezone)
    lines = [f"As of {moment(receipt.now, where)}, judged by policy version {receipt.policy}."]
    target = "no target" if receipt.target is None else f"target {receipt.target + 1} of the policy"
    lines.append(f"It has {target}, counted on {receipt.calendar or 'always'}.")
    if why_not is None:
        lines += ["", "CLOCKS", *_clocks(receipt, where), "", "WHAT FIRED", *_fired(receipt, where)]
        if receipt.told_late:
            lines += ["", "TOLD LATE", *_told_late(receipt, where)]
        if receipt.taken_back:
            lines += ["", "ANSWERS THAT DID NOT ARRIVE", *_taken_back(receipt, where)]
        lines += ["", "WHAT IS NEXT", *_next(receipt, where)]
    lines += ["", "WHY NOT", *_why_not(receipt, why_not)]
    return "\n".join(lines) + "\n"


def moment(at: datetime, where: ZoneInfo) -> str:
    """`Tue 2026-11-24 09:30:00 CET`, with parts of a second only where there are any."""
    local = at.astimezone(where)
    fraction = f".{local.microsecond:06d}".rstrip("0") if local.microsecond else ""
    return f"{local:%a %Y-%m-%d %H:%M:%S}{fraction} {local:%Z}"


def length(duration: timedelta) -> str:
    """`1d 3h 20m`, to the second and beyond: days of 24 hours, nothing rounded."""
    if duration < timedelta():
        return f"-{length(-duration)}"
    minutes, seconds = divmod(duration.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f"{duration.microseconds:06d}".rstrip("0")
    parts = [
        f"{duration.days}d" if duration.days else "",
        f"{hours}h" if hours else "",
        f"{minutes}m" if minutes else "",
    ]
    if seconds or fraction:
        parts.append(f"{seconds}{'.' + fraction if fraction else ''}s")
    return " ".join(part for part in parts if part) or "0s"


def doing(actions: Actions) -> str:
    """What a step does, in words: `escalate to next (time), remind triage`."""
    words = []
    if actions.escalate is not None:
        words.append(f"escalate to {actions.escalate} ({actions.reason})")
    if actions.priority is not None:
        raised = actions.priority.startswith("+")
        words.append(f"raise the priority by {actions.priority[1:]}" if raised else f"set priority {actions.priority}")
    if actions.assign is not None:
        words.append(f"assign {actions.assign.replace('_', ' ')}")
    if actions.unassign:
        words.append("take it off the assignee")
    words += [f"tag {tag}" for tag in actions.tag]
    if actions.reply is not None:
        words.append(f"send the reply {actions.reply}")
    if actions.comment is not None:
        words.append(f"comment on {actions.comment}")
    if actions.page is not None:
        words.append(f"page {actions.page}")
    if actions.notify:
        words.append(f"notify {', '.join(actions.notify)}")
    if actions.remind is not None:
        words.append(f"remind {actions.remind}" + (f", call {actions.call}" if actions.call else ""))
    if actions.close is not None:
        words.append(f"close it ({actions.close.replace('_', ' ')})")
    return ", ".join(words)


def _clocks(receipt: Receipt, where: ZoneInfo) -> Iterator[str]:
    for cycle in receipt.cycles:
        yield from _cycle(cycle, where)


def _cycle(cycle: CycleReceipt, where: ZoneInfo) -> Iterator[str]:
    state = "ended" if cycle.ended else "running"
    goal = "" if cycle.goal is None else f" of {length(cycle.goal)}"
    verdict = {None: "", True: ", met" if cycle.ended else ", met so far", False: ", MISSED"}[cycle.met]
    yield f"  {cycle.clock} #{cycle.cycle}, {state}: ran {length(cycle.ran)}{goal}{verdict}"
    for line in cycle.lines:
        why = _PAUSED.get(line.turn, "paused") if line.why is Why.PAUSED else str(line.why)
        span = f"{moment(line.start, where)} to {moment(line.end, where)}"
        yield f"      {span}  {length(line.elapsed):>12}  {why} (event {line.event})"
    sums = f"ran {length(cycle.ran)} + paused {length(cycle.paused)} + outside hours {length(cycle.outside)}"
    yield f"      = {length(cycle.elapsed)} elapsed: {sums}"
    if cycle.deadline_at is not None:
        yield f"      deadline {moment(cycle.deadline_at, where)}"


def _fired(receipt: Receipt, where: ZoneInfo) -> Iterator[str]:
    if not receipt.fired:
        yield "  nothing yet"
    for fired in receipt.fired:
        outcome = str(fired.outcome).replace("_", " ")
        yield f"  {moment(fired.at, where)}  {fired.rule_name}, {fired.step}: {outcome}{_late(fired)}"
        if fired.unknown is not None:
            yield f"      event {fired.unknown} had already ended the clock, but was reported later"
        for part in fired.because:
            yield f"      because {sentence(part)}"


def _taken_back(receipt: Receipt, where: ZoneInfo) -> Iterator[str]:
    for each in receipt.taken_back:
        given, known = moment(each.answered_at, where), moment(each.at, where)
        yield f"  that of {given} ({each.why}), known at {known}: it ended nothing"


def _told_late(receipt: Receipt, where: ZoneInfo) -> Iterator[str]:
    for each in receipt.told_late:
        yield f"  {moment(each.said_at, where)}  event {each.number} of {each.by}: {each.sentence}"
        yield f"      told {moment(each.told_at, where)}, counts from {moment(each.counts_from, where)}"


def _late(fired: Fired) -> str:
    return f", {length(fired.late)} late" if fired.late else ""


def _next(receipt: Receipt, where: ZoneInfo) -> Iterator[str]:
    if not receipt.next:
        yield "  nothing by itself"
    for step in receipt.next:
        yield f"  {moment(step.at, where)}  {step.rule_name}: {doing(step.actions)}{_to(step)}, unless {step.unless}"
        if not step.applies:
            yield "      as things stand its condition does not hold, and it would be passed over"


def _to(step: Upcoming) -> str:
    return f" -> {', '.join(step.to)}" if step.to else ""


def _why_not(receipt: Receipt, only: str | None) -> Iterator[str]:
    found = [each for each in receipt.why_not if (not each.ahead if only is None else _is(each, only))]
    if not found:
        yield "  nothing is held back" if only is None else f'  no rule called "{only}" is waiting for anything'
    for each in found:
        yield f"  {each.rule_name}: {each.sentence}"
        for part in each.parts:
            yield f"      {sentence(part)}"


def _is(each: NotYet, rule: str) -> bool:
    """Whether it speaks of this rule: by its id, or its name, which a step's own words may follow."""
    name, asked = each.rule_name.lower(), rule.lower()
    return asked in (each.rule.lower(), name) or name.startswith(f"{asked}, ")

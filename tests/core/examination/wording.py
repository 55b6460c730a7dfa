"""What the engine concluded, in the words of the examination's files."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.policy.model import Policy
from rung.core.reckoning.effects import Decision, NoticeKind
from tests.core.examination.script import wall

#: Cards are views of what is recorded anyway; the examination is about what is said, once, to somebody.
_SILENT = frozenset({NoticeKind.OFFER_CARD, NoticeKind.TRIAGE_CARD})


def conclusions(before: Case, decision: Decision, policy: Policy, offers: dict[int, str], zone: ZoneInfo) -> list[str]:
    """Every conclusion of one look. `offers`: the level of each offer so far, by number; new ones are added."""
    said = []
    case = before.copy()
    arriving = not before.arrived
    for event in decision.events:
        if isinstance(event, e.Offered):
            offers[event.number] = event.level
        arrives = arriving and any(isinstance(later, e.Placed) for later in decision.events)
        if arrives and isinstance(event, e.CategorySet | e.PrioritySet):
            case.category = event.category if isinstance(event, e.CategorySet) else case.category
            if isinstance(event, e.PrioritySet):
                case.priority, case.critical = event.priority, bool(event.critical)
            continue
        if isinstance(event, e.Placed):
            arriving = False
            case.path = event.path
            critical = " critical" if case.critical else ""
            said.append(f"arrives {event.path}/{event.level} {case.priority} {case.category}{critical}")
            continue
        said += _words(event, case.path, policy, offers, zone)
    for notice in decision.notices:
        if notice.kind is NoticeKind.REPLY:
            said.append(f"tells {notice.to} {notice.what}")
        elif notice.kind not in _SILENT:
            said.append(f"tells {notice.to}")
    return said


def _words(  # noqa: C901 - one case for each kind of event
    event: e.AnyEvent, path: str | None, policy: Policy, offers: dict[int, str], zone: ZoneInfo
) -> Iterator[str]:
    match event:
        case e.StepFired():
            yield _step(event, policy, zone)
        case e.Offered():
            yield _offer(event, path, zone)
        case e.OfferWithdrawn():
            yield f"withdrawn {offers[event.offer]}"
        case e.Assigned(assignee=assignee):
            yield f"assigned {assignee}" if assignee else "unassigned"
        case e.PrioritySet(priority=priority, critical=critical):
            yield f"priority {priority}" + (", critical" if critical else "")
        case e.CategorySet(category=category):
            yield f"category {category}"
        case e.TargetMissed(metric=metric, due_at=due_at):
            yield f"missed {metric}{_due(event.at, due_at, zone)}"
        case e.CyclesJudged(results=results):
            for each in results:
                if each.goal is not None:
                    verdict = "met" if each.met else "missed"
                    yield f"judged {each.clock} {verdict} {spelled(each.ran)} of {spelled(each.goal)}"
        case e.PauseOverrun(turn=turn):
            yield f"pause overrun {turn}"
        case e.NobodyReached():
            yield "nobody reached"
        case e.ExpertsAsked(agents=agents, reason=reason):
            yield f"asks {', '.join(agents) or 'nobody'} {reason}"
        case e.SentOut(tracker=tracker, project=project, reason=reason):
            yield f"sent out to {tracker}:{project} {reason}"
        case e.Tagged(added=added):
            yield f"tagged {', '.join(added)}"
        case e.Closed(why=why):
            yield f"closed {why}"
        case e.SnoozeEnded():
            yield "snooze ends"
        case e.Reopened():
            yield "reopened"
        case e.Waited() | e.Resolved():
            yield str(type(event).__name__).lower()


def _step(event: e.StepFired, policy: Policy, zone: ZoneInfo) -> str:
    rule = next((rule for rule in policy.rules if rule.id == event.rule), None)
    name = rule.name if rule is not None and rule.id != "follow_up" else event.rule
    step = f": {event.step}" if event.clock is not None else ""
    outcome = "" if event.outcome is e.StepOutcome.FIRED else " " + event.outcome.replace("_", " ")
    due = _due(event.at, event.due_at, zone) if event.clock is not None else ""
    return f"[{name}{step}{outcome}{due}]"


def _offer(event: e.Offered, path: str | None, zone: ZoneInfo) -> str:
    words = f"offered {event.level}"
    if event.path != path:
        words += f" on {event.path}"
    words += f" {event.reason}"
    if event.repeat:
        words += f" again {event.repeat}"
    if event.skipped:
        passed = (level + (f" until {wall(opens, zone)}" if opens else "") for level, opens in event.skipped)
        words += f" passing {', '.join(passed)}"
    return words


def _due(at: datetime, due_at: datetime, zone: ZoneInfo) -> str:
    return "" if due_at == at else f", due {wall(due_at, zone)}"


def spelled(seconds: float) -> str:
    """`1h20m`, `59m59s`, `24h`."""
    left = int(timedelta(seconds=seconds).total_seconds())
    parts = []
    for size, unit in ((3600, "h"), (60, "m"), (1, "s")):
        if left >= size:
            parts.append(f"{left // size}{unit}")
            left %= size
    return "".join(parts) or "0s"

"""What the conclusions of the ticker do to a case."""

from rung.core import actors
from rung.core.case import events as e
from rung.core.case.case import Case, LevelStay
from rung.core.case.fold_parts import hear


def placed(case: Case, event: e.Placed) -> None:
    case.arrived = True
    case.path = event.path
    case.level = event.level
    case.stays.append(LevelStay(event.level, event.path, event.at, event.number))


def step_fired(case: Case, event: e.StepFired) -> None:
    case.fired.setdefault(f"{event.rule}/{event.step}", []).append(event.cycle)
    if event.episode:
        case.episodes[event.rule] = event.cycle


def auto_replied(case: Case, event: e.AutoReplied) -> None:
    if actors.is_rule(event.by) and (rule := actors.name_of(event.by)) not in case.replied:
        case.replied.append(rule)


def episode_ended(case: Case, event: e.EpisodeEnded) -> None:
    case.episodes.pop(event.rule, None)


def target_missed(case: Case, event: e.TargetMissed) -> None:
    case.missed[event.metric] = event.cycle


def cycles_judged(case: Case, event: e.CyclesJudged) -> None:
    # What was told later may have ended them at another moment: then they are judged again.
    if case.number == event.number:
        case.ended = []


def pause_overrun(case: Case, event: e.PauseOverrun) -> None:
    case.overruns.append(event.pause)


def policy_chosen(case: Case, event: e.PolicyChosen) -> None:
    case.policy = event.version
    case.settling = not event.fire


def settled(case: Case, _event: e.Settled) -> None:
    case.settling = False


def rejudged(case: Case, event: e.Rejudged) -> None:
    case.matched = []
    hear(case, event.facts, event.number)

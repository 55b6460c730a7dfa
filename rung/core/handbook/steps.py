"""A rule's steps as sentences of the handbook, each with its place in the policy."""

from collections.abc import Iterator

from rung.core.calendar import ALWAYS
from rung.core.handbook.parts import Sentence
from rung.core.policy import plain_words as words
from rung.core.policy.model import ALWAYS_TRUE, Policy, Rule, Step
from rung.core.policy.rules import FOLLOW_UP
from rung.core.sentences import say


def rules_of(policy: Policy) -> Iterator[tuple[str, Rule]]:
    """Every rule with its place, the follow-up among them."""
    for number, rule in enumerate(policy.rules):
        yield (FOLLOW_UP if rule.id == FOLLOW_UP else f"rules[{number}]"), rule


def name_of(rule: Rule) -> str:
    """As it is called; the follow-up has no name of its own in the policy."""
    return say("Follow up") if rule.id == FOLLOW_UP else rule.name


def steps_of(policy: Policy, place: str, rule: Rule) -> Iterator[Sentence]:
    """One sentence a step."""
    for number, step in enumerate(rule.steps):
        yield Sentence(_step(policy, rule, step), f"{place}.steps[{number}]")


def _step(policy: Policy, rule: Rule, step: Step) -> str:
    only = [words.condition(when) for when in (rule.when, step.when) if when != ALWAYS_TRUE]
    limits = say(", if %(only)s", only=say(", and ").join(only)) if only else ""
    counted = f" ({words.calendar(rule.calendar)})" if rule.calendar else ""
    clock = say(words.WHILE[rule.clock]) if rule.clock is not None else ""
    done = words.listed(words.actions(step.actions))
    shares = "; ".join(_shares(policy, rule, step)) if step.at.needs_target else ""
    measured = say(" (that is %(shares)s)", shares=shares) if shares else ""
    return f"{words.upper_first(words.threshold(step.at))}{counted}, {clock}{limits}: {done}.{measured}"


def _shares(policy: Policy, rule: Rule, step: Step) -> Iterator[str]:
    """What a share of the target means for each target that has one."""
    for target in policy.targets:
        goal = target.goal(rule.clock) if rule.clock is not None else None
        if goal is None:
            continue
        calendar = policy.calendars.get(rule.calendar or target.calendar or "", ALWAYS)
        at = step.at.of(goal.on(calendar), calendar)
        if at is not None:
            yield say("%(time)s for %(whom)s", time=words.span(at), whom=words.for_whom(target.when))

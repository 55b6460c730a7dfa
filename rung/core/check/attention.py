"""Finds interruptions that would wait too long, and replies with gaps that nothing can fill."""

from datetime import timedelta

from rung.core.check.findings_sheet import Notes
from rung.core.policy.model import Actions, Budget, Fact, Is
from rung.core.sentences import say
from rung.core.spelling import did_you_mean
from rung.core.text.placeholders import PLACEHOLDERS, gaps, is_known
from rung.core.vocabulary import ClockName, Priority

_URGENT = Is(Fact.PRIORITY, (Priority.URGENT,))
_PEOPLE = ("assignee", "owner", "lead", "agent:", "on_call:", "account_owner")


def check(notes: Notes) -> None:
    """Budgets, quiet hours, alerts and the gaps in replies."""
    attention = notes.policy.attention
    if attention.person is not None:
        _budget(notes, "person", attention.person)
    if attention.channel is not None:
        _budget(notes, "channel", attention.channel)
    _quiet(notes)
    _replies(notes)
    _nobody_assigned(notes)
    _alerts(notes)


#: Words that mean somebody by way of a ticket; an alert is about the queue and has none.
_OF_A_TICKET = ("assignee", "owner", "account_owner")


def _alerts(notes: Notes) -> None:
    for number, alert in enumerate(notes.policy.alerts):
        for word in alert.notify:
            if word in _OF_A_TICKET:
                notes.error(
                    f"alerts[{number}].notify",
                    say("an alert is about the whole queue, which has no %(whom)s", whom=word.replace("_", " ")),
                    say("name a team:, an agent:, lead, owners or a channel"),
                )
        if alert.above_share is not None and alert.above_share >= 1:
            notes.error(f"alerts[{number}].above", say("a share is never above 100%"), say("write a smaller one"))


def _budget(notes: Notes, whose: str, budget: Budget) -> None:
    """A single urgent ticket must not use up what a person or a channel may be told."""
    most, example = 0, ""
    for number, target in enumerate(notes.policy.targets):
        if not notes.world.possible(notes.selected(number), _URGENT):
            continue
        moments: list[timedelta] = []
        for _, rule, step, actions, when in notes.acts():
            if step is None or rule.clock is None or not notes.world.possible(when, _URGENT):
                continue
            calendar = notes.calendar(rule.calendar or target.calendar)
            goal = target.goal(rule.clock)
            at = step.at.of(None if goal is None else goal.on(calendar), calendar)
            if at is not None:
                moments += [at] * _told(actions, whose)
        count = max((_within(moments, start, budget.per) for start in moments), default=0)
        if count > most:
            most, example = count, f"targets[{number}]"
    if most > budget.count:
        notes.warning(
            f"attention.budget.{whose}",
            say(
                "one urgent ticket of %(example)s alone can mean %(most)s messages in that time, so some would wait",
                example=example,
                most=most,
            ),
            say("allow at least %(most)s", most=most),
        )


def _within(moments: list[timedelta], start: timedelta, window: timedelta) -> int:
    return sum(start <= moment < start + window for moment in moments)


def _told(actions: Actions, whose: str) -> int:
    """How many messages the step means for one person, or for one channel."""
    words = [*actions.notify, *([actions.remind] if actions.remind else [])]
    to_people = [word for word in words if word.startswith(_PEOPLE)]
    return min(1, len(to_people)) if whose == "person" else min(1, len(words) - len(to_people))


def _quiet(notes: Notes) -> None:
    quiet = notes.policy.attention.quiet
    if quiet is None:
        return
    calendar = notes.calendar(quiet.outside)
    if calendar.always:
        notes.error(
            "attention.quiet.outside",
            say("no moment is outside %(outside)s, so nothing is ever held back", outside=quiet.outside),
            say("name a calendar that closes, or remove quiet"),
        )
        return
    if Priority.URGENT in quiet.except_:
        return
    for number, target in enumerate(notes.policy.targets):
        counts = notes.calendar(target.calendar)
        urgent = notes.world.example(notes.selected(number), _URGENT) is not None
        if urgent and counts.ordinary_week > calendar.ordinary_week:
            notes.warning(
                "attention.quiet",
                say(
                    "urgent tickets of targets[%(number)s] run on %(calendar)s, and what they say waits "
                    "until %(outside)s opens",
                    number=number,
                    calendar=target.calendar or "always",
                    outside=quiet.outside,
                ),
                say("write except: [urgent]"),
            )
            return


def _nobody_assigned(notes: Notes) -> None:
    for place, rule, _, actions, _ in notes.acts():
        if rule.clock is not ClockName.UNASSIGNED:
            continue
        for how, words in (("notify", actions.notify), ("remind", (actions.remind,))):
            if "assignee" in words:
                notes.warning(
                    f"{place}.{how}",
                    say("while unassigned runs there is no assignee, so the lead is told instead"),
                    say("name lead, a team: or triage"),
                )


def _replies(notes: Notes) -> None:
    asked = {f"answers.{question}" for workflow in notes.policy.workflows for question in workflow.ask}
    for name, text in notes.policy.replies.items():
        for gap in gaps(text):
            if not is_known(gap):
                hint = did_you_mean(gap, PLACEHOLDERS, lead="") or say("write one such as {requester.first_name}")
                notes.error(f"replies.{name}", say("nothing fills the gap {%(gap)s}", gap=gap), hint)
            elif gap.startswith("answers.") and gap not in asked:
                hint = did_you_mean(gap, tuple(sorted(asked)), lead="") or say(
                    "let a workflow ask for %(question)s", question=gap.partition(".")[2]
                )
                notes.warning(
                    f"replies.{name}", say("no workflow asks for what fills the gap {%(gap)s}", gap=gap), hint
                )

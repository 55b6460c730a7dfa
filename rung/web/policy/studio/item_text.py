"""What stands at a place of the policy, in the words of the handbook: how the studio lists it."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _
from msgspec import Struct

from rung.core.document.nodes import Path
from rung.core.document.tree import Plain
from rung.core.handbook.steps import name_of
from rung.core.policy import plain_words as words
from rung.core.policy.model import ALWAYS_TRUE, Actions, Policy, Rule, Target, When
from rung.core.sentences import say, word
from rung.core.vocabulary import METRICS
from rung.web.policy.studio.places import place_text


class Item(Struct, frozen=True):
    """One entry of a list. `steps`: entries of its own."""

    at: str
    title: str
    lines: tuple[str, ...] = ()
    steps: "tuple[Item, ...]" = ()
    #: The number within its list, and how many there are: -1 where the order means nothing.
    number: int = -1
    many: int = 0

    @property
    def last(self) -> bool:
        return self.number == self.many - 1


def items(policy: Policy, path: Path, said: Plain) -> tuple[Item, ...]:
    """Everything listed at a place."""
    if isinstance(said, dict):
        return tuple(_named(policy, (*path, name), name, value) for name, value in said.items())
    count = len(said) if isinstance(said, list) else 0
    return tuple(_numbered(policy, (*path, number), number, count) for number in range(count))


def rule_item(rule: Rule, path: Path, number: int = -1, many: int = 0) -> Item:
    """A rule with its steps."""
    steps = tuple(
        Item(
            place_text((*path, "steps", at)),
            words.upper_first(words.threshold(step.at)),
            (_does(step.actions, step.when),),
            number=at,
            many=len(rule.steps),
        )
        for at, step in enumerate(rule.steps)
    )
    lines: list[str] = []
    if rule.clock is not None:
        lines.append(words.upper_first(say(words.WHILE[rule.clock])))
        if rule.when != ALWAYS_TRUE:
            lines.append(say("Only when %(condition)s", condition=words.condition(rule.when)))
    elif rule.do is not None:
        done = words.listed(words.actions(rule.do))
        lines.append(say("When %(condition)s, %(done)s", condition=words.condition(rule.when), done=done))
    return Item(place_text(path), name_of(rule), tuple(lines), steps, number, many)


def sentence(policy: Policy, path: Path) -> str:
    """What one place now means, for beside its form."""
    match path:
        case ("rules", int(number), "steps", int(step)) if number < len(policy.rules):
            return _step(policy.rules[number], step)
        case ("follow_up", "steps", int(step)) if policy.rules and policy.rules[-1].id == "follow_up":
            return _step(policy.rules[-1], step)
        case ("rules", int(number)) if number < len(policy.rules):
            return ". ".join((*rule_item(policy.rules[number], path).lines, ""))
        case ("targets", int(number)) if number < len(policy.targets):
            return ". ".join((words.for_whom(policy.targets[number].when), *_goals(policy.targets[number])))
    return ""


def _step(rule: Rule, number: int) -> str:
    if number >= len(rule.steps) or rule.clock is None:
        return ""
    step = rule.steps[number]
    begins = words.upper_first(words.threshold(step.at))
    return f"{begins}, {say(words.WHILE[rule.clock])}: {_does(step.actions, step.when)}."


def _does(actions: Actions, when: When) -> str:
    done = words.listed(words.actions(actions))
    if when == ALWAYS_TRUE:
        return done
    return say("%(done)s, when %(condition)s", done=done, condition=words.condition(when))


def _numbered(policy: Policy, path: Path, number: int, many: int) -> Item:
    at = place_text(path)
    match path[0], path:
        case "rules", _:
            return rule_item(policy.rules[number], path, number, many)
        case "targets", _:
            target = policy.targets[number]
            return Item(at, words.for_whom(target.when), _goals(target), (), number, many)
        case "routing", _:
            route = policy.routing[number]
            return Item(at, route.path, (_whenever(route.when),), (), number, many)
        case "priority", _:
            rule = policy.priority.rules[number]
            title = word(rule.set) + (say(", a critical incident") if rule.critical else "")
            return Item(at, words.upper_first(title), (_whenever(rule.when),), (), number, many)
        case _:
            alert = policy.alerts[number]
            told = words.listed([words.recipient(word) for word in alert.notify])
            return Item(
                at,
                alert.name,
                (say("Over %(time)s; tells %(whom)s", time=words.duration(alert.over), whom=told),),
                (),
                number,
                many,
            )


def _named(policy: Policy, path: Path, name: str, value: Plain) -> Item:
    return Item(place_text(path), name, tuple(line for line in _lines(policy, path, name, value) if line))


def _lines(policy: Policy, path: Path, name: str, value: Plain) -> Sequence[str]:
    said = _LINES.get(str(path[0]))
    return said(policy, name) if said is not None else (" ".join(str(value or "").split())[:160],)


def _level(policy: Policy, name: str) -> Sequence[str]:
    level = policy.levels[name]
    about = [level.team, words.calendar(level.calendar), level.channel or ""]
    return level.responsible_for, " · ".join(each for each in about if each)


def _category(policy: Policy, name: str) -> Sequence[str]:
    phrases = next((each.text for each in policy.categories if each.name == name), ())
    return (", ".join(words.quoted(phrases)) or _("Given by people and the learned model"),)


def _workflow(policy: Policy, name: str) -> Sequence[str]:
    flow = next(each for each in policy.workflows if each.name == name)
    answers = say("Answers with “%(reply)s”", reply=flow.reply) if flow.reply else ""
    if flow.when == ALWAYS_TRUE:
        return say("Offered always"), answers
    return say("Offered when %(condition)s", condition=words.condition(flow.when)), answers


def _problem(policy: Policy, name: str) -> Sequence[str]:
    problem = next(each for each in policy.problems if each.name == name)
    then = words.listed(words.actions(problem.then))
    within = words.duration(problem.within)
    said = say("%(number)s customers within %(time)s: %(done)s", number=problem.customers, time=within, done=then)
    return (said,)


def _lead(policy: Policy, name: str) -> Sequence[str]:
    lead = policy.teams[name].lead
    return (_("Led by %(name)s") % {"name": lead} if lead else "",)


_LINES: dict[str, Callable[[Policy, str], Sequence[str]]] = {
    "levels": _level,
    "paths": lambda policy, name: (" → ".join(policy.paths[name]),),
    "teams": _lead,
    "schedules": lambda policy, name: (say("%(people)s, in turn", people=", ".join(policy.schedules[name].rotation)),),
    "calendars": lambda policy, name: (words.upper_first(words.hours(policy.calendars[name])),),
    "categories": _category,
    "workflows": _workflow,
    "problems": _problem,
}


def _goals(target: Target) -> tuple[str, ...]:
    goals = [
        f"{say(words.CLOCK_TITLES[metric])} {words.duration(goal)}"
        for metric in METRICS
        if (goal := target.goal(metric))
    ]
    return (" · ".join([*goals, words.calendar(target.calendar)]),)


def _whenever(when: When) -> str:
    return say("Always") if when == ALWAYS_TRUE else say("When %(condition)s", condition=words.condition(when))


def facts(kind: str, policy: Policy) -> tuple[tuple[str, str], ...]:
    """What a single form says, as pairs of words."""
    match kind:
        case "priority":
            confidence = policy.priority.minimum_confidence
            learned = (
                _("is not asked")
                if confidence is None
                else _("is trusted from %(share)s") % {"share": f"{confidence:g}"}
            )
            return ((_("When no rule fits"), word(policy.priority.default)), (_("The learned model"), learned))
        case "closing":
            closing = policy.closing
            reopens = words.duration(closing.reopen_within) if closing.reopen_within else _("at any time")
            sent = f"“{closing.tell_customer}”" if closing.tell_customer else _("nothing")
            return (
                (_("When resolved, the customer is sent"), sent),
                (_("Asked for a rating"), _("yes") if closing.ask_rating else _("no")),
                (_("A message reopens it within"), reopens),
            )
        case "attention":
            quiet, person, channel = policy.attention.quiet, policy.attention.person, policy.attention.channel
            spared = (
                say(", except %(what)s", what=words.listed([word(each) for each in quiet.except_]))
                if quiet and quiet.except_
                else ""
            )
            return (
                (_("No messages outside"), f"{words.calendar(quiet.outside)}{spared}" if quiet else "–"),
                (
                    _("One person at most"),
                    say("%(number)s in %(time)s", number=person.count, time=words.span(person.per)) if person else "–",
                ),
                (
                    _("One channel at most"),
                    say("%(number)s in %(time)s", number=channel.count, time=words.span(channel.per))
                    if channel
                    else "–",
                ),
            )
    return (
        (_("Name"), policy.name),
        (_("Time zone"), policy.timezone),
        (_("New tickets appear in"), policy.triage_channel or _("the app")),
        (_("Phrases that keep it our turn"), ", ".join(words.quoted(policy.holding)) or "–"),
        (_("A second person reads every change"), _("yes") if policy.publishing.second_person else _("no")),
    )

"""The handbook's chapters on handing over sideways, and on missing information and silent customers."""

from collections.abc import Iterator, Sequence

from rung.core.handbook.parts import Block, Points, Prose, Section, Sentence, points
from rung.core.handbook.steps import name_of, rules_of, steps_of
from rung.core.policy import plain_words as words
from rung.core.policy.model import Actions, Level, Policy
from rung.core.sentences import say
from rung.core.vocabulary import ClockName, Turn

#: Words in the name of a procedure that say which chapter its prose belongs to.
_SIDEWAYS = ("department", "sideways", "hand over", "handing over", "handover", "transfer", "other team")
_WAITING = ("missing", "information", "silent", "silence", "waiting", "no answer", "no reply", "unresponsive")


def sideways(policy: Policy) -> Section:
    """To whom a ticket can go besides up, what they are asked for, and what happens until somebody accepts."""
    blocks: list[Block] = []
    if len(policy.paths) > 1:
        by_hand = [sentence for path in policy.paths for sentence in _department(policy, path)]
        blocks += points(say("To another department"), by_hand)
    blocks += points(say("What goes sideways by itself"), list(_by_itself(policy)))
    if blocks:
        unaccepted = _of_clock(policy, ClockName.UNACCEPTED)
        blocks += points(say("Until somebody accepts"), [*_meanwhile(policy), *unaccepted])
    blocks += _prose(policy, _SIDEWAYS)
    return Section(say("How to hand over sideways"), tuple(blocks))


def waiting(policy: Policy) -> Section:
    """What is asked of whom, for how long the clocks wait, what a silent customer hears and when it is closed."""
    blocks: list[Block] = list(points(say("When something is missing"), list(_missing(policy))))
    blocks += points(say("While the customer owes us an answer"), list(_pauses(policy)))
    blocks += [
        Points(tuple(steps_of(policy, place, rule)), name_of(rule), place)
        for place, rule in rules_of(policy)
        if rule.clock is ClockName.CUSTOMER_SILENCE
    ]
    blocks += points(say("When the customer writes after all"), list(_afterwards(policy)))
    blocks += _prose(policy, _WAITING)
    return Section(say("When information is missing or the customer is silent"), tuple(blocks))


def has_chapter(procedure: str) -> bool:
    """Whether the prose of a procedure stands in one of these chapters, by its name."""
    return _is_about(procedure, (*_SIDEWAYS, *_WAITING))


def _department(policy: Policy, path: str) -> Iterator[Sentence]:
    level = policy.levels[policy.paths[path][0]]
    there = say(
        "%(name)s (team %(team)s, %(calendar)s)",
        name=level.name,
        team=level.team,
        calendar=words.calendar(level.calendar),
    )
    then = policy.paths[path][1:]
    further = say(", and from there on to %(levels)s", levels=say(", then ").join(then)) if then else ""
    yield Sentence(
        say(
            "%(path)s: hand it over to the path, not to a level. It is offered to %(there)s%(further)s.",
            path=words.upper_first(path),
            there=there,
            further=further,
        ),
        f"paths.{path}",
    )
    if level.responsible_for:
        text = say(
            "%(path)s is for: %(purpose)s.", path=words.upper_first(path), purpose=level.responsible_for.rstrip(".")
        )
        yield Sentence(text, f"levels.{level.name}.responsible_for")
    if level.handoff.require:
        asked = words.listed(level.handoff.require)
        yield Sentence(
            say("%(path)s needs to know: %(asked)s.", path=words.upper_first(path), asked=asked),
            f"levels.{level.name}.handoff",
        )
    if level.link:
        yield Sentence(
            say("When somebody there takes it, %(link)s gets a ticket too, linked to it.", link=level.link),
            f"levels.{level.name}.link",
        )


def _by_itself(policy: Policy) -> Iterator[Sentence]:
    """Rules that hand over to another path, or ask an expert."""
    for place, rule in rules_of(policy):
        if rule.do is not None and _goes_sideways(rule.do):
            yield Sentence(
                say(
                    "When %(condition)s, %(actions)s.",
                    condition=words.condition(rule.when),
                    actions=words.listed(words.actions(rule.do)),
                ),
                place,
            )
        for number, sentence in enumerate(steps_of(policy, place, rule)):
            if _goes_sideways(rule.steps[number].actions):
                yield sentence


def _goes_sideways(actions: Actions) -> bool:
    return (actions.escalate or "").partition(":")[0] in ("path", "expert")


def _meanwhile(policy: Policy) -> Iterator[Sentence]:
    """What an open offer means, said of the first level of every path it can go to."""
    for path, levels in policy.paths.items() if len(policy.paths) > 1 else ():
        level = policy.levels[levels[0]]
        text = say(
            "The assignee keeps a ticket that is offered to %(name)s, and stays the customer's contact, until "
            "somebody of %(team)s has accepted it. If they return the offer, they say why; the ticket never left "
            "the assignee.",
            name=level.name,
            team=level.team,
        )
        yield Sentence(text, f"paths.{path}")
        if level.calendar not in (None, "always"):
            text = say(
                "The hours of %(name)s are %(calendar)s: what is offered outside them waits.",
                name=level.name,
                calendar=words.calendar(level.calendar),
            )
            yield Sentence(text, f"levels.{level.name}.calendar")


def _of_clock(policy: Policy, clock: ClockName) -> list[Sentence]:
    return [
        sentence
        for place, rule in rules_of(policy)
        if rule.clock is clock
        for sentence in steps_of(policy, place, rule)
    ]


def _missing(policy: Policy) -> Iterator[Sentence]:
    for name, level in policy.levels.items():
        if level.handoff.require:
            yield Sentence(_needs(level), f"levels.{name}.handoff")
    for workflow in policy.workflows:
        if workflow.ask:
            sent = say(", with “%(reply)s”", reply=workflow.reply) if workflow.reply else ""
            then = {"pending": say("; then it waits for the customer"), "resolved": say("; then it is solved")}
            after = then.get(str(workflow.then), "")
            text = say(
                "%(name)s: ask for %(ask)s%(sent)s%(after)s.",
                name=words.upper_first(workflow.name),
                ask=words.listed(workflow.ask),
                sent=sent,
                after=after,
            )
            yield Sentence(text, f"workflows.{workflow.name}")


def _needs(level: Level) -> str:
    return say(
        "%(name)s needs %(fields)s. The person who hands over is asked for what the thread does not say. What is "
        "still missing is named, “unknown” is an answer, and no escalation waits for it.",
        name=level.name,
        fields=words.listed(level.handoff.require),
    )


def _pauses(policy: Policy) -> Iterator[Sentence]:
    """Per target, whether its time stands still."""
    for number, target in enumerate(policy.targets):
        whom, place = words.for_whom(target.when), f"targets[{number}]"
        if target.resolution is None:
            continue
        if Turn.CUSTOMER not in target.pause_on:
            yield Sentence(
                say("%(whom)s: the time to solve it goes on while we wait for the customer.", whom=whom),
                f"{place}.pause_on",
            )
            continue
        limit = target.pause_at_most.get(Turn.CUSTOMER)
        if limit is None:
            yield Sentence(
                say("%(whom)s: the time to solve it stands still while we wait for the customer.", whom=whom), place
            )
        else:
            text = say(
                "%(whom)s: the time to solve it stands still while we wait for the customer, for at "
                "most %(limit)s; then the lead is told and it counts again.",
                whom=whom,
                limit=words.duration(limit),
            )
            yield Sentence(text, f"{place}.pause_at_most")
    if policy.holding:
        said = words.listed(words.quoted(policy.holding), " or ")
        yield Sentence(
            say("An answer with %(said)s leaves it our turn: it waits for us, not for the customer.", said=said),
            "holding",
        )


def _afterwards(policy: Policy) -> Iterator[Sentence]:
    within = policy.closing.reopen_within
    if within is not None:
        text = say(
            "Closed, it opens again with a reply within %(within)s, at the level that had it.",
            within=words.duration(within),
        )
        yield Sentence(text, "closing.reopen_within")


def _prose(policy: Policy, about: Sequence[str]) -> list[Block]:
    """The policy's own words, beside what follows from its rules."""
    return [
        Prose(words.upper_first(name), text, f"procedures.{name}")
        for name, text in policy.procedures.items()
        if _is_about(name, about) and not (about is _WAITING and _is_about(name, _SIDEWAYS))
    ]


def _is_about(procedure: str, about: Sequence[str]) -> bool:
    name = procedure.lower().replace("_", " ").replace("-", " ")
    return any(word in name for word in about)

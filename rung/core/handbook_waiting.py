"""The handbook's chapters on handing over sideways, and on missing information and silent customers."""

from collections.abc import Iterator, Sequence

from rung.core import plain_words as words
from rung.core.handbook_parts import Block, Points, Prose, Section, Sentence, points
from rung.core.handbook_steps import rules_of, steps_of
from rung.core.policy import Actions, Level, Policy
from rung.core.vocabulary import ClockName, Turn

#: Words in the name of a procedure that say which chapter its prose belongs to.
_SIDEWAYS = ("department", "sideways", "hand over", "handing over", "handover", "transfer", "other team")
_WAITING = ("missing", "information", "silent", "silence", "waiting", "no answer", "no reply", "unresponsive")


def sideways(policy: Policy) -> Section:
    """To whom a ticket can go besides up, what they are asked for, and what happens until somebody accepts."""
    blocks: list[Block] = []
    if len(policy.paths) > 1:
        by_hand = [sentence for path in policy.paths for sentence in _department(policy, path)]
        blocks += points("To another department", by_hand)
    blocks += points("What goes sideways by itself", list(_by_itself(policy)))
    if blocks:
        unaccepted = _of_clock(policy, ClockName.UNACCEPTED)
        blocks += points("Until somebody accepts", [*_meanwhile(policy), *unaccepted])
    blocks += _prose(policy, _SIDEWAYS)
    return Section("How to hand over sideways", tuple(blocks))


def waiting(policy: Policy) -> Section:
    """What is asked of whom, for how long the clocks wait, what a silent customer hears and when it is closed."""
    blocks: list[Block] = list(points("When something is missing", list(_missing(policy))))
    blocks += points("While the customer owes us an answer", list(_pauses(policy)))
    blocks += [
        Points(tuple(steps_of(policy, place, rule)), rule.name, place)
        for place, rule in rules_of(policy)
        if rule.clock is ClockName.CUSTOMER_SILENCE
    ]
    blocks += points("When the customer writes after all", list(_afterwards(policy)))
    blocks += _prose(policy, _WAITING)
    return Section("When information is missing or the customer is silent", tuple(blocks))


def has_chapter(procedure: str) -> bool:
    """Whether the prose of a procedure stands in one of these chapters, by its name."""
    return _is_about(procedure, (*_SIDEWAYS, *_WAITING))


def _department(policy: Policy, path: str) -> Iterator[Sentence]:
    level = policy.levels[policy.paths[path][0]]
    there = f"{level.name} (team {level.team}, {words.calendar(level.calendar)})"
    then = policy.paths[path][1:]
    further = f", and from there on {'to ' + ', then '.join(then)}" if then else ""
    yield Sentence(
        f"{words.upper_first(path)}: hand it over to the path, not to a level. It is offered to {there}{further}.",
        f"paths.{path}",
    )
    if level.responsible_for:
        text = f"{words.upper_first(path)} is for: {level.responsible_for.rstrip('.')}."
        yield Sentence(text, f"levels.{level.name}.responsible_for")
    if level.handoff.require:
        asked = words.listed(level.handoff.require)
        yield Sentence(f"{words.upper_first(path)} needs to know: {asked}.", f"levels.{level.name}.handoff")
    if level.link:
        yield Sentence(
            f"When somebody there takes it, {level.link} gets a ticket too, linked to it.", f"levels.{level.name}.link"
        )


def _by_itself(policy: Policy) -> Iterator[Sentence]:
    """Rules that hand over to another path, or ask an expert."""
    for place, rule in rules_of(policy):
        if rule.do is not None and _goes_sideways(rule.do):
            yield Sentence(f"When {words.condition(rule.when)}, {words.listed(words.actions(rule.do))}.", place)
        for number, sentence in enumerate(steps_of(policy, place, rule)):
            if _goes_sideways(rule.steps[number].actions):
                yield sentence


def _goes_sideways(actions: Actions) -> bool:
    return (actions.escalate or "").partition(":")[0] in ("path", "expert")


def _meanwhile(policy: Policy) -> Iterator[Sentence]:
    """What an open offer means, said of the first level of every path it can go to."""
    for path, levels in policy.paths.items() if len(policy.paths) > 1 else ():
        level = policy.levels[levels[0]]
        text = (
            f"Whoever holds a ticket offered to {level.name} keeps it, and stays the customer's contact, until "
            f"somebody of {level.team} has accepted it. If they give it back, they say why; it never left its sender."
        )
        yield Sentence(text, f"paths.{path}")
        if level.calendar not in (None, "always"):
            text = (
                f"The hours of {level.name} are {words.calendar(level.calendar)}: what is offered outside them waits."
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
            sent = f", with “{workflow.reply}”" if workflow.reply else ""
            then = {"pending": "; then it waits for the customer", "resolved": "; then it is solved"}
            after = then.get(str(workflow.then), "")
            text = f"{words.upper_first(workflow.name)}: ask for {words.listed(workflow.ask)}{sent}{after}."
            yield Sentence(text, f"workflows.{workflow.name}")


def _needs(level: Level) -> str:
    return (
        f"{level.name} needs {words.listed(level.handoff.require)}: what the thread does not say is asked of whoever "
        "hands over. What is still missing is named, “unknown” is an answer, and it holds no escalation back."
    )


def _pauses(policy: Policy) -> Iterator[Sentence]:
    """Per target, whether its time stands still."""
    for number, target in enumerate(policy.targets):
        whom, place = words.for_whom(target.when), f"targets[{number}]"
        if target.resolution is None:
            continue
        if Turn.CUSTOMER not in target.pause_on:
            yield Sentence(f"{whom}: the time to solve it goes on while we wait for the customer.", f"{place}.pause_on")
            continue
        limit = target.pause_at_most.get(Turn.CUSTOMER)
        if limit is None:
            yield Sentence(f"{whom}: the time to solve it stands still while we wait for the customer.", place)
        else:
            text = (
                f"{whom}: the time to solve it stands still while we wait for the customer, for at most "
                f"{words.duration(limit)}; then the lead is told and it counts again."
            )
            yield Sentence(text, f"{place}.pause_at_most")
    if policy.holding:
        said = words.listed([f"“{phrase}”" for phrase in policy.holding], " or ")
        yield Sentence(f"An answer with {said} leaves it our turn: it waits for us, not for the customer.", "holding")


def _afterwards(policy: Policy) -> Iterator[Sentence]:
    within = policy.closing.reopen_within
    if within is not None:
        text = f"Closed, it opens again with a reply within {words.duration(within)}, at the level that had it."
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

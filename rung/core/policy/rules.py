"""Reads what depends on the ticket: conditions, actions, steps and rules."""

import re
from collections import Counter
from collections.abc import Callable

from rung.core.calendar.durations import From, Threshold
from rung.core.document.nodes import Text
from rung.core.policy.cells import Cell, Fields, kept
from rung.core.policy.keys import ACTION_KEYS, names_of
from rung.core.policy.model import (
    ALWAYS_TRUE,
    NUMERIC_FACTS,
    Actions,
    All,
    AnyOf,
    Compare,
    Comparison,
    Fact,
    Is,
    Not,
    Rule,
    Step,
    When,
)
from rung.core.policy.names import Names
from rung.core.sentences import say
from rung.core.spelling import did_you_mean
from rung.core.text.phrases import tokens
from rung.core.vocabulary import METRICS, ClockName, Emotion, Priority, Reason, Status

FOLLOW_UP = "follow_up"
_COMPARED = re.compile(r"(>=|<=|>|<|=|!=)?\s*(-?\d{1,6}(?:\.\d{1,6})?)")
_RAISED = re.compile(r"\+[1-3]")
_SLUG = re.compile(r"[a-z][a-z0-9_-]*")


class RuleReader:
    """Reads conditions and actions against the names that the document declares."""

    def __init__(self, names: Names) -> None:
        self.names = names

    # --- conditions

    def when(self, cell: Cell) -> When:
        """A map of facts, all of which must hold; `any`, `all` and `not` nest."""
        hint = say("write when: {priority: urgent}; for several choices when: {any: [{…}, {…}]}")
        conditions: list[When | None] = []
        for key, value in cell.entries(say("a condition"), hint).items():
            match key:
                case "any" | "all":
                    parts = tuple(self.when(part) for part in value.items(f'"{key}"'))
                    if not parts:
                        value.error(say('"%(key)s" of nothing', key=key), say("list at least one condition"))
                    conditions.append(AnyOf(parts) if key == "any" else All(parts))
                case "not":
                    conditions.append(Not(self.when(value)))
                case _:
                    conditions.append(self._fact(key, value))
        read: tuple[When, ...] = tuple(condition for condition in conditions if condition is not None)
        if len(read) == 1:
            return read[0]
        return All(read)

    def condition(self, fields: Fields) -> When:
        """The `when` of a map; without one it always matches."""
        if "when" in fields:
            return self.when(fields.cells["when"])
        return ALWAYS_TRUE

    def _fact(self, key: str, cell: Cell) -> When | None:
        try:
            fact = Fact(key)
        except ValueError:
            known = names_of("when")
            cell.error(
                say('no fact is called "%(key)s"', key=key),
                did_you_mean(key, known, lead="") or say("the facts are %(known)s", known=", ".join(known)),
            )
            return None
        if fact in NUMERIC_FACTS:
            compared: tuple[Compare, ...] = kept(self._compare(fact, each) for each in cell.one_or_more("numbers"))
            if len(compared) == 1:
                return compared[0]
            return AnyOf(compared)
        values = kept(self._value(fact, each) for each in cell.one_or_more("values"))
        if twice := next((value for value, times in Counter(values).items() if times > 1), None):
            cell.error(say('"%(twice)s" is listed twice', twice=twice), say("write it once"))
        return Is(fact, values) if values else None

    def _value(self, fact: Fact, cell: Cell) -> str | None:
        """One value the fact may have, as text."""
        readers: dict[Fact, Callable[[Cell], str | None]] = {
            Fact.TEXT: phrase,
            Fact.CATEGORY: self.names.category,
            Fact.PRIORITY: lambda each: each.choice("priority", Priority),
            Fact.CRITICAL: _flag_as_text,
            Fact.EMOTION: lambda each: each.choice("emotion", Emotion),
            Fact.LEVEL: self.names.level,
            Fact.OFFERED_TO: self.names.level,
            Fact.PATH: self.names.path,
            Fact.STATUS: lambda each: each.choice("status", Status),
        }
        return readers.get(fact, Cell.text)(cell)

    @staticmethod
    def _compare(fact: Fact, cell: Cell) -> Compare | None:
        text = cell.text()
        if text is None:
            return None
        match = _COMPARED.fullmatch(text)
        if match is None:
            cell.error(
                say('"%(text)s" compares nothing', text=text),
                say('write %(value)s: ">= 2", with >=, <=, >, <, = or !=', value=fact.value),
            )
            return None
        return Compare(fact, Comparison(match[1] or "="), float(match[2]))

    # --- actions

    def actions(self, cell: Cell) -> Actions:
        """What is done, of a map that holds nothing else."""
        fields = cell.fields(say("an action"), "actions")
        return self._actions(fields)

    def _actions(self, fields: Fields) -> Actions:
        names = self.names
        remind, call = fields.read("remind", self._reminder) or (None, None)
        actions = Actions(
            escalate=fields.read("escalate", names.escalated_to),
            reason=fields.read("reason", lambda cell: cell.choice("reason", Reason)) or Reason.OTHER,
            priority=fields.read("priority", wished_priority),
            assign=fields.read("assign", names.assigned_to),
            unassign=fields.read("unassign", _only_true) or False,
            tag=fields.read("tag", lambda cell: kept(each.text() for each in cell.one_or_more("tags"))) or (),
            close=fields.read("close", _why_closed),
            reply=fields.read("reply", names.reply),
            comment=fields.read("comment", lambda cell: cell.name("place to comment", ("linked",))),
            page=fields.read("page", self.names.pager),
            notify=fields.read("notify", names.recipients) or (),
            remind=remind,
            call=call,
        )
        if "escalate" not in fields:
            fields.refuse(
                ["reason"], say("a reason says why something is escalated, and nothing is"), say("add escalate: next")
            )
        if "assign" in fields:
            fields.refuse(["unassign"], say("this both assigns and unassigns"), say("leave one of them out"))
        return actions

    def _reminder(self, cell: Cell) -> tuple[str | None, str | None]:
        """Where, and whom it calls: `triage`, or `{to: triage, call: nobody}`."""
        if isinstance(cell.node, Text):
            return self.names.reminded(cell), None
        fields = cell.fields(say("a reminder"), "reminder")
        to = fields.need("to", self.names.reminded, say("write remind: {to: triage, call: team}"))
        call = fields.read("call", self.names.called)
        return to, None if call == "team" else call

    def step(self, cell: Cell, clock: ClockName | None) -> Step | None:
        """One step of a clock, without its id."""
        fields = cell.fields(say("a step"), "step")
        at = fields.read("at", lambda each: threshold(each, clock), say("write at: 50%, at: 45m or at: 30m before"))
        when = self.condition(fields)
        actions = self._actions(fields)
        if not any(key in fields for key in ACTION_KEYS if key != "reason"):
            fields.cell.error(say("this step does nothing"), say("it may %(keys)s", keys=", ".join(ACTION_KEYS)))
        return Step("", at, actions, when) if at is not None else None

    # --- rules

    def rules(self, cell: Cell) -> tuple[Rule, ...]:
        rules: list[Rule] = []
        seen: dict[str, int] = {FOLLOW_UP: 0}
        for each in cell.items("rules"):
            rule = self.rule(each)
            if rule.id in seen:
                line = seen[rule.id]
                earlier = say("on line %(line)s", line=line) if line else say("by the section follow_up")
                each.error(
                    say('the name "%(id)s" is already taken %(earlier)s', id=rule.id, earlier=earlier),
                    say("a rule is identified by its id, or else by its name"),
                )
            elif rule.id:
                seen[rule.id] = each.line
            rules.append(rule)
        return tuple(rules)

    def rule(self, cell: Cell) -> Rule:
        """One rule: steps along a clock, or `do` when `when` turns true."""
        fields = cell.fields(say("a rule"), "rule")
        name = fields.read("name", Cell.text) or ""
        identity = fields.read("id", Cell.text) or name
        if "clock" in fields:
            fields.refuse(["do"], say('a rule with a clock has "steps", not "do"'), say("write steps: [{at: 100%, …}]"))
            return self._timed(fields, identity, name)
        fields.refuse(
            ["steps"], say("steps need a clock; this rule has none"), say("add clock: first_response, or write do: {…}")
        )
        fields.refuse(["calendar"], say("a calendar counts the time of a clock, and this rule has none"))
        when = self.condition(fields)
        if "steps" not in fields:
            fields.need("do", self.actions, say("say what it does: do: {escalate: next}; or add a clock and steps"))
        if "when" not in fields and "do" in fields:
            cell.error(
                say("this rule has neither a clock nor a condition, so it would act on every ticket"),
                say("add when: {…}"),
            )
        actions = fields.read("do", self._done)
        return Rule(identity, name, None, when, None, (), actions, f"{actions.kind}.1" if actions else "")

    def _done(self, cell: Cell) -> Actions:
        actions = self.actions(cell)
        if actions == Actions():
            cell.error(say("this does nothing"), say("it may %(keys)s", keys=", ".join(ACTION_KEYS)))
        return actions

    def follow_up(self, cell: Cell) -> Rule:
        """The section of that name: one more rule, on the customer's silence unless it says otherwise."""
        return self._timed(cell.fields("follow_up", "follow_up"), FOLLOW_UP, "Follow up")

    def _timed(self, fields: Fields, identity: str, name: str) -> Rule:
        clock = fields.read("clock", lambda cell: cell.choice("clock", ClockName))
        if "clock" not in fields:
            clock = ClockName.CUSTOMER_SILENCE
        written = fields.need(
            "steps", lambda cell: cell.items("steps"), say("write steps: [{at: 50%, remind: triage}]")
        )
        if written == []:
            fields.cells["steps"].error(
                say("there are no steps"), say("write at least one, such as {at: 50%, remind: triage}")
            )
        steps = kept(self.step(each, clock) for each in written or ())
        return Rule(
            id=identity,
            name=name,
            clock=clock,
            when=self.condition(fields),
            calendar=fields.read("calendar", self.names.calendar),
            steps=_numbered(steps),
        )


def phrase(cell: Cell) -> str | None:
    """A word or phrase to look for in texts."""
    text = cell.text()
    if text is not None and not tokens(text):
        cell.error(say('"%(text)s" has no word in it, so it is never found', text=text))
        return None
    return text


def wished_priority(cell: Cell) -> str | None:
    """A priority's name, or "+1" to "+3"."""
    text = cell.text()
    if text is None or _RAISED.fullmatch(text):
        return text
    if re.fullmatch(r"[-+]?\d+", text):
        cell.error(
            say('"%(text)s" is not how a priority changes', text=text),
            say('write "+1" to "+3" to raise it, or a name to set it'),
        )
        return None
    return cell.choice("priority", Priority)


def threshold(cell: Cell, clock: ClockName | None) -> Threshold | None:
    """When a step fires. A share, or a time before the target, needs a clock that can have one."""
    text = cell.text()
    if text is None:
        return None
    try:
        read = Threshold.parse(text)
    except ValueError as error:
        cell.error(str(error))
        return None
    if clock is not None and read.measured is not From.START and clock not in METRICS:
        targets = ", ".join(METRICS)
        cell.error(
            say('"%(text)s" is measured from a target, and %(clock)s has none', text=text, clock=clock),
            say("write a time such as 45m; targets have %(targets)s", targets=targets),
        )
        return None
    return read


def _numbered(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Each step known by its kind and its ordinal among those of its kind: `escalate.1`."""
    counts: Counter[str] = Counter()
    numbered = []
    for step in steps:
        kind = step.actions.kind
        counts[kind] += 1
        numbered.append(Step(f"{kind}.{counts[kind]}", step.at, step.actions, step.when))
    return tuple(numbered)


def _flag_as_text(cell: Cell) -> str | None:
    flag = cell.flag()
    return None if flag is None else str(flag).lower()


def _only_true(cell: Cell) -> bool | None:
    flag = cell.flag()
    if flag is False:
        cell.error(say('"unassign: false" does nothing'), say("leave it out"))
    return flag


def _why_closed(cell: Cell) -> str | None:
    text = cell.text()
    if text is not None and not _SLUG.fullmatch(text):
        cell.error(
            say('"%(text)s" is not a reason for closing', text=text),
            say("write one word in lower case, such as no_answer"),
        )
        return None
    return text

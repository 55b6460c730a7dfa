"""Reads what is promised and watched: priority, targets, workflows, closing, problems, alerts, attention."""

import re

from rung.core.calendar.durations import Duration
from rung.core.policy.cells import Cell, Fields, kept
from rung.core.policy.keys import AFTERWARDS, PAUSES
from rung.core.policy.model import (
    Alert,
    Attention,
    Budget,
    Closing,
    Metric,
    PriorityRule,
    PriorityRules,
    ProblemRule,
    Publishing,
    Quiet,
    Target,
    Workflow,
)
from rung.core.policy.names import Names
from rung.core.policy.organisation import texts
from rung.core.policy.rules import RuleReader
from rung.core.sentences import say
from rung.core.vocabulary import METRICS, Priority, Status, Turn

SHARES = frozenset({Metric.UNASSIGNED_SHARE, Metric.BREACH_RATE})
TIMES = frozenset({Metric.MEAN_FIRST_RESPONSE, Metric.MEAN_RESOLUTION})
_PER = re.compile(r"(\d{1,6})\s+per\s+(.+)")


class PromiseReader:
    """Reads the sections of promises against the names that the document declares."""

    def __init__(self, names: Names, rules: RuleReader) -> None:
        self.names = names
        self.rules = rules

    def priority(self, cell: Cell) -> PriorityRules:
        fields = cell.fields("priority", "priority")
        learned = fields.read("learned", lambda each: each.fields("learned", "learned"))
        rules = fields.read("rules", lambda each: kept(map(self._priority_rule, each.items("rules"))))
        return PriorityRules(
            default=fields.read("default", lambda each: each.choice("priority", Priority)) or Priority.NORMAL,
            minimum_confidence=learned.read("minimum_confidence", _confidence, say("write 0.7")) if learned else None,
            rules=rules or (),
        )

    def _priority_rule(self, cell: Cell) -> PriorityRule | None:
        fields = cell.fields(say("a priority rule"), "priority_rule")
        chosen = fields.read("set", lambda each: each.choice("priority", Priority), say("write set: high"))
        when = self.rules.condition(fields)
        critical = fields.read("critical", Cell.flag) or False
        return PriorityRule(chosen, critical, when) if chosen is not None else None

    def target(self, cell: Cell) -> Target:
        fields = cell.fields(say("a target"), "target")
        if not any(metric in fields for metric in METRICS) and "when" not in fields:
            cell.error(say("this target promises nothing"), say("it may have %(metrics)s", metrics=", ".join(METRICS)))
        pauses = fields.read("pause_on", lambda each: kept(map(_pause, each.any_number("pause_on"))))
        pauses = (Turn.CUSTOMER,) if pauses is None else pauses
        return Target(
            when=self.rules.condition(fields),
            first_response=fields.read("first_response", Cell.duration),
            next_response=fields.read("next_response", Cell.duration),
            update=fields.read("update", Cell.duration),
            resolution=fields.read("resolution", Cell.duration),
            calendar=fields.read("calendar", self.names.calendar),
            pause_on=pauses,
            pause_at_most=fields.read("pause_at_most", lambda each: self._limits(each, pauses)) or {},
        )

    def _limits(self, cell: Cell, pauses: tuple[Turn, ...]) -> dict[Turn, Duration]:
        fields = cell.fields("pause_at_most", "pause_at_most")
        limits: dict[Turn, Duration] = {}
        for turn in PAUSES:
            if turn in fields and turn not in pauses:
                fields.refuse(
                    [turn],
                    say("%(turn)s does not pause this target", turn=turn),
                    say("add %(turn)s to pause_on", turn=turn),
                )
            elif (limit := fields.read(turn, Cell.duration)) is not None:
                limits[turn] = limit
        return limits

    def workflow(self, cell: Cell, name: str) -> Workflow:
        fields = cell.fields(say("a workflow"), "workflow")
        return Workflow(
            name=name,
            when=self.rules.condition(fields),
            ask=fields.read("ask", texts) or (),
            reply=fields.read("reply", self.names.reply),
            then=fields.read("then", lambda each: each.choice("status", Status, AFTERWARDS)),
            auto=fields.read("auto", Cell.flag) or False,
        )

    def closing(self, cell: Cell) -> Closing:
        fields = cell.fields("closing", "closing")
        return Closing(
            tell_customer=fields.read("tell_customer", self.names.reply),
            ask_rating=fields.read("ask_rating", Cell.flag) or False,
            reopen_within=fields.read("reopen_within", Cell.duration),
        )

    def publishing(self, cell: Cell) -> Publishing:
        fields = cell.fields("publishing", "publishing")
        return Publishing(second_person=fields.read("second_person", Cell.flag) or False)

    def problem(self, cell: Cell, name: str) -> ProblemRule | None:
        fields = cell.fields(say("a problem"), "problem")
        customers = fields.read("customers", lambda each: each.whole(2, say("the number of customers")))
        within = fields.read("within", Cell.duration)
        then = fields.read("then", self.rules.actions)
        if customers is None or within is None or then is None:
            return None
        return ProblemRule(name, customers, within, then)

    def alerts(self, cell: Cell) -> tuple[Alert, ...]:
        cells = cell.items("alerts")
        alerts = [self._alert(each) for each in cells]
        names = [alert.name if alert else "" for alert in alerts]
        for number, name in enumerate(names):
            if name and name in names[:number]:
                cells[number].error(
                    say('another alert is already called "%(name)s"', name=name), say("give each its own name")
                )
        return kept(alerts)

    def _alert(self, cell: Cell) -> Alert | None:
        fields = cell.fields(say("an alert"), "alert")
        name = fields.read("name", Cell.text)
        metric = fields.read("metric", lambda each: each.choice("metric", Metric))
        over = fields.read("over", Cell.duration)
        notify = fields.read("notify", self.names.recipients) or ()
        calendar = fields.read("calendar", self.names.calendar)
        share, longest, count = _above(fields, metric)
        if name is None or metric is None or over is None:
            return None
        return Alert(name, metric, over, share, longest, count, notify, calendar)

    def attention(self, cell: Cell) -> Attention:
        fields = cell.fields("attention", "attention")
        quiet = fields.read("quiet", self._quiet)
        budget = fields.read("budget", lambda each: each.fields("budget", "budget"))
        person = budget.read("person", _budget) if budget else None
        channel = budget.read("channel", _budget) if budget else None
        return Attention(quiet, person, channel)

    def _quiet(self, cell: Cell) -> Quiet | None:
        fields = cell.fields("quiet", "quiet")
        outside = fields.read("outside", self.names.calendar)
        spared = fields.read("except", lambda each: kept(_priority_of(one) for one in each.any_number("except"))) or ()
        return Quiet(outside, spared) if outside is not None else None


def _pause(cell: Cell) -> Turn | None:
    return cell.choice("pause", Turn, PAUSES)


def _priority_of(cell: Cell) -> Priority | None:
    return cell.choice("priority", Priority)


def _confidence(cell: Cell) -> float | None:
    number = cell.number()
    if number is not None and not 0 < number <= 1:
        cell.error(say("a confidence is more than 0 and at most 1, not %(number)s", number=f"{number:g}"))
        return None
    return number


def _above(fields: Fields, metric: Metric | None) -> tuple[float | None, Duration | None, int | None]:
    """The threshold of an alert: a share, a time or a count, as its metric wants it."""
    if metric in SHARES:
        return fields.read("above", _share), None, None
    if metric in TIMES:
        return None, fields.read("above", Cell.duration), None
    if metric is not None:
        return None, None, fields.read("above", lambda each: each.whole(0, say("this threshold")))
    fields.read("above", Cell.text)
    return None, None, None


def _share(cell: Cell) -> float | None:
    text = cell.text()
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,6})?)\s*%", text)
    if match is None or float(match[1]) > 100:
        cell.error(say('"%(text)s" is not a share', text=text), say("write a percentage such as 20%"))
        return None
    return float(match[1]) / 100


def _budget(cell: Cell) -> Budget | None:
    text = cell.text()
    if text is None:
        return None
    match = _PER.fullmatch(text)
    if match is None or int(match[1]) == 0:
        cell.error(say('"%(text)s" is not a budget', text=text), say("write how many in how long, such as 6 per 1h"))
        return None
    try:
        per = Duration.parse(match[2]).elapsed
    except ValueError as error:
        cell.error(str(error))
        return None
    if not per:
        cell.error(say("the window of a budget must be longer than nothing"))
        return None
    return Budget(int(match[1]), per)

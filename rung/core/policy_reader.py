"""Reads a policy document: a policy, or every mistake in it with its line."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from rung.core.calendar import Calendar, CalendarError
from rung.core.durations import Duration
from rung.core.findings import Finding, has_errors, in_reading_order
from rung.core.oncall import Schedule
from rung.core.policy import (
    Alert,
    Attention,
    Budget,
    CategoryRule,
    Closing,
    HandoffForm,
    Level,
    Metric,
    Policy,
    PriorityRule,
    PriorityRules,
    ProblemRule,
    Quiet,
    Route,
    Target,
    Team,
    Workflow,
)
from rung.core.policy_cells import Cell, Fields, Sheet, kept
from rung.core.policy_names import BUILT_IN_CALENDAR, Names, declared, handle, linked, place
from rung.core.policy_nodes import Entries, parse, plain
from rung.core.policy_rules import RuleReader, phrase
from rung.core.vocabulary import METRICS, Priority, Status, Turn

T = TypeVar("T")

SECTIONS = (
    *("name", "timezone", "calendars", "triage", "holding", "teams", "schedules", "levels", "paths", "routing"),
    *("categories", "priority", "targets", "rules", "follow_up", "replies", "workflows", "closing", "problems"),
    *("alerts", "attention", "procedures"),
)
LEVEL_KEYS = ("team", "channel", "calendar", "responsible_for", "handoff", "link")
TARGET_KEYS = ("when", *METRICS, "calendar", "pause_on", "pause_at_most")
ALERT_KEYS = ("name", "metric", "over", "above", "notify", "calendar")
WORKFLOW_KEYS = ("when", "ask", "reply", "then", "auto")
SHARES = frozenset({Metric.UNASSIGNED_SHARE, Metric.BREACH_RATE})
TIMES = frozenset({Metric.MEAN_FIRST_RESPONSE, Metric.MEAN_RESOLUTION})
PAUSES = (Turn.CUSTOMER, Turn.THIRD_PARTY)
AFTERWARDS = (Status.PENDING, Status.ON_HOLD, Status.RESOLVED)
RESERVED_LEVELS = ("next", "expert")
_PER = re.compile(r"(\d{1,6})\s+per\s+(.+)")


def read_policy(text: str, file: str) -> tuple[Policy | None, tuple[Finding, ...]]:
    """The policy of a document and its findings, in reading order; None when one of them is an error.

    Never raises. `file` is only named in the findings.
    """
    root, findings = parse(text, file)
    if root is None:
        return None, in_reading_order(findings)
    return read_document(root, file, findings)


def read_document(
    root: Entries, file: str, findings: Iterable[Finding] = ()
) -> tuple[Policy | None, tuple[Finding, ...]]:
    """As `read_policy`, of a document that is already parsed, and what was found in it then."""
    sheet = Sheet(file)
    policy = _Reader(Cell(sheet, root, (), 1), declared(root)).policy()
    found = in_reading_order([*findings, *sheet.findings])
    return None if has_errors(found) else policy, found


def read_policy_bytes(content: bytes, file: str) -> tuple[Policy | None, tuple[Finding, ...]]:
    """As `read_policy`, of a file's bytes, which must be UTF-8."""
    try:
        return read_policy(content.decode(), file)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return None, (Finding(file, line, "", "this line is not UTF-8", hint="save the file with that encoding"),)


class _Reader:
    def __init__(self, cell: Cell, names: Names) -> None:
        self.names = names
        self.rules = RuleReader(names)
        self.fields = cell.fields("a policy", SECTIONS)
        self.timezone = "UTC"

    def policy(self) -> Policy:
        """Section by section, in the order of the reference policy."""
        read = self.fields.read
        name = read("name", Cell.text) or "Policy"
        self.timezone = read("timezone", _timezone) or "UTC"
        calendars = self._named("calendars", self._calendar)
        for calendar in (
            self.fields.cells["calendars"].entries("calendars").values() if BUILT_IN_CALENDAR in calendars else ()
        ):
            if calendar.path[-1] == BUILT_IN_CALENDAR:
                calendar.error('"always" is built in and means 24 hours on 7 days', "give this one another name")
        rules = read("rules", self.rules.rules) or ()
        follow_up = read("follow_up", self.rules.follow_up)
        triage = read("triage", lambda cell: cell.fields("triage", ("channel",)))
        return Policy(
            name=name,
            timezone=self.timezone,
            calendars=calendars,
            levels=self._needed("levels", self._level, "say who there is: levels: {L1: {team: frontline}}"),
            paths=self._needed("paths", self._path, "say how levels follow one another: paths: {support: [L1, L2]}"),
            teams=self._teams(),
            schedules=self._named("schedules", self._schedule),
            triage_channel=triage.need("channel", place) if triage else None,
            holding=read("holding", lambda cell: kept(phrase(each) for each in cell.items("holding"))) or (),
            routing=read("routing", lambda cell: kept(self._route(each) for each in cell.items("routing"))) or (),
            categories=tuple(self._named("categories", self._category).values()),
            priority=read("priority", self._priority) or PriorityRules(),
            targets=read("targets", lambda cell: tuple(self._target(each) for each in cell.items("targets"))) or (),
            rules=(*rules, follow_up) if follow_up else rules,
            replies=self._named("replies", lambda cell, _: cell.text()),
            workflows=tuple(self._named("workflows", self._workflow).values()),
            closing=read("closing", self._closing) or Closing(),
            problems=tuple(self._named("problems", self._problem).values()),
            alerts=read("alerts", self._alerts) or (),
            attention=read("attention", self._attention) or Attention(),
            procedures=self._named("procedures", lambda cell, _: cell.text()),
        )

    def _named(self, section: str, reader: Callable[[Cell, str], T | None]) -> dict[str, T]:
        """A section of named things; those that cannot be read are left out."""
        cell = self.fields.cells.get(section)
        entries = cell.entries(section) if cell is not None else {}
        read = {name: reader(each, name) for name, each in entries.items()}
        for name in read:
            if not name.strip():
                entries[name].error("a name is missing before the colon")
        return {name: value for name, value in read.items() if value is not None}

    def _needed(self, section: str, reader: Callable[[Cell, str], T | None], hint: str) -> dict[str, T]:
        if section not in self.fields:
            self.fields.cell.error(f"a policy needs {section}", hint)
        elif not getattr(self.names, section) and isinstance(self.fields.cells[section].node, Entries):
            self.fields.cells[section].error(f"there are no {section}", hint)
        return self._named(section, reader)

    def _calendar(self, cell: Cell, _: str) -> Calendar | None:
        cell.entries("a calendar")
        document = plain(cell.node)
        if not isinstance(document, dict):
            return None
        try:
            return Calendar.parse(document, timezone=self.timezone)
        except CalendarError as error:
            for mistake in error.mistakes:
                cell.error_at(mistake.path, mistake.sentence)
            return None

    def _schedule(self, cell: Cell, name: str) -> Schedule | None:
        cell.entries("a schedule")
        document = plain(cell.node)
        if not isinstance(document, dict):
            return None
        try:
            return Schedule.parse(name, document, timezone=self.timezone)
        except CalendarError as error:
            for mistake in error.mistakes:
                cell.error_at(mistake.path, mistake.sentence)
            return None

    def _teams(self) -> Mapping[str, Team]:
        teams = self._named("teams", self._team)
        return teams or {name: Team(name) for name in self.names.teams}

    def _team(self, cell: Cell, name: str) -> Team:
        fields = cell.fields("a team", ("lead",))
        return Team(name, fields.read("lead", _handle))

    def _level(self, cell: Cell, name: str) -> Level:
        fields = cell.fields("a level", LEVEL_KEYS)
        if name in RESERVED_LEVELS or ":" in name:
            cell.error(
                f'"{name}" cannot name a level', "next, expert and words with a colon mean something to escalate"
            )
        if "team" not in fields and name not in self.names.teams:
            cell.error('a level needs "team"', "the teams are " + ", ".join(self.names.teams))
        form = fields.read("handoff", lambda each: each.fields("handoff", ("require",)))
        required = form.need("require", _texts) if form else None
        return Level(
            name=name,
            team=fields.read("team", self.names.team) or name,
            channel=fields.read("channel", place),
            calendar=fields.read("calendar", self.names.calendar),
            responsible_for=fields.read("responsible_for", Cell.text) or "",
            handoff=HandoffForm(required or ()),
            link=fields.read("link", linked),
        )

    def _path(self, cell: Cell, _: str) -> tuple[str, ...]:
        items = cell.items("a path")
        if not items:
            cell.error("this path has no levels", "list them in order: [L1, L2]")
        levels = [self.names.level(each) for each in items]
        for number, (each, level) in enumerate(zip(items, levels, strict=True)):
            if level is not None and level in levels[:number]:
                each.error(f'"{level}" is already on this path', "each level stands once")
        return kept(levels)

    def _route(self, cell: Cell) -> Route | None:
        fields = cell.fields("a route", ("when", "path"))
        path = fields.need("path", self.names.path)
        when = self.rules.condition(fields)
        return Route(path, when) if path is not None else None

    def _category(self, cell: Cell, name: str) -> CategoryRule:
        fields = cell.fields("a category", ("text",))
        return CategoryRule(
            name, fields.read("text", lambda each: kept(map(phrase, each.one_or_more("phrases")))) or ()
        )

    def _priority(self, cell: Cell) -> PriorityRules:
        fields = cell.fields("priority", ("default", "learned", "rules"))
        learned = fields.read("learned", lambda each: each.fields("learned", ("minimum_confidence",)))
        rules = fields.read("rules", lambda each: kept(map(self._priority_rule, each.items("rules"))))
        return PriorityRules(
            default=fields.read("default", lambda each: each.choice("priority", Priority)) or Priority.NORMAL,
            minimum_confidence=learned.need("minimum_confidence", _confidence, "write 0.7") if learned else None,
            rules=rules or (),
        )

    def _priority_rule(self, cell: Cell) -> PriorityRule | None:
        fields = cell.fields("a priority rule", ("when", "set", "critical"))
        chosen = fields.need("set", lambda each: each.choice("priority", Priority), "write set: high")
        when = self.rules.condition(fields)
        critical = fields.read("critical", Cell.flag) or False
        return PriorityRule(chosen, critical, when) if chosen is not None else None

    def _target(self, cell: Cell) -> Target:
        fields = cell.fields("a target", TARGET_KEYS)
        if not any(metric in fields for metric in METRICS) and "when" not in fields:
            cell.error("this target promises nothing", f"it may have {', '.join(METRICS)}")
        pauses = fields.read("pause_on", lambda each: kept(map(_pause, each.items("pause_on"))))
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
        fields = cell.fields("pause_at_most", PAUSES)
        limits: dict[Turn, Duration] = {}
        for turn in PAUSES:
            if turn in fields and turn not in pauses:
                fields.refuse([turn], f"{turn} does not pause this target", f"add {turn} to pause_on")
            elif (limit := fields.read(turn, Cell.duration)) is not None:
                limits[turn] = limit
        return limits

    def _workflow(self, cell: Cell, name: str) -> Workflow:
        fields = cell.fields("a workflow", WORKFLOW_KEYS)
        return Workflow(
            name=name,
            when=self.rules.condition(fields),
            ask=fields.read("ask", _texts) or (),
            reply=fields.read("reply", self.names.reply),
            then=fields.read("then", lambda each: each.choice("status", Status, AFTERWARDS)),
            auto=fields.read("auto", Cell.flag) or False,
        )

    def _closing(self, cell: Cell) -> Closing:
        fields = cell.fields("closing", ("tell_customer", "ask_rating", "reopen_within"))
        return Closing(
            tell_customer=fields.read("tell_customer", self.names.reply),
            ask_rating=fields.read("ask_rating", Cell.flag) or False,
            reopen_within=fields.read("reopen_within", Cell.duration),
        )

    def _problem(self, cell: Cell, name: str) -> ProblemRule | None:
        fields = cell.fields("a problem", ("customers", "within", "then"))
        customers = fields.need("customers", lambda each: each.whole(2, "the number of customers"))
        within = fields.need("within", Cell.duration)
        then = fields.need("then", self.rules.actions)
        if customers is None or within is None or then is None:
            return None
        return ProblemRule(name, customers, within, then)

    def _alerts(self, cell: Cell) -> tuple[Alert, ...]:
        cells = cell.items("alerts")
        alerts = [self._alert(each) for each in cells]
        names = [alert.name if alert else "" for alert in alerts]
        for number, name in enumerate(names):
            if name and name in names[:number]:
                cells[number].error(f'another alert is already called "{name}"', "give each its own name")
        return kept(alerts)

    def _alert(self, cell: Cell) -> Alert | None:
        fields = cell.fields("an alert", ALERT_KEYS)
        name = fields.need("name", Cell.text)
        metric = fields.need("metric", lambda each: each.choice("metric", Metric))
        over = fields.need("over", Cell.duration)
        notify = fields.need("notify", self.names.recipients) or ()
        calendar = fields.read("calendar", self.names.calendar)
        share, longest, count = _above(fields, metric)
        if name is None or metric is None or over is None:
            return None
        return Alert(name, metric, over, share, longest, count, notify, calendar)

    def _attention(self, cell: Cell) -> Attention:
        fields = cell.fields("attention", ("quiet", "budget"))
        quiet = fields.read("quiet", self._quiet)
        budget = fields.read("budget", lambda each: each.fields("budget", ("person", "channel")))
        person = budget.read("person", _budget) if budget else None
        channel = budget.read("channel", _budget) if budget else None
        return Attention(quiet, person, channel)

    def _quiet(self, cell: Cell) -> Quiet | None:
        fields = cell.fields("quiet", ("outside", "except"))
        outside = fields.need("outside", self.names.calendar)
        spared = fields.read("except", lambda each: kept(_priority_of(one) for one in each.items("except"))) or ()
        return Quiet(outside, spared) if outside is not None else None


def _timezone(cell: Cell) -> str | None:
    """A time zone by its name, judged by the calendar that is always open in it."""
    text = cell.text()
    if text is None:
        return None
    try:
        Calendar.parse({"timezone": text, "hours": {"mon-sun": ["00:00-24:00"]}})
    except CalendarError as error:
        for mistake in error.mistakes:
            cell.error(mistake.sentence)
        return None
    return text


def _handle(cell: Cell) -> str | None:
    text = cell.text()
    return None if text is None else handle(cell, text)


def _texts(cell: Cell) -> tuple[str, ...]:
    return kept(each.text() for each in cell.one_or_more("texts"))


def _pause(cell: Cell) -> Turn | None:
    return cell.choice("pause", Turn, PAUSES)


def _priority_of(cell: Cell) -> Priority | None:
    return cell.choice("priority", Priority)


def _confidence(cell: Cell) -> float | None:
    number = cell.number()
    if number is not None and not 0 < number <= 1:
        cell.error(f"a confidence is more than 0 and at most 1, not {number:g}")
        return None
    return number


def _above(fields: Fields, metric: Metric | None) -> tuple[float | None, Duration | None, int | None]:
    """The threshold of an alert: a share, a time or a count, as its metric wants it."""
    if metric in SHARES:
        return fields.need("above", _share), None, None
    if metric in TIMES:
        return None, fields.need("above", Cell.duration), None
    if metric is not None:
        return None, None, fields.need("above", lambda each: each.whole(0, "this threshold"))
    fields.need("above", Cell.text)
    return None, None, None


def _share(cell: Cell) -> float | None:
    text = cell.text()
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,6})?)\s*%", text)
    if match is None or float(match[1]) > 100:
        cell.error(f'"{text}" is not a share', "write a percentage such as 20%")
        return None
    return float(match[1]) / 100


def _budget(cell: Cell) -> Budget | None:
    text = cell.text()
    if text is None:
        return None
    match = _PER.fullmatch(text)
    if match is None or int(match[1]) == 0:
        cell.error(f'"{text}" is not a budget', "write how many in how long, such as 6 per 1h")
        return None
    try:
        per = Duration.parse(match[2]).elapsed
    except ValueError as error:
        cell.error(str(error))
        return None
    if not per:
        cell.error("the window of a budget must be longer than nothing")
        return None
    return Budget(int(match[1]), per)

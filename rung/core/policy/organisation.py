"""Reads who there is and where tickets go: calendars, schedules, teams, levels, paths, routing, categories."""

from rung.core.calendar import Calendar, CalendarError
from rung.core.document.nodes import Entries, plain
from rung.core.oncall.schedule import Schedule
from rung.core.policy.cells import Cell, kept
from rung.core.policy.model import CategoryRule, HandoffForm, Level, Route, Team
from rung.core.policy.names import BUILT_IN_CALENDAR, Names, handle
from rung.core.policy.rules import RuleReader, phrase
from rung.core.sentences import say

RESERVED_LEVELS = ("next", "expert")


class DeskReader:
    """Reads the sections of people and ways. `timezone` stands in where a calendar or schedule names none."""

    def __init__(self, names: Names, rules: RuleReader, timezone: str) -> None:
        self.names = names
        self.rules = rules
        self.timezone = timezone

    def calendar(self, cell: Cell, name: str) -> Calendar | None:
        if name == BUILT_IN_CALENDAR:
            cell.error(
                say('"%(name)s" is built in and means 24 hours on 7 days', name=name), say("give this one another name")
            )
        fields = cell.fields(say("a calendar"), "calendar")
        if isinstance(getattr(fields.cells.get("holidays"), "node", None), Entries):
            fields.cells["holidays"].fields("holidays", "holidays")
        document = plain(cell.node)
        if not isinstance(document, dict):
            return None
        try:
            return Calendar.parse(document, timezone=self.timezone)
        except CalendarError as error:
            for mistake in error.mistakes:
                cell.error_at(mistake.path, mistake.sentence)
            return None

    def schedule(self, cell: Cell, name: str) -> Schedule | None:
        cell.fields(say("a schedule"), "schedule")
        document = plain(cell.node)
        if not isinstance(document, dict):
            return None
        try:
            return Schedule.parse(name, document, timezone=self.timezone)
        except CalendarError as error:
            for mistake in error.mistakes:
                cell.error_at(mistake.path, mistake.sentence)
            return None

    def team(self, cell: Cell, name: str) -> Team:
        fields = cell.fields(say("a team"), "team")
        return Team(name, fields.read("lead", _handle))

    def level(self, cell: Cell, name: str) -> Level:
        fields = cell.fields(say("a level"), "level")
        if name in RESERVED_LEVELS or ":" in name:
            cell.error(
                say('"%(name)s" cannot name a level', name=name),
                say("next, expert and words with a colon mean something to escalate"),
            )
        if "team" not in fields and name not in self.names.teams:
            cell.error(
                say('a level needs "team"'),
                say("the %(plural)s are %(names)s", plural=say("teams"), names=", ".join(self.names.teams)),
            )
        form = fields.read("handoff", lambda each: each.fields("handoff", "handoff"))
        required = form.read("require", texts) if form else None
        return Level(
            name=name,
            team=fields.read("team", self.names.team) or name,
            channel=fields.read("channel", self.names.place),
            calendar=fields.read("calendar", self.names.calendar),
            responsible_for=fields.read("responsible_for", Cell.text) or "",
            handoff=HandoffForm(required or ()),
            link=fields.read("link", self.names.project),
        )

    def path(self, cell: Cell, _: str) -> tuple[str, ...]:
        items = cell.items(say("a path"))
        if not items:
            cell.error(say("this path has no levels"), say("list them in order: [L1, L2]"))
        levels = [self.names.level(each) for each in items]
        for number, (each, level) in enumerate(zip(items, levels, strict=True)):
            if level is not None and level in levels[:number]:
                each.error(say('"%(level)s" is already on this path', level=level), say("each level stands once"))
        return kept(levels)

    def route(self, cell: Cell) -> Route | None:
        fields = cell.fields(say("a route"), "route")
        path = fields.read("path", self.names.path)
        when = self.rules.condition(fields)
        return Route(path, when) if path is not None else None

    def category(self, cell: Cell, name: str) -> CategoryRule:
        fields = cell.fields(say("a category"), "category")
        return CategoryRule(
            name, fields.read("text", lambda each: kept(map(phrase, each.one_or_more("phrases")))) or ()
        )


def _handle(cell: Cell) -> str | None:
    text = cell.text()
    return None if text is None else handle(cell, text)


def texts(cell: Cell) -> tuple[str, ...]:
    """One text, or a list of them."""
    return kept(each.text() for each in cell.one_or_more("texts"))

"""Reads a policy document: a policy, or every mistake in it with its line."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from rung.core.calendar import Calendar, CalendarError
from rung.core.document.findings import Finding, has_errors, in_reading_order
from rung.core.document.nodes import Entries, parse
from rung.core.policy.cells import Cell, Sheet, kept
from rung.core.policy.model import Attention, Closing, Policy, PriorityRules, Publishing, Team
from rung.core.policy.names import Names, declared
from rung.core.policy.organisation import DeskReader
from rung.core.policy.outlets import Outlets
from rung.core.policy.promises import PromiseReader
from rung.core.policy.rules import RuleReader, phrase
from rung.core.sentences import say

T = TypeVar("T")


def read_policy(text: str, file: str, outlets: Outlets) -> tuple[Policy | None, tuple[Finding, ...]]:
    """The policy of a document and its findings, in reading order; None when one of them is an error.

    Never raises. `file` is only named in the findings. `outlets`: the ways out it may name.
    """
    root, findings = parse(text, file)
    if root is None:
        return None, in_reading_order(findings)
    return read_document(root, file, outlets, findings)


def read_document(
    root: Entries, file: str, outlets: Outlets, findings: Iterable[Finding] = ()
) -> tuple[Policy | None, tuple[Finding, ...]]:
    """As `read_policy`, of a document that is already parsed, and what was found in it then."""
    sheet = Sheet(file)
    policy = _Reader(Cell(sheet, root, (), 1), declared(root, outlets)).policy()
    found = in_reading_order([*findings, *sheet.findings])
    return None if has_errors(found) else policy, found


def decoded(content: bytes, file: str) -> str | Finding:
    """A file's bytes as text, which must be UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Finding(file, line, "", say("this line is not UTF-8"), hint=say("save the file with that encoding"))


class _Reader:
    def __init__(self, cell: Cell, names: Names) -> None:
        self.names = names
        self.rules = RuleReader(names)
        self.fields = cell.fields(say("a policy"), "policy")

    def policy(self) -> Policy:
        """Section by section, in the order of the reference policy."""
        read = self.fields.read
        name = read("name", Cell.text) or "Policy"
        timezone = read("timezone", _timezone) or "UTC"
        desk = DeskReader(self.names, self.rules, timezone)
        promised = PromiseReader(self.names, self.rules)
        calendars = self._named("calendars", desk.calendar)
        rules = read("rules", self.rules.rules) or ()
        follow_up = read("follow_up", self.rules.follow_up)
        triage = read("triage", lambda cell: cell.fields("triage", "triage"))
        return Policy(
            name=name,
            timezone=timezone,
            calendars=calendars,
            levels=self._needed("levels", desk.level, say("say who there is: levels: {L1: {team: frontline}}")),
            paths=self._needed(
                "paths", desk.path, say("say how levels follow one another: paths: {support: [L1, L2]}")
            ),
            teams=self._teams(desk),
            schedules=self._named("schedules", desk.schedule),
            triage_channel=triage.read("channel", self.names.place) if triage else None,
            holding=read("holding", lambda cell: kept(phrase(each) for each in cell.any_number("holding"))) or (),
            routing=read("routing", lambda cell: kept(desk.route(each) for each in cell.items("routing"))) or (),
            categories=tuple(self._named("categories", desk.category).values()),
            priority=read("priority", promised.priority) or PriorityRules(),
            targets=read("targets", lambda cell: tuple(promised.target(each) for each in cell.items("targets"))) or (),
            rules=(*rules, follow_up) if follow_up else rules,
            replies=self._named("replies", lambda cell, _: cell.text()),
            workflows=tuple(self._named("workflows", promised.workflow).values()),
            closing=read("closing", promised.closing) or Closing(),
            problems=tuple(self._named("problems", promised.problem).values()),
            alerts=read("alerts", promised.alerts) or (),
            attention=read("attention", promised.attention) or Attention(),
            procedures=self._named("procedures", lambda cell, _: cell.text()),
            publishing=read("publishing", promised.publishing) or Publishing(),
        )

    def _named(self, section: str, reader: Callable[[Cell, str], T | None]) -> dict[str, T]:
        """A section of named things; those that cannot be read are left out."""
        cell = self.fields.cells.get(section)
        entries = cell.entries(section) if cell is not None else {}
        read = {name: reader(each, name) for name, each in entries.items()}
        for name in read:
            if not name.strip():
                entries[name].error(say("a name is missing before the colon"))
        return {name: value for name, value in read.items() if value is not None}

    def _needed(self, section: str, reader: Callable[[Cell, str], T | None], hint: str) -> dict[str, T]:
        if section not in self.fields:
            self.fields.cell.error(say("a policy needs %(section)s", section=section), hint)
        elif not getattr(self.names, section) and isinstance(self.fields.cells[section].node, Entries):
            self.fields.cells[section].error(say("there are no %(section)s", section=section), hint)
        return self._named(section, reader)

    def _teams(self, desk: DeskReader) -> Mapping[str, Team]:
        teams = self._named("teams", desk.team)
        return teams or {name: Team(name) for name in self.names.teams}


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

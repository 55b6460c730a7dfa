"""The names a policy declares, and the words that refer to them: who is told, what is escalated where."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rung.core.document.nodes import Entries, Items, Node, Text
from rung.core.policy.cells import Cell, kept
from rung.core.policy.keys import PEOPLE_WORDS
from rung.core.policy.outlets import Outlets, Use
from rung.core.sentences import key, say
from rung.core.spelling import did_you_mean

BUILT_IN_CALENDAR = "always"
PEOPLE_PREFIXES = ("team", "on_call", "agent")
ESCALATE_WORDS = ("next", "expert")
_HANDLE = re.compile(r"[\w][\w.@+-]*")


@dataclass(frozen=True, slots=True)
class Names:
    """What the document declares, known before anything is read, so that a name may be used above its declaration."""

    calendars: tuple[str, ...]
    teams: tuple[str, ...]
    schedules: tuple[str, ...]
    levels: tuple[str, ...]
    paths: tuple[str, ...]
    categories: tuple[str, ...]
    #: The words of the categories. A ticket brought in from elsewhere may carry such a finer word as its category.
    category_words: tuple[str, ...]
    replies: tuple[str, ...]
    #: Not declared: the ways out of this desk.
    outlets: Outlets

    def calendar(self, cell: Cell) -> str | None:
        return cell.name("calendar", (BUILT_IN_CALENDAR, *self.calendars))

    def team(self, cell: Cell) -> str | None:
        return cell.name("team", self.teams)

    def level(self, cell: Cell) -> str | None:
        return cell.name("level", self.levels)

    def path(self, cell: Cell) -> str | None:
        return cell.name("path", self.paths)

    def category(self, cell: Cell) -> str | None:
        """A declared category, or a word of one."""
        if isinstance(cell.node, Text) and cell.node.text.strip() in self.category_words:
            return cell.text()
        return cell.name("category", self.categories)

    def reply(self, cell: Cell) -> str | None:
        return cell.name("reply", self.replies)

    def recipient(self, cell: Cell) -> str | None:
        """A word of `notify`: assignee, owner, lead, team:…, on_call:…, agent:…, or a place outside"""
        return self._recipient(cell, PEOPLE_WORDS)

    def reminded(self, cell: Cell) -> str | None:
        """A word of `remind`: a place of the queue, or anybody `notify` can name."""
        return self._recipient(cell, ("triage", "level", *PEOPLE_WORDS))

    def called(self, cell: Cell) -> str | None:
        """Whom a reminder calls: `team`, the level's; `nobody`; or people `notify` can name."""
        return self._recipient(cell, ("team", "nobody", *PEOPLE_WORDS))

    def recipients(self, cell: Cell) -> tuple[str, ...]:
        return kept(self.recipient(each) for each in cell.one_or_more("recipients"))

    def escalated_to(self, cell: Cell) -> str | None:
        """`next`, a level, `path:NAME`, `expert`, `expert:HANDLE`, or another system such as `jira:ENG`."""
        text = cell.text()
        if text is None or text in ESCALATE_WORDS or text in self.levels:
            return text
        head, colon, rest = text.partition(":")
        if not colon:
            words = (*ESCALATE_WORDS, *self.levels)
            hint = did_you_mean(text, words, lead="") or say(
                "the levels are %(levels)s; or next, expert, path:NAME", levels=", ".join(self.levels)
            )
            cell.error(say('no %(what)s is called "%(name)s"', what=say("level"), name=text), hint)
            return None
        if head == "path":
            return self._known(cell, text, "path", rest, self.paths)
        if head == "expert":
            return handle(cell, rest) and text
        return _outlet(cell, self.outlets, Use.PROJECT)

    def place(self, cell: Cell) -> str | None:
        """Where cards and messages go."""
        return _outlet(cell, self.outlets, Use.PLACE)

    def project(self, cell: Cell) -> str | None:
        """A project of another system."""
        return _outlet(cell, self.outlets, Use.PROJECT)

    def pager(self, cell: Cell) -> str | None:
        """A system that pages people."""
        return _outlet(cell, self.outlets, Use.PAGE)

    def assigned_to(self, cell: Cell) -> str | None:
        """`least_busy`, `lead`, `on_call:SCHEDULE`, or somebody's handle."""
        text = cell.text()
        if text is None or text in {"least_busy", "lead"}:
            return text
        head, colon, rest = text.partition(":")
        if colon and head == "on_call":
            return self._known(cell, text, "schedule", rest, self.schedules)
        if colon:
            cell.error(
                say('a ticket cannot be assigned to "%(text)s"', text=text),
                say("write least_busy, lead, on_call:SCHEDULE or a handle"),
            )
            return None
        if re.fullmatch(r"(least|lead|on)[\W_]?.*", text) and (
            hint := did_you_mean(text, ("least_busy", "lead", "on_call:"), lead="")
        ):
            cell.error(say('a ticket cannot be assigned to "%(text)s"', text=text), hint)
            return None
        return handle(cell, text)

    def _recipient(self, cell: Cell, words: tuple[str, ...]) -> str | None:
        text = cell.text()
        if text is None or text in words:
            return text
        head, colon, rest = text.partition(":")
        prefixes = (*PEOPLE_PREFIXES, *self.outlets.names(Use.TOLD))
        if not colon or head not in prefixes:
            ways = (*words, *(f"{prefix}:" for prefix in prefixes))
            guess = did_you_mean(f"{head}:" if colon else text, ways, lead="")
            if not colon and text in self.teams:
                guess = say('did you mean "team:%(text)s"?', text=text)
            cell.error(
                say('"%(text)s" cannot be notified', text=text),
                guess or say("write %(ways)s", ways=", ".join(ways)),
            )
            return None
        match head:
            case "team":
                return self._known(cell, text, "team", rest, self.teams)
            case "on_call":
                return self._known(cell, text, "schedule", rest, self.schedules)
            case "agent":
                return handle(cell, rest) and text
        return _outlet(cell, self.outlets, Use.TOLD)

    @staticmethod
    def _known(cell: Cell, text: str, what: str, name: str, known: tuple[str, ...]) -> str | None:
        if name in known:
            return text
        hint = did_you_mean(name, known, lead="") or (
            say("known are %(known)s", known=", ".join(known))
            if known
            else say("no %(what)s is declared", what=say(what))
        )
        cell.error(say('no %(what)s is called "%(name)s"', what=say(what), name=name), hint)
        return None


def declared(root: Entries, outlets: Outlets) -> Names:
    """The names of every section, whatever else is wrong with it, beside the ways out of this desk."""
    levels = _keys(root, "levels")
    teams = _keys(root, "teams")
    if "teams" not in root.values:  # a small policy need not say twice which teams there are
        teams = tuple(dict.fromkeys(_team_of(name, node) for name, node in _values(root, "levels").items()))
    return Names(
        calendars=_keys(root, "calendars"),
        teams=teams,
        schedules=_keys(root, "schedules"),
        levels=levels,
        paths=_keys(root, "paths"),
        categories=_keys(root, "categories"),
        category_words=tuple(word for node in _values(root, "categories").values() for word in _words_of(node)),
        replies=_keys(root, "replies"),
        outlets=outlets,
    )


def _outlet(cell: Cell, outlets: Outlets, use: Use) -> str | None:
    """A cell as a way out of the desk."""
    text = cell.text()
    if text is None:
        return None
    head, colon, rest = text.partition(":")
    found = next((each for each in outlets.for_use(use) if each.name == head), None)
    if found is None or not (colon or found.stands_alone):
        ways = found.with_more if found is not None else outlets.written(use)
        guesses = found is None and (colon or use is not Use.PLACE)
        hint = did_you_mean(head, outlets.names(use), lead="") if guesses else ""
        cell.error(say(_NO_OUTLET[use], text=text), hint or say("write %(ways)s", ways=ways))
    elif not colon or re.fullmatch(found.pattern, rest):
        return text
    elif found.wrong:
        cell.error(say(found.wrong, rest=rest), say(found.remedy))
    else:
        wrong = say('"%(text)s" names no %(head)s', text=text, head=head)
        cell.error(wrong, say("write %(ways)s", ways=found.with_more))
    return None


def handle(cell: Cell, text: str) -> str | None:
    """Somebody's handle. Whether there is such a person is checked against the desk, not here."""
    if not _HANDLE.fullmatch(text):
        cell.error(
            say('"%(text)s" is not a handle', text=text),
            say("handles are letters, digits, dots and dashes, such as ada or ben.k"),
        )
        return None
    return text


def _keys(root: Entries, section: str) -> tuple[str, ...]:
    return tuple(_values(root, section))


def _values(root: Entries, section: str) -> Mapping[str, Node]:
    node = root.values.get(section)
    return node.values if isinstance(node, Entries) else {}


def _team_of(level: str, node: Node) -> str:
    team = node.values.get("team") if isinstance(node, Entries) else None
    return team.text.strip() if isinstance(team, Text) and not team.is_nothing else level


def _words_of(category: Node) -> tuple[str, ...]:
    words = category.values.get("text") if isinstance(category, Entries) else None
    written = words.values if isinstance(words, Items) else [words]
    return tuple(word.text.strip() for word in written if isinstance(word, Text))


_NO_OUTLET = {
    Use.PLACE: key('"%(text)s" is not a place for messages'),
    Use.TOLD: key('"%(text)s" cannot be notified'),
    Use.PROJECT: key('"%(text)s" is not a project of another system'),
    Use.PAGE: key('no paging system is called "%(text)s"'),
}

"""The ways out of the desk that a policy may name, such as `jira:ENG`. Which there are is handed to the reader."""

import re
from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from rung.core.policy.cells import Cell
from rung.core.sentences import key, say
from rung.core.spelling import did_you_mean


class Use(StrEnum):
    """What a way out may be named for."""

    #: `channel` of the triage and of a level: cards and messages go there.
    PLACE = "place"
    #: `notify` and `remind`.
    TOLD = "told"
    #: `escalate` and `link`: tickets go out to a project there.
    PROJECT = "project"
    #: `page`.
    PAGE = "page"


class Outlet(Struct, frozen=True, kw_only=True):
    """One way out: the word before the colon, and what may follow it."""

    name: str
    #: What people call it; a template of `say`.
    label: str
    uses: frozenset[Use]
    #: What follows the colon, as a hint writes it; a template of `say`.
    follows: str = "NAME"
    #: What it has to match in full.
    pattern: str = r".*\S.*"
    #: The finding where it does not match, with the gap `%(rest)s`, and what to write instead; templates of `say`.
    wrong: str = ""
    remedy: str = ""
    #: Such as a form shows it; empty: `written`.
    example: str = ""
    #: The word means something without a colon too.
    stands_alone: bool = False
    #: What it calls by a name that may change there begins so; empty: its names do not change.
    renamed: str = ""
    #: What the address of a person matches in full; empty: nobody is reached by it.
    person: str = ""
    #: What that address is; a template of `say`.
    person_is: str = ""
    #: Its addresses are mail addresses: customers, and people who named no other way, are reached by it.
    takes_mail_addresses: bool = False

    @property
    def written(self) -> str:
        """As a hint shows it: `webhook:NAME`."""
        return self.name if self.stands_alone else self.with_more

    @property
    def with_more(self) -> str:
        return f"{self.name}:{say(self.follows)}"


class Outlets(Struct, frozen=True):
    """Every way out this desk knows, in the order in which hints name them."""

    known: tuple[Outlet, ...] = ()

    def for_use(self, use: Use) -> tuple[Outlet, ...]:
        return tuple(each for each in self.known if use in each.uses)

    def names(self, use: Use) -> tuple[str, ...]:
        """The words before the colon."""
        return tuple(each.name for each in self.for_use(use))

    def written(self, use: Use) -> str:
        """`a:NAME, b:NAME or c:NAME`."""
        ways = [each.written for each in self.for_use(use)]
        return say(" or ").join([", ".join(ways[:-1]), ways[-1]] if len(ways) > 1 else ways)

    def examples(self, use: Use) -> str:
        """With commas between."""
        return ", ".join(each.example for each in self.for_use(use) if each.example)

    def named(self, name: str) -> Outlet | None:
        return next((each for each in self.known if each.name == name), None)

    def renamed(self) -> tuple[str, ...]:
        """How places begin whose names may change."""
        return tuple(f"{each.name}:{each.renamed}" for each in self.known if each.renamed)

    def reaching_people(self) -> tuple[Outlet, ...]:
        return tuple(each for each in self.known if each.person)

    def by_mail(self) -> str:
        """The name of the one that takes mail addresses; empty: there is none."""
        return next((each.name for each in self.known if each.takes_mail_addresses), "")

    def read(self, cell: Cell, use: Use) -> str | None:
        """A cell as one of them; None after it has reported what is wrong."""
        text = cell.text()
        if text is None:
            return None
        head, colon, rest = text.partition(":")
        found = next((each for each in self.for_use(use) if each.name == head), None)
        if found is not None and (colon or found.stands_alone):
            return text if not colon or _fits(cell, found, text, rest) else None
        ways = found.with_more if found is not None else self.written(use)
        hint = did_you_mean(head, self.names(use), lead="") if found is None and (colon or use is not Use.PLACE) else ""
        cell.error(say(_UNKNOWN[use], text=text), hint or say("write %(ways)s", ways=ways))
        return None


def _fits(cell: Cell, found: Outlet, text: str, rest: str) -> bool:
    if re.fullmatch(found.pattern, rest):
        return True
    if found.wrong:
        cell.error(say(found.wrong, rest=rest), say(found.remedy))
    else:
        cell.error(
            say('"%(text)s" names no %(head)s', text=text, head=found.name),
            say("write %(ways)s", ways=found.with_more),
        )
    return False


def gathered(found: Iterable[Outlet]) -> Outlets:
    """One of each name, the first of it."""
    return Outlets(tuple({each.name: each for each in reversed(list(found))}.values())[::-1])


_UNKNOWN = {
    Use.PLACE: key('"%(text)s" is not a place for messages'),
    Use.TOLD: key('"%(text)s" is nobody who can be told'),
    Use.PROJECT: key('"%(text)s" is no project of another system'),
    Use.PAGE: key('no paging system is called "%(text)s"'),
}

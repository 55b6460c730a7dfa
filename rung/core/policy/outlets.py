"""The ways out of the desk that a policy may name, such as `jira:ENG`. Which there are is handed to the reader."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from rung.core.sentences import say


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
    def shown(self) -> str:
        return self.example or self.written

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

    def example(self, use: Use) -> str:
        """One that a form or an editor can show; empty: there is none."""
        ways = [each for each in self.for_use(use) if not each.stands_alone]
        return next((each.shown for each in sorted(ways, key=lambda each: not each.example)), "")

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


def gathered(found: Iterable[Outlet]) -> Outlets:
    """One of each name, the first of it."""
    return Outlets(tuple({each.name: each for each in reversed(list(found))}.values())[::-1])

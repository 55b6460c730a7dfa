"""What a recorded log can and cannot know of a ticket: its rows as events.

- A log of statuses holds no answers: `first_response` ends when the ticket is resolved.
- What the first row says is what the ticket was opened with; who is assigned, only from that row's own time on.
- A row is a change of what its columns say; changing nothing, it is a note.
- Without an `author` a row is taken to be the assignee's doing, a reopening to be the customer's.
- A team that holds a level of the policy takes a ticket there as soon as somebody is assigned.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from rung.core import actors
from rung.core.actors import Actor
from rung.core.case import events as e
from rung.core.conditions.evaluation import phrases_of_policy
from rung.core.log.mapping import Field
from rung.core.log.rows import LogRow, in_order
from rung.core.policy.model import Policy
from rung.core.text.phrases import Phrases, is_bare_thanks
from rung.core.vocabulary import Automatic, Kept, Priority, Status

#: Nobody known: an agent all the same.
SOMEBODY = actors.agent("unknown")


class Hearing(Struct, frozen=True):
    """How texts are judged; the text itself goes no further."""

    facts: Callable[[str], e.TextFacts]
    #: Whether a customer's message is nobody's words, such as a bare "thanks".
    automatic: Callable[[str], Automatic | None]
    #: Whether an answer matches the policy's `holding` phrases.
    is_holding: Callable[[str], bool]


DEAF = Hearing(facts=lambda _text: e.TextFacts(), automatic=lambda _text: None, is_holding=lambda _text: False)


def hearing_of(policy: Policy) -> Hearing:
    """Texts judged by the phrases a policy listens for."""
    phrases = Phrases(phrases_of_policy(policy))
    holding = Phrases(policy.holding)
    return Hearing(
        facts=lambda text: e.TextFacts(matched=phrases.matched(text)),
        automatic=lambda text: Automatic.THANKS if is_bare_thanks(text) else None,
        is_holding=lambda text: bool(holding.matched(text)),
    )


def levels_of(policy: Policy) -> dict[str, tuple[str, str]]:
    """Team -> (the first level it holds, the first path with that level)."""
    found: dict[str, tuple[str, str]] = {}
    for path, levels in policy.paths.items():
        for level in levels:
            found.setdefault(policy.levels[level].team, (level, path))
    return found


class History(Struct, frozen=True):
    """A ticket as recorded. `rows`: those that count. `moved`: rows whose time was before what came before them, and so
    taken to be equal. `repeated`: rows alike in every cell to another of the ticket, and so the same update again."""

    ticket: str
    events: tuple[e.AnyEvent, ...]
    rows: int
    moved: int = 0
    repeated: int = 0
    subject: str = ""
    #: Place among the events -> the text that was written then; only where asked for.
    words: Mapping[int, str] = {}


def history_of(
    ticket: str,
    rows: Sequence[LogRow],
    fields: Iterable[Field],
    hearing: Hearing = DEAF,
    levels: Mapping[str, tuple[str, str]] | None = None,
    *,
    words: bool = False,
) -> History:
    """The events of one ticket. `fields`: what `LogRow.values` hold. `levels`: team -> (its level, a path of it);
    a team's assignee takes the ticket to that level."""
    writer = _Writer(tuple(fields), hearing, levels or {})
    once = tuple(dict.fromkeys(rows))
    for row in in_order(once):
        writer.add(row)
    return History(
        ticket,
        tuple(writer.events),
        len(once),
        moved=writer.moved,
        repeated=len(rows) - len(once),
        subject=writer.subject,
        words=writer.words if words else {},
    )


class _Writer:
    """Knows what the columns said last."""

    def __init__(self, fields: tuple[Field, ...], hearing: Hearing, levels: Mapping[str, tuple[str, str]]) -> None:
        self.fields = fields
        self.hearing = hearing
        self.levels = levels
        self.events: list[e.AnyEvent] = []
        self.moved = 0
        self.subject = ""
        self.words: dict[int, str] = {}
        self.last: dict[Field, str | None] = dict.fromkeys(Field)
        self.status = Status.OPEN
        self.assignee: str | None = None
        self.taken_to: str | None = None
        #: The message of the first row stands in `opened`.
        self.opened_with_words = False

    def add(self, row: LogRow) -> None:
        new = dict(zip(self.fields, row.values, strict=True))
        before = len(self.events)
        at = self._not_earlier(row.at)
        if not self.events:
            at = self._open(row, new)
        by = self._author(new)
        for field in (Field.PRIORITY, Field.CATEGORY):
            if (word := new.get(field)) is not None and word != self.last[field]:
                self.events.append(_judged(field, word, at, by))
        self._customer(at, by, new)
        self._assign(at, by, new)
        self._take(at, new)
        self._say(at, by, new)
        self._turn(at, by, new)
        self._rate(at, new)
        if len(self.events) == before:
            self.events.append(e.Noted(at=at, by=by))
        self.last.update((field, word) for field, word in new.items() if word is not None)

    def _not_earlier(self, at: datetime) -> datetime:
        if self.events and at < self.events[-1].at:
            self.moved += 1
            return self.events[-1].at
        return at

    def _open(self, row: LogRow, new: Mapping[Field, str | None]) -> datetime:
        """The ticket opens with what its first row says. Returns when the row itself happened."""
        opened_at = row.opened_at or row.at
        requester = new.get(Field.REQUESTER)
        author = requester or new.get(Field.AUTHOR) or "unknown"
        first_words = _says(new) and new.get(Field.AUTHOR_ROLE) == "customer" and row.at <= opened_at
        priority = new.get(Field.PRIORITY)
        self.events.append(
            e.Opened(
                at=opened_at,
                by=actors.customer(author) if first_words or requester else actors.SYSTEM,
                channel=new.get(Field.CHANNEL) or "import",
                customer=new.get(Field.CUSTOMER),
                tier=new.get(Field.TIER),
                requester=requester,
                facts=self.hearing.facts(new.get(Field.MESSAGE) or "") if first_words else None,
                category=new.get(Field.CATEGORY),
                priority=None if priority is None else Priority(priority),
            )
        )
        self.last.update(
            (field, new.get(field)) for field in (Field.PRIORITY, Field.CATEGORY, Field.CUSTOMER, Field.TIER)
        )
        self.subject = new.get(Field.SUBJECT) or ""
        self.opened_with_words = first_words
        if first_words:
            self.words[0] = new.get(Field.MESSAGE) or ""
        if row.at < opened_at:
            self.moved += 1
        return max(row.at, opened_at)

    def _author(self, new: Mapping[Field, str | None]) -> Actor:
        role, author = new.get(Field.AUTHOR_ROLE) or "agent", new.get(Field.AUTHOR)
        if role == "agent" and author is None:
            assignee = new.get(Field.ASSIGNEE) or self.assignee
            return SOMEBODY if not assignee else actors.agent(assignee)
        return Actor(f"{role}:{author or new.get(Field.REQUESTER) or 'unknown'}")

    def _customer(self, at: datetime, by: Actor, new: Mapping[Field, str | None]) -> None:
        known = {field: new.get(field) or self.last[field] for field in (Field.CUSTOMER, Field.TIER)}
        if any(known[field] != self.last[field] for field in known):
            self.events.append(e.CustomerChanged(at=at, by=by, customer=known[Field.CUSTOMER], tier=known[Field.TIER]))

    def _assign(self, at: datetime, by: Actor, new: Mapping[Field, str | None]) -> None:
        word = new.get(Field.ASSIGNEE)
        if word is None or (word or None) == self.assignee:
            return
        self.assignee = word or None
        self.events.append(e.Assigned(at=at, by=by, assignee=self.assignee))

    def _take(self, at: datetime, new: Mapping[Field, str | None]) -> None:
        """A team that holds a level of the policy takes the ticket there with the first of it who is assigned."""
        team = new.get(Field.TEAM) or self.last[Field.TEAM]
        if not team or self.assignee is None or team not in self.levels or team == self.taken_to:
            return
        self.taken_to = team
        level, path = self.levels[team]
        by = actors.agent(self.assignee)
        self.events.append(e.Claimed(at=at, by=by, agent=self.assignee, level=level, path=path, offer=0))

    def _say(self, at: datetime, by: Actor, new: Mapping[Field, str | None]) -> None:
        text = new.get(Field.MESSAGE)
        if not _says(new) or text is None:
            return
        if self.opened_with_words:
            self.opened_with_words = False
            return
        role = new.get(Field.AUTHOR_ROLE)
        if role != "bot":
            self.words[len(self.events)] = text
        if new.get(Field.PRIVATE) == "true":
            self.events.append(e.Noted(at=at, by=by))
        elif role == "customer":
            automatic = self.hearing.automatic(text)
            self.events.append(e.CustomerWrote(at=at, by=by, facts=self.hearing.facts(text), automatic=automatic))
            if automatic is None:
                self.status = Status.OPEN
        elif role == "agent":
            self._answer(at, by, text, new)

    def _answer(self, at: datetime, by: Actor, text: str, new: Mapping[Field, str | None]) -> None:
        """Where the log keeps statuses, they say whose turn it is after an answer; else the policy does."""
        kept = Kept.HOLDING if self.hearing.is_holding(text) else None
        if Field.STATUS in self.fields:
            kept = Kept.BY_AGENT if Status(new.get(Field.STATUS) or self.status) is not Status.PENDING else None
        self.events.append(e.Answered(at=at, by=by, kept=kept))
        if kept is None and not self.status.is_over:
            self.status = Status.PENDING

    def _turn(self, at: datetime, by: Actor, new: Mapping[Field, str | None]) -> None:
        word = new.get(Field.STATUS)
        if word is None or word == self.status:
            return
        before, self.status = self.status, Status(word)
        if before.is_over and not self.status.is_over:
            customer = by if Field.AUTHOR_ROLE in new else actors.customer(new.get(Field.REQUESTER))
            self.events.append(e.Reopened(at=at, by=customer))
        if before.is_over and self.status is Status.OPEN:
            return
        self.events.append(_turned(self.status, at, by))

    def _rate(self, at: datetime, new: Mapping[Field, str | None]) -> None:
        word = new.get(Field.RATING)
        if word is not None and word != self.last[Field.RATING] and word.isdecimal():
            self.events.append(e.Rated(at=at, by=actors.customer(None), rating=int(word)))


def _says(new: Mapping[Field, str | None]) -> bool:
    return bool((new.get(Field.MESSAGE) or "").strip())


def _judged(field: Field, word: str, at: datetime, by: Actor) -> e.AnyEvent:
    if field is Field.PRIORITY:
        return e.PrioritySet(at=at, by=by, priority=Priority(word), reasons=("log",))
    return e.CategorySet(at=at, by=by, category=word, reasons=("log",))


def _turned(status: Status, at: datetime, by: Actor) -> e.AnyEvent:
    match status:
        case Status.OPEN:
            return e.TurnTaken(at=at, by=by)
        case Status.PENDING:
            return e.Waited(at=at, by=by)
        case Status.ON_HOLD:
            return e.Held(at=at, by=by)
        case Status.RESOLVED:
            return e.Resolved(at=at, by=by)
        case Status.CLOSED:
            return e.Closed(at=at, by=by, why="log")

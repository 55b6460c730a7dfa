"""A mapping proposed for a log nobody has described yet, from the names of its columns and what stands in them."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from rung.core.log.mapping import ISO, KEEP, WORDS, Field
from rung.core.sentences import say

Rows = Sequence[Sequence[str]]

#: Names of columns for each thing a map may say, the likeliest first; compared without case and punctuation.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "ticket": (
        *("number", "ticket id", "ticket number", "issue id", "issueid", "issue key", "case id", "caseid"),
        *("incident", "ticket", "case", "key", "id"),
    ),
    "time": (
        *("sys updated at", "updated at", "updated", "modified at", "modified", "changed at", "timestamp"),
        *("complete timestamp", "event time", "created", "created at", "time", "date", "at"),
    ),
    "opened": ("opened at", "opened", "created at", "created", "ticket created at"),
    Field.STATUS: ("status", "incident state", "ticket status", "state"),
    Field.PRIORITY: ("priority", "urgency", "severity"),
    Field.SUBJECT: ("subject", "title", "summary", "short description"),
    Field.CATEGORY: ("category", "issue type", "ticket type", "type"),
    Field.REQUESTER: ("requester email", "requester", "caller id", "caller", "requested by", "contact", "asks"),
    Field.CUSTOMER: ("organization", "organisation", "company", "account", "customer"),
    Field.TIER: ("tier", "customer tier", "plan"),
    Field.CHANNEL: ("channel", "via", "contact type", "source"),
    Field.TEAM: ("assignment group", "group", "team"),
    Field.ASSIGNEE: ("assigned to", "assignee", "agent", "owner"),
    Field.RATING: ("rating", "satisfaction", "csat", "survey result"),
    Field.AUTHOR_ROLE: ("author role", "role", "author type"),
    Field.AUTHOR: ("author", "from", "sender", "who"),
    Field.PRIVATE: ("is private", "private", "internal", "is internal"),
    Field.MESSAGE: ("message", "body", "text", "comment", "content"),
}
_ORDER = ("sys mod count", "mod count", "comment seq", "sequence", "seq", "n", "version")
_FUTURE = re.compile(r"resol|clos|solv|complet|made sla|breach")
_MISSING = ("?", "n/a", "na", "null", "none", "nan", "-", "")
_FORMATS = (
    *("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%d.%m.%Y %H:%M"),
    *("%d.%m.%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%d %b %Y %H:%M", "%d/%m/%Y"),
)
#: For columns of words: what a value means, by the first pattern found in it.
_MEANINGS: Mapping[Field, tuple[tuple[str, str], ...]] = {
    Field.STATUS: (
        (r"waiting (for|on) (support|agent|us)", "open"),
        (
            r"(await|wait|pending|hold).*(vendor|third|supplier|problem|evidence|engineer|change|external|part)",
            "on_hold",
        ),
        (r"await|wait|pending", "pending"),
        (r"hold", "on_hold"),
        (r"reopen", "open"),
        (r"clos|cancel|reject|spam|delet", "closed"),
        (r"resol|solv|done|fix|complete|answer", "resolved"),
        (r"new|open|activ|progress|assign|work|to ?do|triag|escalat|draft", "open"),
    ),
    Field.PRIORITY: (
        (r"critical|urgent|highest|blocker|\b(p|sev)?-?[01]\b", "urgent"),
        (r"high|major|\b(p|sev)?-?2\b", "high"),
        (r"low|minor|trivial|planning|\b(p|sev)?-?[45]\b", "low"),
        (r"moderate|medium|normal|\b(p|sev)?-?3\b", "normal"),
    ),
    Field.AUTHOR_ROLE: (
        (r"bot|system|automat", "bot"),
        (r"report|request|customer|caller|client|contact|user|visitor|ask", "customer"),
        (r"agent|assign|staff|support|admin|employee|engineer|work", "agent"),
    ),
}
_OTHERWISE = {Field.STATUS: KEEP, Field.PRIORITY: "normal", Field.AUTHOR_ROLE: "agent"}
#: A column with more different values than this is no column of words.
MOST_WORDS = 40


class Guess(Struct, frozen=True):
    """`text`: the proposed mapping file. `doubts`: what somebody should look at."""

    text: str
    doubts: tuple[str, ...]


def guess_map(columns: Sequence[str], rows: Rows) -> Guess:
    """Propose a mapping from the heading and the first rows. What could not be found is a doubt."""
    return _Guesser(columns, rows).guess()


def guess_words(field: Field, values: Sequence[str]) -> dict[str, str]:
    """What each value of a column means, for the fields of few words; what is not known is as harmless as can be."""
    return {value: _meant(field, value) or _OTHERWISE.get(field, WORDS[field][-1]) for value in values}


def _meant(field: Field, value: str) -> str | None:
    word = next((word for pattern, word in _MEANINGS.get(field, ()) if re.search(pattern, value.casefold())), None)
    return word or (value.casefold() if value.casefold() in WORDS[field] else None)


class _Guesser:
    """Gives each column to one use at most."""

    def __init__(self, columns: Sequence[str], rows: Rows) -> None:
        self.columns = list(columns)
        self.rows = [row for row in rows if len(row) == len(columns)]
        self.plain = {name: _plain(name) for name in columns}
        self.taken: set[str] = set()
        self.doubts: list[str] = []
        self.lines: list[str] = []

    def guess(self) -> Guess:
        ticket = self._named("ticket")
        if ticket is None:
            self.doubts.append(say("no column looks like the number of a ticket; name it under `ticket`"))
        else:
            self.taken.add(ticket)
        future = self._future(ticket)
        self.taken.update(future)
        missing = [text for text in _MISSING if text and any(text in map(str.casefold, row) for row in self.rows)]
        self._line("missing", f"[{', '.join(_quoted(text) for text in [*self._spelt(missing), ''])}]")
        self._line("ticket", _quoted(ticket or "?"))
        if (order := self._first(_ORDER)) is not None:
            self.taken.add(order)
            self._line("order", f"[{_quoted(order)}]")
        self._times(ticket)
        for field in Field:
            self._field(field)
        if future:
            self._line(
                "ignore", f"[{', '.join(_quoted(name) for name in future)}]", "the same on every row of a ticket"
            )
        if not any(line.startswith(f"{Field.STATUS}:") for line in self.lines):
            self.doubts.append(say("no column looks like a status, so no ticket is ever resolved"))
        return Guess("\n".join(self.lines) + "\n", tuple(self.doubts))

    def _times(self, ticket: str | None) -> None:
        formats = {name: found for name in self.columns if name not in self.taken and (found := self._format(name))}
        changing = [name for name in formats if not self._constant(name, ticket)]
        at = self._named("time", changing) or self._named("time", list(formats)) or next(iter(changing), None)
        if at is None:
            self.doubts.append(say("no column holds moments in a form that is known; name it under `time`"))
            self._line("time", '{column: "?", format: iso}')
        else:
            self._moment("time", at, formats[at])
        opened = self._named("opened", [name for name in formats if name != at and not self._changes(name, ticket)])
        if opened is not None:
            self._moment("opened", opened, formats[opened])

    def _moment(self, key: str, name: str, form: str) -> None:
        self.taken.add(name)
        shown = "" if form == ISO else f", format: {_quoted(form)}"
        self._line(key, f"{{column: {_quoted(name)}{shown}, timezone: UTC}}")
        swapped = form.replace("%d/%m", "%m/%d")
        if form != swapped and self._reads(name, swapped):
            self.doubts.append(
                say(
                    "%(name)s: day and month could be the other way round; it is read as %(form)s",
                    name=name,
                    form=form,
                )
            )

    def _field(self, field: Field) -> None:
        name = self._named(field)
        if name is None:
            return
        if field is Field.MESSAGE and not any(line.startswith(f"{Field.AUTHOR_ROLE}:") for line in self.lines):
            return
        values = self._values(name)
        meanings = _MEANINGS.get(field)
        if meanings is None:
            self.taken.add(name)
            self._line(field, _quoted(name))
        elif len(values) <= MOST_WORDS:
            self.taken.add(name)
            self.lines += [f"{field}:", f"  column: {_quoted(name)}", "  values:"]
            self.lines += [self._meaning(field, value) for value in values]

    def _meaning(self, field: Field, value: str) -> str:
        word = _meant(field, value)
        if word is None:
            word = _OTHERWISE[field]
            said = say(
                '%(field)s: what "%(value)s" means is not known; it is read as %(word)s',
                field=field,
                value=value,
                word=word,
            )
            self.doubts.append(said)
        return f"    {_quoted(value)}: {word}"

    def _future(self, ticket: str | None) -> list[str]:
        """Columns that tell how a ticket ended, on every row of it."""
        return [
            name
            for name in self.columns
            if name not in self.taken and _FUTURE.search(self.plain[name]) and self._constant(name, ticket)
        ]

    def _constant(self, name: str, ticket: str | None) -> bool:
        """Whether the column never changes within a ticket, where tickets have several rows."""
        if ticket is None or self._changes(name, ticket):
            return False
        return len({row[self.columns.index(ticket)] for row in self.rows}) < len(self.rows)

    def _changes(self, name: str, ticket: str | None) -> bool:
        """Whether it is not the same on all rows of a ticket."""
        if ticket is None:
            return True
        place, key = self.columns.index(name), self.columns.index(ticket)
        first: dict[str, str] = {}
        return any(first.setdefault(row[key], row[place]) != row[place] for row in self.rows)

    def _named(self, use: str, among: Sequence[str] | None = None) -> str | None:
        return self._first(_NAMES[use], among)

    def _first(self, names: Sequence[str], among: Sequence[str] | None = None) -> str | None:
        """The free column with the likeliest name: just so, else with something before it."""
        free = [name for name in (self.columns if among is None else among) if name not in self.taken]
        for name in names:
            for column in free:
                if self.plain[column] == name:
                    return column
        for name in names:
            for column in free:
                if len(name) > 2 and self.plain[column].endswith(f" {name}"):
                    return column
        return None

    def _values(self, name: str) -> list[str]:
        place = self.columns.index(name)
        found = dict.fromkeys(row[place] for row in self.rows if row[place].casefold() not in _MISSING)
        return sorted(found)[: MOST_WORDS + 1]

    def _spelt(self, missing: Sequence[str]) -> list[str]:
        """As they stand in the log."""
        cells = {cell for row in self.rows for cell in row if len(cell) < 5}
        return sorted(cell for cell in cells if cell.casefold() in missing)

    def _format(self, name: str) -> str | None:
        return next((form for form in (ISO, *_FORMATS) if self._reads(name, form)), None)

    def _reads(self, name: str, form: str) -> bool:
        """Whether every moment of the column has this form."""
        place = self.columns.index(name)
        texts = [row[place] for row in self.rows if row[place].casefold() not in _MISSING]
        try:
            for text in texts:
                if form == ISO:
                    datetime.fromisoformat(text)
                else:
                    datetime.strptime(text, form)  # noqa: DTZ007 - only its form is asked for
        except ValueError:
            return False
        return any(re.search(r"\d[-/. :]\w", text) for text in texts)

    def _line(self, key: str, value: str, why: str = "") -> None:
        self.lines.append(f"{key}: {value}{f'    # {why}' if why else ''}")


def _plain(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.findall(r"[a-z0-9]+", spaced.casefold()))


def _quoted(text: str) -> str:
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", text) and text.casefold() not in ("null", "true", "false", "yes", "no"):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

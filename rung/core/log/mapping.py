"""How the columns of a recorded log become events: the mapping file, read with its line numbers."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from rung.core.calendar.instants import zone
from rung.core.document.findings import Finding, Severity, has_errors, in_reading_order
from rung.core.spelling import did_you_mean
from rung.core.vocabulary import Priority, Status


class Field(StrEnum):
    """What a column may say about a ticket."""

    STATUS = "status"
    PRIORITY = "priority"
    CATEGORY = "category"
    REQUESTER = "requester"
    CUSTOMER = "customer"
    TIER = "tier"
    CHANNEL = "channel"
    TEAM = "team"
    ASSIGNEE = "assignee"
    RATING = "rating"
    #: What it is about; only an import keeps it.
    SUBJECT = "subject"
    #: Who made this row: without it, an update is taken to be the assignee's.
    AUTHOR = "author"
    #: Whether the author is the customer, an agent or a bot.
    AUTHOR_ROLE = "author_role"
    #: A text that was written; with `private`, whether the customer could not see it.
    MESSAGE = "message"
    PRIVATE = "private"


class Format(StrEnum):
    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"


#: A value that says nothing: what was known stays.
KEEP = "keep"

#: For columns of few words: the words `values` may translate into.
WORDS: Mapping[Field, tuple[str, ...]] = {
    Field.STATUS: (*Status, KEEP),
    Field.PRIORITY: (*Priority, KEEP),
    Field.AUTHOR_ROLE: ("customer", "agent", "bot"),
    Field.PRIVATE: ("true", "false"),
}

#: ISO 8601, with or without an offset.
ISO = "iso"

KEYS = ("format", "missing", "ticket", "order", "time", "opened", *Field, "ignore")


class TimeColumn(Struct, frozen=True):
    column: str
    #: As `strptime` has it, or `iso`.
    format: str = ISO
    #: Of moments that name no offset.
    timezone: str = "UTC"


class Column(Struct, frozen=True):
    name: str
    #: What each value of the column means in Rung's words. A column of words rejects every other value.
    values: Mapping[str, str] = {}


class LogMap(Struct, frozen=True):
    """One row of the log is one update of one ticket."""

    ticket: str
    time: TimeColumn
    #: None: as the file turns out to be.
    format: Format | None = None
    #: Values that stand for "nothing".
    missing: frozenset[str] = frozenset({""})
    #: Columns that order the rows of one ticket; ties, and a log without them, keep time, then the file's order.
    order: tuple[str, ...] = ()
    opened: TimeColumn | None = None
    fields: Mapping[Field, Column] = {}
    #: Columns that know the future or do not matter; nothing may read them.
    ignore: tuple[str, ...] = ()


def read_map(text: str, file: str, columns: Sequence[str] = ()) -> tuple[LogMap | None, tuple[Finding, ...]]:
    """The mapping, or every mistake in it. `columns`: those of the log, () when they are not known."""
    reader = _Reader(file, columns)
    try:
        root = YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as error:
        line = 1 if error.problem_mark is None else error.problem_mark.line + 1
        return None, (Finding(file, line, "", f"this is not YAML: {error.problem}"),)
    except (YAMLError, ValueError, RecursionError) as error:
        return None, (Finding(file, 1, "", f"this is not YAML: {str(error).splitlines()[0]}"),)
    if not isinstance(root, MappingNode):
        return None, (Finding(file, 1, "", "a mapping file says which column means what, such as `ticket: number`"),)
    read = reader.map(root)
    return None if has_errors(reader.findings) else read, in_reading_order(reader.findings)


class _Reader:
    """Collects every mistake instead of stopping at the first."""

    def __init__(self, file: str, columns: Sequence[str]) -> None:
        self.file = file
        self.columns = columns
        self.findings: list[Finding] = []
        self.used: list[tuple[str, Node, str]] = []

    def map(self, root: MappingNode) -> LogMap:
        entries = dict(self._entries(root, "", KEYS))
        for needed, example in (("ticket", "ticket: number"), ("time", "time: {column: updated_at}")):
            if needed not in entries:
                self._find(root, "", f"`{needed}` is missing: name its column, such as `{example}`")
        fields = {field: self._column(entries[field], field) for field in Field if field in entries}
        if Field.MESSAGE in fields and Field.AUTHOR_ROLE not in fields:
            self._find(entries[Field.MESSAGE], "message", "a log of messages needs `author_role`, to know who speaks")
        read = LogMap(
            ticket=self._name(entries["ticket"], "ticket") if "ticket" in entries else "",
            time=self._time(entries["time"], "time") if "time" in entries else TimeColumn(""),
            format=self._format(entries["format"]) if "format" in entries else None,
            missing=frozenset(self._list(entries["missing"], "missing")) if "missing" in entries else frozenset({""}),
            order=tuple(self._names(entries["order"], "order")) if "order" in entries else (),
            opened=self._time(entries["opened"], "opened") if "opened" in entries else None,
            fields=fields,
            ignore=tuple(self._ignored(entries["ignore"])) if "ignore" in entries else (),
        )
        self._guard(read)
        return read

    def _guard(self, read: LogMap) -> None:
        """What is ignored may not be used: it knows what only the future could tell."""
        for path, node, name in self.used:
            if name in read.ignore:
                self._find(node, path, f'the column "{name}" is used here and ignored below; it can be only one')

    def _entries(self, node: MappingNode, path: str, known: Sequence[str]) -> Iterator[tuple[str, Node]]:
        for key, value in node.value:
            name = str(key.value)
            if name in known:
                yield name, value
            else:
                self._find(key, path, f'there is no key "{name}"{did_you_mean(name, known)}')

    def _format(self, node: Node) -> Format | None:
        name = self._scalar(node, "format")
        if name not in tuple(Format):
            self._find(node, "format", f'no format is called "{name}"{did_you_mean(name, Format)}')
            return None
        return Format(name)

    def _time(self, node: Node, path: str) -> TimeColumn:
        if isinstance(node, ScalarNode):
            return TimeColumn(self._name(node, path))
        if not isinstance(node, MappingNode):
            self._find(node, path, "expected a column, or {column, format, timezone}")
            return TimeColumn("")
        entries = dict(self._entries(node, path, TimeColumn.__struct_fields__))
        timezone = self._scalar(entries["timezone"], f"{path}.timezone") if "timezone" in entries else "UTC"
        try:
            zone(timezone)
        except ValueError as error:
            self._find(entries["timezone"], f"{path}.timezone", str(error))
        return TimeColumn(
            column=self._required_column(node, entries, path),
            format=self._scalar(entries["format"], f"{path}.format") if "format" in entries else ISO,
            timezone=timezone,
        )

    def _column(self, node: Node, field: Field) -> Column:
        if isinstance(node, ScalarNode):
            return Column(self._name(node, field))
        if not isinstance(node, MappingNode):
            self._find(node, field, "expected a column, or {column, values}")
            return Column("")
        entries = dict(self._entries(node, field, ("column", "values")))
        values = entries.get("values")
        return Column(
            name=self._required_column(node, entries, field),
            values={} if values is None else self._values(values, field),
        )

    def _values(self, node: Node, field: Field) -> dict[str, str]:
        path = f"{field}.values"
        if not isinstance(node, MappingNode):
            self._find(node, path, "expected the column's values, each with its meaning")
            return {}
        words = WORDS.get(field)
        values = {}
        for key, value in node.value:
            meaning = self._scalar(value, path)
            if words is not None and meaning not in words:
                nearest = did_you_mean(meaning, words) or f"; it is one of {', '.join(words)}"
                self._find(value, path, f'no {field} is called "{meaning}"{nearest}')
            values[str(key.value)] = meaning
        return values

    def _required_column(self, node: Node, entries: Mapping[str, Node], path: str) -> str:
        if "column" not in entries:
            self._find(node, path, "`column` is missing")
            return ""
        return self._name(entries["column"], f"{path}.column")

    def _names(self, node: Node, path: str) -> list[str]:
        items = node.value if isinstance(node, SequenceNode) else [node]
        return [self._name(item, path) for item in items]

    def _name(self, node: Node, path: str) -> str:
        """The name of a column the log must have."""
        name = self._scalar(node, path)
        self.used.append((path, node, name))
        if self.columns and name and name not in self.columns:
            self._find(node, path, f'the log has no column "{name}"{did_you_mean(name, self.columns)}')
        return name

    def _ignored(self, node: Node) -> list[str]:
        """Columns nothing may read. One the log does not have is probably misspelt, and so not guarded."""
        names = self._list(node, "ignore")
        for name in names:
            if self.columns and name not in self.columns:
                sentence = f'the log has no column "{name}"{did_you_mean(name, self.columns)}'
                self._find(node, "ignore", sentence, Severity.WARNING)
        return names

    def _list(self, node: Node, path: str) -> list[str]:
        items = node.value if isinstance(node, SequenceNode) else [node]
        return [self._scalar(item, path) for item in items]

    def _scalar(self, node: Node, path: str) -> str:
        if isinstance(node, ScalarNode):
            return str(node.value)
        self._find(node, path, "expected one word here")
        return ""

    def _find(self, node: Node, path: str, sentence: str, severity: Severity = Severity.ERROR) -> None:
        self.findings.append(Finding(self.file, node.start_mark.line + 1, path, sentence, severity))

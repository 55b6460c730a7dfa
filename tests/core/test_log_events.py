"""What rows of a log become: who did what when, and which rows are refused."""

from datetime import UTC, datetime

import msgspec
import pytest

from rung.core.case import events as e
from rung.core.case.fold import rebuild
from rung.core.log.events import DEAF, Hearing, History, history_of
from rung.core.log.mapping import LogMap, read_map
from rung.core.log.rows import LogRow, Rejection, RowReader
from rung.core.vocabulary import Automatic, Kept, Priority, Status, Turn

STATUSES = ["number", "mod", "state", "at", "opened", "priority", "owner", "group", "caller"]
STATUS_MAP = """\
missing: ["?"]
ticket: number
order: [mod]
time: {column: at, format: "%d/%m/%Y %H:%M"}
opened: {column: opened, format: "%d/%m/%Y %H:%M"}
status:
  column: state
  values: {New: open, Waiting: pending, Vendor: on_hold, Solved: resolved, Closed: closed, "-": keep}
priority: {column: priority, values: {"1": urgent, "3": normal}}
assignee: owner
team: group
requester: caller
"""
MESSAGES = ["ticket", "author", "role", "at", "private", "text"]
MESSAGE_MAP = """\
ticket: ticket
time: at
author: author
author_role: {column: role, values: {reporter: customer, assignee: agent}}
private: private
message: text
"""


def _map(text: str, columns: list[str]) -> LogMap:
    log_map, findings = read_map(text, "map", columns)
    assert log_map is not None, findings
    return log_map


def _row(log_map: LogMap, columns: list[str], cells: list[str]) -> LogRow:
    read = RowReader(log_map, columns).read(cells)
    assert not isinstance(read, Rejection), read
    return read[1]


def _statuses(*rows: str, levels: dict[str, tuple[str, str]] | None = None) -> History:
    """Rows such as "0 New 10:05 3 ? A"; all opened at 10:00 on 1 March 2026."""
    log_map = _map(STATUS_MAP, STATUSES)
    cells = []
    for row in rows:
        mod, state, at, priority, owner, group = row.split()
        cells.append(["INC1", mod, state, f"1/3/2026 {at}", "1/3/2026 10:00", priority, owner, group, "Ann"])
    read = [_row(log_map, STATUSES, each) for each in cells]
    return history_of("INC1", read, log_map.fields, DEAF, levels)


def _messages(*rows: tuple[str, str, str, str, str], hearing: Hearing = DEAF) -> History:
    log_map = _map(MESSAGE_MAP, MESSAGES)
    read = [
        _row(log_map, MESSAGES, ["7", author, role, f"2026-03-01T{at}:00+01:00", private, text])
        for author, role, at, private, text in rows
    ]
    return history_of("7", read, log_map.fields, hearing)


def _numbered(history: History) -> list[e.AnyEvent]:
    return [msgspec.structs.replace(event, number=number) for number, event in enumerate(history.events, 1)]


def test_statuses_become_whose_turn_it_is() -> None:
    history = _statuses(
        "0 New 10:05 3 ? A",
        "1 Waiting 11:00 3 sam A",
        "2 Vendor 12:00 3 sam A",
        "3 New 13:00 3 sam A",
        "4 Solved 14:00 3 sam A",
        "5 Closed 15:00 3 sam A",
    )
    kinds = [type(event) for event in history.events]
    assert kinds == [e.Opened, e.Assigned, e.Waited, e.Held, e.TurnTaken, e.Resolved, e.Closed]
    assert [event.at.hour for event in history.events] == [10, 11, 11, 12, 13, 14, 15]
    case = rebuild(_numbered(history))
    assert [span.turn for span in case.spans] == [
        Turn.OURS,
        Turn.CUSTOMER,
        Turn.THIRD_PARTY,
        Turn.OURS,
        Turn.NOBODY,
    ]
    assert case.over_at == datetime(2026, 3, 1, 14, tzinfo=UTC)


def test_the_ticket_opens_with_what_its_first_row_says_but_is_assigned_only_at_that_row() -> None:
    opened, assigned, *_ = _statuses("0 New 10:05 1 sam A").events
    assert isinstance(opened, e.Opened)
    assert (opened.at.minute, opened.priority, opened.requester) == (0, Priority.URGENT, "Ann")
    assert isinstance(assigned, e.Assigned)
    assert (assigned.at.minute, assigned.assignee) == (5, "sam")


def test_only_changes_are_events_and_a_keep_value_changes_nothing() -> None:
    history = _statuses("0 Waiting 10:05 3 sam A", "1 - 10:10 3 sam A", "2 Waiting 10:20 1 sam A")
    assert [type(event) for event in history.events[3:]] == [e.Noted, e.PrioritySet]
    assert history.events[3].by == "agent:sam"


def test_nobody_assigned_any_more_takes_the_assignee_off() -> None:
    last = _statuses("0 New 10:05 3 sam A", "1 New 10:10 3 ? A").events[-1]
    assert isinstance(last, e.Assigned)
    assert last.assignee is None


def test_a_row_that_is_there_twice_is_one_update_and_is_counted() -> None:
    rows = ("0 New 10:05 3 sam A", "1 Waiting 11:00 3 sam A")
    history = _statuses(*rows, rows[1], rows[0], rows[1])
    assert history.events == _statuses(*rows).events
    assert (history.rows, history.repeated) == (2, 3)
    said_twice = _messages(
        ("ann", "reporter", "10:00", "false", "Hello?"), ("ann", "reporter", "10:01", "false", "Hello?")
    )
    assert (said_twice.rows, said_twice.repeated) == (2, 0)


def test_rows_that_differ_only_where_the_map_does_not_look_are_two() -> None:
    log_map = _map("ticket: id\ntime: at\n", ["id", "at", "more"])
    rows = [_row(log_map, ["id", "at", "more"], ["1", "2026-03-02T09:00:00Z", more]) for more in "aab"]
    history = history_of("1", rows, log_map.fields)
    assert (history.rows, history.repeated) == (2, 1)


def test_a_solved_ticket_that_goes_on_is_reopened_by_the_customer() -> None:
    history = _statuses("0 Solved 10:05 3 sam A", "1 New 11:00 3 sam A", "2 Solved 12:00 3 sam A")
    case = rebuild(_numbered(history))
    assert case.reopens == 1
    assert case.status is Status.RESOLVED
    waiting = _statuses("0 Solved 10:05 3 sam A", "1 Waiting 11:00 3 sam A")
    assert [type(event) for event in waiting.events[-2:]] == [e.Reopened, e.Waited]


def test_rows_are_put_in_order_and_a_time_that_steps_back_is_moved_up() -> None:
    history = _statuses("1 Solved 11:00 3 sam A", "0 New 10:05 3 sam A", "2 Closed 10:30 3 sam A")
    assert [event.at.hour for event in history.events] == [10, 10, 11, 11]
    assert history.moved == 1


def test_a_team_that_holds_a_level_takes_the_ticket_there() -> None:
    history = _statuses("0 New 10:05 3 ? B", "1 New 10:30 3 sam B", levels={"B": ("L2", "support")})
    claimed = history.events[-1]
    assert isinstance(claimed, e.Claimed)
    assert (claimed.level, claimed.agent, claimed.at.minute) == ("L2", "sam", 30)


def test_messages_open_ask_answer_and_stay_inside() -> None:
    history = _messages(
        ("ann", "reporter", "10:00", "0.0", "it is broken"),
        ("sam", "assignee", "10:10", "1.0", "known"),
        ("sam", "assignee", "10:20", "0.0", "try again"),
        ("ann", "reporter", "10:30", "0.0", "still broken"),
    )
    assert [type(event) for event in history.events] == [e.Opened, e.Noted, e.Answered, e.CustomerWrote]
    assert [event.by for event in history.events] == ["customer:ann", "agent:sam", "agent:sam", "customer:ann"]
    assert history.events[0].at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    case = rebuild(_numbered(history))
    assert (case.attempts, case.turn) == (1, Turn.OURS)


def test_texts_are_judged_and_not_kept() -> None:
    hearing = Hearing(
        facts=lambda text: e.TextFacts(matched=("urgent",) if "urgent" in text else ()),
        automatic=lambda text: Automatic.THANKS if text == "thanks" else None,
        is_holding=lambda text: "looking" in text,
    )
    history = _messages(
        ("ann", "reporter", "10:00", "0", "urgent"),
        ("sam", "assignee", "10:10", "0", "looking"),
        ("ann", "reporter", "10:20", "0", "thanks"),
        hearing=hearing,
    )
    opened, answered, thanked = history.events
    assert isinstance(opened, e.Opened)
    assert opened.facts == e.TextFacts(matched=("urgent",))
    assert isinstance(answered, e.Answered)
    assert answered.kept is Kept.HOLDING
    assert isinstance(thanked, e.CustomerWrote)
    assert thanked.automatic is Automatic.THANKS


@pytest.mark.parametrize(
    ("cells", "reason", "sentence"),
    [
        (["INC1", "0", "New"], "wrong number of columns", "the row has 3 columns, the log 9"),
        (["?", "0", "New", "1/3/2026 10:00", "?", "3", "?", "?", "?"], "no ticket", "the row names no ticket"),
        (["INC1", "0", "New", "?", "?", "3", "?", "?", "?"], "no time", "the row says no time"),
        (
            ["INC1", "0", "New", "2026-03-01", "?", "3", "?", "?", "?"],
            "unreadable at",
            'at: "2026-03-01" is not a moment of the form "%d/%m/%Y %H:%M"',
        ),
        (
            ["INC1", "0", "Sloved", "1/3/2026 10:00", "?", "3", "?", "?", "?"],
            "unknown status",
            'state: no status is known as "Sloved"; did you mean "Solved"?',
        ),
    ],
)
def test_a_row_that_cannot_be_read_is_rejected_with_a_reason(cells: list[str], reason: str, sentence: str) -> None:
    reader = RowReader(_map(STATUS_MAP, STATUSES), STATUSES)
    assert reader.read(cells) == Rejection(reason, sentence)

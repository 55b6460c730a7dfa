"""A map proposed for an unknown log is one that reads it."""

from rung.core.log.guess import guess_map
from rung.core.log.mapping import Field, LogMap, read_map


def _map(text: str, columns: list[str]) -> LogMap:
    log_map, findings = read_map(text, "map", columns)
    assert log_map is not None, findings
    return log_map


def test_a_log_of_statuses_is_recognised_and_its_future_ignored() -> None:
    columns = ["Number", "State", "Updated", "Opened", "Priority", "Assigned to", "Resolved at"]
    rows = [
        ["I1", "New", "25/03/2026 10:00", "25/03/2026 09:00", "3 - Moderate", "?", "26/03/2026 09:00"],
        ["I1", "Awaiting Vendor", "25/03/2026 11:00", "25/03/2026 09:00", "1 - Critical", "Sam", "26/03/2026 09:00"],
        ["I1", "Resolved", "26/03/2026 09:00", "25/03/2026 09:00", "1 - Critical", "Sam", "26/03/2026 09:00"],
    ]
    guess = guess_map(columns, rows)
    log_map = _map(guess.text, columns)
    assert (log_map.ticket, log_map.time.column, log_map.time.format) == ("Number", "Updated", "%d/%m/%Y %H:%M")
    assert log_map.opened is not None
    assert log_map.opened.column == "Opened"
    assert log_map.fields[Field.STATUS].values == {"New": "open", "Awaiting Vendor": "on_hold", "Resolved": "resolved"}
    assert log_map.fields[Field.PRIORITY].values == {"1 - Critical": "urgent", "3 - Moderate": "normal"}
    assert log_map.fields[Field.ASSIGNEE].name == "Assigned to"
    assert log_map.ignore == ("Resolved at",)
    assert log_map.missing == frozenset({"?", ""})
    assert guess.doubts == ()


def test_a_log_of_messages_is_recognised() -> None:
    columns = ["issueId", "seq", "author", "author_role", "created", "is_private", "text"]
    rows = [
        ["7", "0", "ann", "reporter", "2026-03-02 09:00:00+00:00", "0.0", "broken"],
        ["7", "1", "sam", "assignee", "2026-03-02 10:00:00+00:00", "1.0", "known"],
        ["7", "2", "kim", "others", "2026-03-02 11:00:00+00:00", "1.0", "hm"],
    ]
    guess = guess_map(columns, rows)
    log_map = _map(guess.text, columns)
    assert log_map.order == ("seq",)
    assert log_map.fields[Field.AUTHOR_ROLE].values == {"reporter": "customer", "assignee": "agent", "others": "agent"}
    assert log_map.fields[Field.PRIVATE].name == "is_private"
    assert log_map.fields[Field.MESSAGE].name == "text"
    assert [doubt for doubt in guess.doubts if "others" in doubt]
    assert [doubt for doubt in guess.doubts if "no ticket is ever resolved" in doubt]


def test_a_list_of_one_row_a_ticket_knows_when_each_was_opened() -> None:
    columns = ["Id", "Status", "Created at", "Updated at"]
    rows = [
        ["1", "Open", "2026-03-02 09:00:00", "2026-03-02 10:00:00"],
        ["2", "Solved", "2026-03-03 09:00:00", "2026-03-04 10:00:00"],
    ]
    log_map = _map(guess_map(columns, rows).text, columns)
    assert log_map.time.column == "Updated at"
    assert log_map.opened is not None
    assert log_map.opened.column == "Created at"


def test_what_could_be_read_two_ways_is_a_doubt() -> None:
    columns = ["id", "status", "time"]
    rows = [["1", "open", "03/04/2026 10:00"], ["1", "wobbly", "04/04/2026 10:00"]]
    doubts = guess_map(columns, rows).doubts
    assert "time: day and month could be the other way round; it is read as %d/%m/%Y %H:%M" in doubts
    assert 'status: what "wobbly" means is not known; it is read as keep' in doubts


def test_a_log_without_any_known_column_says_what_is_missing() -> None:
    doubts = guess_map(["foo", "bar"], [["a", "b"]]).doubts
    assert "no column looks like the number of a ticket; name it under `ticket`" in doubts
    assert "no column holds moments in a form that is known; name it under `time`" in doubts

"""A mapping file with mistakes: each is named with its line and the nearest right word, all at once."""

from rung.core.log.mapping import Field, read_map

COLUMNS = ["number", "state", "updated_at", "opened_at", "owner", "closed_at"]
GOOD = """\
missing: ["?", ""]
ticket: number
time: {column: updated_at, format: "%d/%m/%Y %H:%M", timezone: Europe/Berlin}
status:
  column: state
  values: {New: open, Done: resolved, "-100": keep}
assignee: owner
ignore: [closed_at]
"""


def _sentences(text: str) -> list[str]:
    return [str(finding) for finding in read_map(text, "log.map.yaml", COLUMNS)[1]]


def test_a_good_mapping_is_read_without_findings() -> None:
    log_map, findings = read_map(GOOD, "log.map.yaml", COLUMNS)
    assert findings == ()
    assert log_map is not None
    assert log_map.fields[Field.STATUS].values == {"New": "open", "Done": "resolved", "-100": "keep"}
    assert log_map.time.timezone == "Europe/Berlin"


def test_all_mistakes_are_named_at_once_with_line_and_nearest_word() -> None:
    bad = GOOD.replace("ticket: number", "ticket: numbr").replace("resolved", "resolvd")
    bad = bad.replace("assignee: owner", "asignee: owner").replace("Europe/Berlin", "Europe/Berln")
    assert _sentences(bad) == [
        'log.map.yaml:2: ticket: the log has no column "numbr"; did you mean "number"?',
        'log.map.yaml:3: time.timezone: no time zone is called "Europe/Berln"; did you mean "Europe/Berlin"?',
        'log.map.yaml:6: status.values: no status is called "resolvd"; did you mean "resolved"?',
        'log.map.yaml:7: there is no key "asignee"; did you mean "assignee"?',
    ]


def test_what_is_ignored_cannot_be_used() -> None:
    assert _sentences(GOOD.replace("assignee: owner", "opened: {column: closed_at}")) == [
        'log.map.yaml:7: opened.column: the column "closed_at" is used here and ignored below; it can be only one'
    ]


def test_ignoring_a_column_the_log_does_not_have_is_only_a_warning() -> None:
    log_map, findings = read_map(GOOD.replace("[closed_at]", "[closed]"), "log.map.yaml", COLUMNS)
    assert log_map is not None
    assert [str(finding) for finding in findings] == [
        'log.map.yaml:8: warning: ignore: the log has no column "closed"; did you mean "closed_at"?'
    ]


def test_the_ticket_and_the_time_must_be_named() -> None:
    assert [sentence.partition("`")[2].partition("`")[0] for sentence in _sentences("status: state")] == [
        "ticket",
        "time",
    ]


def test_a_log_of_messages_must_say_who_speaks() -> None:
    assert "author_role" in _sentences(GOOD + "message: state\n")[0]


def test_what_is_not_yaml_is_said_with_its_line() -> None:
    assert _sentences("ticket: number\ntime: {column: [\n")[0].startswith("log.map.yaml:3: this is not YAML")
    assert _sentences("") == ["log.map.yaml:1: a mapping file says which column means what, such as `ticket: number`"]

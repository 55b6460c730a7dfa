"""The same rows as CSV, NDJSON and Parquet, packed or not, few or too many for memory, are the same histories."""

import gzip
import json
import os
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rung.cli.log_files import rejections
from rung.core.log.events import DEAF, History
from rung.core.log.mapping import Format, read_map
from rung.core.log.rows import LogRow, Rejection
from rung.intake.importers import grouping, logs
from rung.intake.importers.grouping import Grouping
from rung.intake.importers.histories import Selection, read_histories
from rung.intake.importers.logs import PARQUET_BYTES, open_log

ROWS = [
    {"id": "1", "at": "2026-03-02T09:00:00+00:00", "state": "new", "owner": ""},
    {"id": "2", "at": "2026-03-02T09:30:00+00:00", "state": "new", "owner": "kim"},
    {"id": "1", "at": "2026-03-02T10:00:00+00:00", "state": "done", "owner": "sam"},
]
MAP = "ticket: id\ntime: at\nstatus: {column: state, values: {new: open, done: resolved}}\nassignee: owner\n"


def _read(path: Path) -> tuple[list[History], dict[str, int]]:
    with open_log(path) as log:
        log_map, findings = read_map(MAP, "map", log.columns)
        assert log_map is not None, findings
        read = read_histories(log, log_map, hearing=DEAF, levels={})
    return read.histories, dict(read.rejected)


def _csv(path: Path) -> None:
    lines = [",".join(ROWS[0]), *(",".join(row.values()) for row in ROWS)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")


def _ndjson(path: Path) -> None:
    path.write_text("".join(json.dumps({**row, "owner": row["owner"] or None}) + "\n" for row in ROWS))


def _parquet(path: Path) -> None:
    typed = [{**row, "at": datetime.fromisoformat(row["at"]), "id": int(row["id"])} for row in ROWS]
    pq.write_table(pa.Table.from_pylist(typed), path)


def _packed(path: Path) -> None:
    _csv(path)
    path.write_bytes(gzip.compress(path.read_bytes()))


@pytest.mark.parametrize(
    ("write", "kind"),
    [(_csv, Format.CSV), (_packed, Format.CSV), (_ndjson, Format.NDJSON), (_parquet, Format.PARQUET)],
)
def test_every_format_gives_the_same_histories(tmp_path: Path, write, kind: Format) -> None:
    _csv(tmp_path / "plain")
    write(tmp_path / "log")
    with open_log(tmp_path / "log") as log:
        assert log.format is kind
    histories, rejected = _read(tmp_path / "log")
    assert histories == _read(tmp_path / "plain")[0]
    assert [history.ticket for history in histories] == ["1", "2"]
    assert rejected == {}


def test_a_line_that_is_no_json_object_is_rejected(tmp_path: Path) -> None:
    _ndjson(tmp_path / "log")
    (tmp_path / "log").write_text((tmp_path / "log").read_text() + "oops\n[1]\n")
    histories, rejected = _read(tmp_path / "log")
    assert len(histories) == 2
    assert rejected == {"no JSON object": 2}


def test_nested_json_is_named_with_dots(tmp_path: Path) -> None:
    (tmp_path / "log").write_text('{"ticket": {"id": 7, "tags": ["a", "b"]}, "open": true}\n')
    with open_log(tmp_path / "log") as log:
        assert log.columns == ["ticket.id", "ticket.tags", "open"]
        assert [cells for _, cells in log.rows] == [["7", "a,b", "true"]]


def test_a_packed_log_that_was_cut_off_says_so(tmp_path: Path) -> None:
    packed = gzip.compress(b"number,at\n" + os.urandom(50_000).hex().encode())
    (tmp_path / "log.csv.gz").write_bytes(packed[:-2000])
    with open_log(tmp_path / "log.csv.gz") as log, pytest.raises(ValueError, match="damaged or not whole"):
        list(log.rows)


def _row(number: int) -> LogRow:
    return LogRow(((number, ""),), datetime.fromtimestamp(number, UTC), None, (f"value {number}", None))


def test_rows_that_wait_in_files_come_back_grouped_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    given = [(f"T{number % 40}", _row(number)) for number in range(400)]
    wanted: dict[str, list[LogRow]] = {}
    for ticket, row in given:
        wanted.setdefault(ticket, []).append(row)
    monkeypatch.setattr(grouping, "MOST_IN_MEMORY", 50)
    with Grouping() as group:
        for ticket, row in given:
            group.add(ticket, row)
        assert dict(group.groups()) == wanted


def test_memory_does_not_grow_with_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MOST_IN_MEMORY", 1_000)

    def peak(rows: int) -> int:
        tracemalloc.start()
        with Grouping() as group:
            for number in range(rows):
                group.add(f"T{number // 4}", _row(number))
            for _ in group.groups():
                pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(40_000) < 2 * peak(10_000)


def test_long_texts_fill_memory_as_many_rows_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MOST_LETTERS", 100)
    with Grouping() as group:
        for number in range(3):
            group.add(f"T{number}", LogRow((), datetime.fromtimestamp(number, UTC), None, ("long " * 10,)))
        assert group._files
        assert len(list(group.groups())) == 3


def test_a_large_group_of_rows_of_parquet_is_unpacked_piece_by_piece(tmp_path: Path) -> None:
    text = os.urandom(5_000).hex()
    rows = [{**ROWS[0], "id": str(number), "owner": text} for number in range(5_000)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "log", use_dictionary=False, row_group_size=len(rows))
    with open_log(tmp_path / "log") as log:
        next(log.rows)
        unpacked = pa.total_allocated_bytes()
        assert sum(1 for _ in log.rows) == len(rows) - 1
    assert unpacked < 3 * PARQUET_BYTES < len(rows) * len(text) / 1.5


def test_tickets_opened_before_the_beginning_are_left_out_however_their_rows_come(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(
        "id,at,opened,state,owner\n1,2026-03-02T09:00:00Z,2026-03-01T09:00:00Z,new,\n"
        "2,2026-03-03T09:00:00Z,,new,\n1,2026-03-04T09:00:00Z,,done,\n"
    )
    with open_log(tmp_path / "log") as log:
        log_map, _ = read_map(MAP + "opened: opened\n", "map", log.columns)
        assert log_map is not None
        since = Selection(since=datetime(2026, 3, 2, tzinfo=UTC))
        read = read_histories(log, log_map, hearing=DEAF, levels={}, selection=since)
    assert [history.ticket for history in read.histories] == ["2"]
    assert read.left_out == 2


HEADING = "id,at,state,owner\n"
ROW = "2026-03-02T09:00:00Z,new"


def test_separators_line_ends_and_encodings_of_spreadsheets_are_the_same_log(tmp_path: Path) -> None:
    text = f"{HEADING}1,{ROW},Grüße\n"
    forms = {
        "crlf": text.replace("\n", "\r\n").encode(),
        "semicolons": text.replace(",", ";").encode(),
        "tabs": text.replace(",", "\t").encode(),
        "utf-8 with its mark": text.encode("utf-8-sig"),
        "utf-16": text.encode("utf-16"),
    }
    (tmp_path / "plain").write_text(text)
    for name, data in forms.items():
        (tmp_path / name).write_bytes(data)
        assert _read(tmp_path / name) == _read(tmp_path / "plain"), name


def test_a_row_in_another_encoding_is_rejected_and_kept_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(f"{HEADING}1,{ROW},sam\n2,{ROW},Grüße\n".encode("cp1252"))
    histories, rejected = _read(tmp_path / "log")
    assert ([history.ticket for history in histories], rejected) == (["1"], {"not UTF-8": 1})
    with open_log(tmp_path / "log") as log, rejections(tmp_path / "rejected", log.columns) as note:
        number, cells = list(log.rows)[-1]
        note(number, cells, Rejection("not UTF-8", "not UTF-8"))
    assert "Grüße".encode("cp1252") in (tmp_path / "rejected").read_bytes()
    (tmp_path / "heading").write_bytes("idé,at\n".encode("cp1252"))
    with pytest.raises(ValueError, match="first line is not UTF-8"), open_log(tmp_path / "heading"):
        pass


def test_a_quotation_mark_that_is_never_closed_swallows_nothing_silently(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(f'{HEADING}1,{ROW},"a ""b""\nc"\n2,{ROW},5" wide\n3,{ROW},"never\n4,{ROW},sam\n')
    with open_log(tmp_path / "log") as log, pytest.raises(ValueError, match="row 4: a quotation mark is opened"):
        list(log.rows)
    (tmp_path / "log").write_text(f'{HEADING}1,{ROW},"a ""b""\nc"\n2,{ROW},5" wide\n')
    assert len(_read(tmp_path / "log")[0]) == 2


def test_a_cell_of_ten_megabytes_is_read_and_one_beyond_all_measure_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "log").write_text(f"{HEADING}1,{ROW},{'y' * 10_000_000}\n")
    assert len(_read(tmp_path / "log")[0]) == 1
    monkeypatch.setattr(logs, "LONGEST_CELL", 1000)
    with open_log(tmp_path / "log") as log, pytest.raises(ValueError, match="row 2 cannot be read: field larger"):
        list(log.rows)

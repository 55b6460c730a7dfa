"""Exports whose records hold lists are read with every moment they know: Zendesk, Freshdesk, Jira, ServiceNow."""

import json
from pathlib import Path
from typing import Any

import pytest

from rung.core.log.events import DEAF, History
from rung.intake.importers.grouping import Grouping
from rung.intake.importers.histories import Reading
from rung.intake.importers.logs import open_log
from rung.intake.importers.presets.choosing import fit, preset


def _read(log: Path, name: str) -> tuple[History, dict[str, int]]:
    with open_log(log) as opened, Grouping() as grouping:
        log_map = fit(preset(name), opened.columns).log_map
        reading = Reading(grouping)
        reading.read(opened, log_map)
        (history,) = reading.histories(log_map, DEAF, {}, words=True)
        return history, dict(reading.rejected)


def _lines(folder: Path, *records: Any) -> Path:
    (folder / "export.json").write_text("".join(json.dumps(record) + "\n" for record in records))
    return folder / "export.json"


def _shown(history: History) -> list[str]:
    return [f"{event.at:%H:%M} {type(event).__name__} {event.by}" for event in history.events]


def _event(at: int, updater: int, *children: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": at,
        "ticket_id": 155,
        "timestamp": 1_772_442_000 + at * 60,
        "created_at": "ignored where there is a timestamp",
        "updater_id": updater,
        "via": "Web form",
        "event_type": "Audit",
        "child_events": [{"id": at * 10 + place, **child} for place, child in enumerate(children)],
    }


def test_the_stream_of_ticket_events_of_zendesk_keeps_every_change(tmp_path: Path) -> None:
    created = {
        "event_type": "Create",
        "status": "new",
        "priority": "high",
        "subject": "Import stopped",
        "requester_id": 7,
        "organization_id": 70,
        "type": "incident",
    }
    said = {"event_type": "Comment", "type": "Comment", "body": "It stopped", "public": True, "author_id": 7}
    note = {"event_type": "Comment", "type": "Comment", "body": "Known", "public": False, "author_id": 9}
    answer = {"event_type": "Comment", "type": "Comment", "body": "Try again", "public": True, "author_id": 9}
    page = [
        _event(0, 7, created, said),
        _event(20, 9, {"event_type": "Change", "assignee_id": 9, "previous_value": None}, note),
        _event(40, 9, {"event_type": "Change", "status": "pending", "previous_value": "new"}, answer),
        _event(60, 9, {"event_type": "Change", "status": "solved", "previous_value": "pending"}),
    ]
    history, rejected = _read(_lines(tmp_path, {"ticket_events": page[:3], "count": 3}, page[3]), "zendesk-json")
    assert rejected == {}
    assert _shown(history) == [
        "09:00 Opened customer:7",
        "09:20 Assigned agent:9",
        "09:20 Noted agent:9",
        "09:40 Answered agent:9",
        "10:00 Resolved agent:9",
    ]
    assert (history.subject, list(history.words.values())) == ("Import stopped", ["It stopped", "Known", "Try again"])


def test_a_ticket_of_zendesk_with_its_comments(tmp_path: Path) -> None:
    ticket = {
        "id": 155,
        "status": "solved",
        "priority": "urgent",
        "type": "question",
        "subject": "Import stopped",
        "via": {"channel": "email"},
        "created_at": "2026-03-02T09:00:00Z",
        "updated_at": "2026-03-09T09:00:00Z",
        "metric_set": {"solved_at": "2026-03-02T12:00:00Z"},
        "requester": {"id": 7, "name": "Ann", "email": "ann@acme.test"},
        "organization": {"name": "Acme"},
        "assignee": {"id": 9, "email": "sam@desk.test"},
        "group": {"name": "Front"},
        "comments": [
            {"author_id": 7, "public": True, "created_at": "2026-03-02T09:00:00Z", "plain_body": "It stopped"},
            {"author_id": 9, "public": True, "created_at": "2026-03-02T10:00:00Z", "plain_body": "Try again"},
            {"author_id": 7, "public": True, "created_at": "2026-03-02T11:00:00Z", "plain_body": "No"},
        ],
    }
    history, rejected = _read(_lines(tmp_path, ticket), "zendesk-json")
    assert rejected == {}
    assert _shown(history) == [
        "09:00 Opened customer:ann@acme.test",
        "10:00 Answered agent:9",
        "11:00 CustomerWrote customer:ann@acme.test",
        "12:00 Assigned agent:sam@desk.test",
        "12:00 Resolved agent:sam@desk.test",
    ]
    assert (history.events[0].customer, history.events[0].priority) == ("Acme", "urgent")


def test_a_ticket_of_freshdesk_with_its_conversations(tmp_path: Path) -> None:
    ticket = {
        "id": 501,
        "status": 4,
        "priority": 3,
        "source": 1,
        "type": "Incident",
        "subject": "Import stopped",
        "description_text": "It stopped",
        "responder_id": 9,
        "group_id": 90,
        "created_at": "2026-03-02T09:00:00Z",
        "updated_at": "2026-03-09T09:00:00Z",
        "requester": {"name": "Ann", "email": "ann@acme.test"},
        "company": {"name": "Acme"},
        "stats": {"resolved_at": "2026-03-02T12:00:00Z", "closed_at": None},
        "conversations": [
            {"incoming": False, "private": True, "user_id": 9, "created_at": "2026-03-02T09:30:00Z", "body_text": "?"},
            {"incoming": False, "private": False, "user_id": 9, "created_at": "2026-03-02T10:00:00Z", "body_text": "!"},
            {"incoming": True, "private": False, "user_id": 7, "created_at": "2026-03-02T11:00:00Z", "body_text": "No"},
        ],
    }
    history, rejected = _read(_lines(tmp_path, ticket), "freshdesk-json")
    assert rejected == {}
    assert _shown(history) == [
        "09:00 Opened customer:ann@acme.test",
        "09:30 Noted agent:9",
        "10:00 Answered agent:9",
        "11:00 CustomerWrote customer:ann@acme.test",
        "12:00 Assigned agent:9",
        "12:00 Resolved agent:9",
    ]


def _change(at: str, field: str, before: str | None, after: str | None) -> dict[str, Any]:
    item = {"field": field, "fieldtype": "jira", "from": "1", "fromString": before, "to": "3", "toString": after}
    return {"id": at, "author": {"displayName": "Sam Long"}, "created": f"2026-03-02T{at}:00.366-0600", "items": [item]}


def test_an_issue_of_jira_with_its_changelog_in_either_order(tmp_path: Path) -> None:
    ann, sam = {"displayName": "Ann", "emailAddress": "ann@acme.test"}, {"displayName": "Sam Long"}
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": "It "}, {"type": "text", "text": "stopped"}]}
    issue = {
        "key": "SUP-1",
        "fields": {
            "summary": "Import stopped",
            "description": {"type": "doc", "version": 1, "content": [paragraph]},
            "created": "2026-03-02T03:00:00.000-0600",
            "reporter": ann,
            "assignee": sam,
            "issuetype": {"name": "Incident"},
            "status": {"name": "Resolved"},
            "priority": {"name": "High"},
            "comment": {
                "comments": [
                    {"author": sam, "created": "2026-03-02T04:30:00.000-0600", "body": "Known", "jsdPublic": False},
                    {"author": sam, "created": "2026-03-02T05:00:00.000-0600", "body": "Try", "jsdPublic": True},
                ]
            },
        },
        "changelog": {
            "histories": [
                _change("06:00", "status", "In Progress", "Resolved"),
                _change("04:00", "status", "Open", "In Progress"),
                _change("03:30", "assignee", None, "Sam Long"),
                _change("03:10", "priority", "Low", "High"),
            ]
        },
    }
    history, rejected = _read(_lines(tmp_path, {"issues": [issue], "isLast": True}), "jira-json")
    assert rejected == {}
    assert (history.ticket, history.events[0].priority, history.words[0]) == ("SUP-1", "low", "It stopped")
    assert _shown(history) == [
        "09:00 Opened customer:ann@acme.test",
        "09:10 PrioritySet agent:Sam Long",
        "09:30 Assigned agent:Sam Long",
        "10:00 Noted agent:Sam Long",
        "10:30 Noted agent:Sam Long",
        "11:00 Answered agent:Sam Long",
        "12:00 Resolved agent:Sam Long",
    ]


AUDIT = """\
documentkey,tablename,fieldname,oldvalue,newvalue,user,sys_created_on
a1,incident,short_description,,Import stopped,ann,2026-03-02 09:00:00
a1,incident,priority,,2,ann,2026-03-02 09:00:00
a1,incident,assigned_to,,Sam Long,sam,2026-03-02 09:30:00
a1,incident,work_notes,,Known,sam,2026-03-02 10:00:00
a1,incident,state,1,6,sam,2026-03-02 12:00:00
a1,incident,u_symptom,,Slow,sam,2026-03-02 12:30:00
a1,incident,assigned_to,Sam Long,,sam,2026-03-02 13:00:00
a1,incident,too,few
"""


def test_the_audit_of_servicenow_is_one_field_a_row(tmp_path: Path) -> None:
    (tmp_path / "audit.csv").write_text(AUDIT)
    history, rejected = _read(tmp_path / "audit.csv", "servicenow-audit")
    assert rejected == {"wrong number of columns": 1}
    assert [line.partition(" agent")[0] for line in _shown(history)] == [
        "09:00 Opened system",
        "09:00 PrioritySet",
        "09:30 Assigned",
        "10:00 Noted",
        "12:00 Resolved",
        "12:30 Noted",
        "13:00 Assigned",
    ]


def test_json_that_is_one_document_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "export.json").write_text(json.dumps([{"id": 1}], indent=2))
    with pytest.raises(ValueError, match="one whole object on each line"), open_log(tmp_path / "export.json"):
        pass


def test_a_record_of_another_kind_among_them_is_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    created = {"event_type": "Create", "status": "open", "requester_id": 7}
    history, rejected = _read(_lines(tmp_path, _event(0, 7, created), {"id": 3}, [1], "x"), "zendesk-json")
    assert _shown(history) == ["09:00 Opened customer:7"]
    assert rejected == {"another kind of record": 1, "no JSON object": 2}

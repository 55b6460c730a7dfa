"""Exports of other products are read by a preset, or refused in a sentence that names the nearest right thing."""

import json
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest

from rung.core.case.events import AnyEvent
from rung.core.log.events import DEAF, History
from rung.core.log.mapping import read_map
from rung.intake.importers.grouping import Grouping
from rung.intake.importers.histories import Reading
from rung.intake.importers.logs import open_log
from rung.intake.importers.presets.choosing import fit, preset, preset_names

ZENDESK = """\
Summation column,Id,Requester,Requester email,Submitter,Assignee,Group,Subject,Tags,Status,Priority,Via,Ticket type,\
Created at,Updated at,Organization,Solved at,Satisfaction Score
1,501,Ann,ann@acme.test,Ann,Sam Long,Front,Import stopped,,Solved,Urgent,Mail,Incident,\
2026-03-02 09:00,2026-03-02 12:00,Acme,2026-03-02 12:00,Good
1,502,Bob,bob@beta.test,Bob,-,Front,How do I?,,On-hold,-,Web form,Question,2026-03-03 09:00,2026-03-03 09:30,-,-,-
"""
FRESHDESK = """\
Ticket ID,Subject,Status,Priority,Source,Type,Agent,Group,Created time,Resolved time,Last update time,Tags,Full name,\
Email,Company Name
501,Import stopped,Resolved,Urgent,Email,Incident,Sam Long,Front,2026-03-02 09:00:00,2026-03-02 12:00:00,\
2026-03-02 12:00:00,,Ann,ann@acme.test,Acme
502,How do I?,Waiting on Third Party,,Portal,Question,No Agent,Front,2026-03-03 09:00:00,,2026-03-03 09:30:00,,Bob,\
bob@beta.test,
"""
JIRA = """\
Summary,Issue key,Issue id,Issue Type,Status,Project key,Priority,Assignee,Reporter,Created,Updated,\
Custom field (Organizations),Custom field (Organizations)
Import stopped,501,1,Incident,Resolved,SUP,Highest,Sam Long,ann@acme.test,02/Mar/26 9:00 AM,02/Mar/26 12:00 PM,Acme,
How do I?,502,2,Question,Pending,SUP,,,bob@beta.test,03/Mar/26 9:00 AM,03/Mar/26 9:30 AM,,
"""
SERVICENOW = """\
number,short_description,caller_id,priority,state,category,assignment_group,assigned_to,opened_at,sys_updated_on,\
contact_type,company
501,Import stopped,ann@acme.test,1 - Critical,Resolved,Incident,Front,Sam Long,2026-03-02 09:00:00,\
2026-03-02 12:00:00,Email,Acme
502,How do I?,bob@beta.test,,On Hold,Question,Front,,2026-03-03 09:00:00,2026-03-03 09:30:00,Portal,
"""
EXPORTS = {
    "zendesk": ZENDESK,
    "freshdesk": FRESHDESK,
    "jira-service-management": JIRA,
    "servicenow": SERVICENOW,
}


def read_export(log: Path, name: str) -> tuple[list[History], dict[str, int]]:
    with open_log(log) as opened, Grouping() as grouping:
        log_map = fit(preset(name), opened.columns).log_map
        reading = Reading(grouping)
        reading.read(opened, log_map)
        return list(reading.histories(log_map, DEAF, {}, words=True)), dict(reading.rejected)


def _shown(events: Sequence[AnyEvent]) -> list[tuple[str, str]]:
    return [(f"{event.at:%d %H:%M}", type(event).__name__) for event in events]


@pytest.mark.parametrize("name", EXPORTS)
def test_the_same_two_tickets_are_read_from_every_product(name: str, tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(EXPORTS[name])
    histories, rejected = read_export(tmp_path / "export.csv", name)
    assert rejected == {}
    solved, waiting = sorted(histories, key=lambda history: history.ticket)
    assert (solved.ticket, solved.subject, waiting.subject) == ("501", "Import stopped", "How do I?")
    assert _shown(solved.events) == [("02 09:00", "Opened"), ("02 12:00", "Assigned"), ("02 12:00", "Resolved")]
    assert _shown(waiting.events) == [("03 09:00", "Opened"), ("03 09:30", "Held")]
    opened = solved.events[0]
    assert (opened.requester, opened.customer, opened.priority, opened.category) == (
        "ann@acme.test",
        "Acme",
        "urgent",
        "Incident",
    )
    assert solved.events[1].assignee == "Sam Long"


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_a_map_without_a_mistake_and_says_what_it_is_for(name: str) -> None:
    chosen = preset(name)
    assert chosen.text.startswith("# ")
    assert read_map(chosen.text, name)[1] == ()


def test_a_wrong_name_is_told_the_nearest_right_one() -> None:
    with pytest.raises(ValueError, match=r'no preset is called "zendsk"; did you mean "zendesk"\?'):
        preset("zendsk")
    with pytest.raises(ValueError, match='no preset is called "xyz"; there are freshdesk, freshdesk-json, jira-json'):
        preset("xyz")


def test_a_log_that_does_not_fit_is_told_which_columns_are_missing_and_the_nearest() -> None:
    with pytest.raises(ValueError, match="does not fit") as refusal:
        fit(preset("zendesk"), ["Id", "Created", "Updated at", "Status name", "Priority"])
    assert str(refusal.value) == (
        'the preset "zendesk" does not fit this log, which has no column "Created at" (the nearest is "Created")'
        ' and "Status" (the nearest is "Status name")'
    )


def test_columns_it_can_do_without_are_named() -> None:
    fitted = fit(preset("zendesk"), ["Id", "Created at", "Updated at", "Status", "Subject", "Priority", "Assignee"])
    assert fitted.without == ("Ticket type", "Requester email", "Organization", "Via", "Group")


def _slack(folder: Path, messages: list[dict[str, object]]) -> Path:
    users = [
        {"id": "U1", "name": "ann", "profile": {"email": "ann@acme.test"}},
        {"id": "U2", "name": "sam", "profile": {}},
    ]
    path = folder / "slack.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("users.json", json.dumps(users))
        archive.writestr("channels.json", json.dumps([{"id": "C1", "name": "help"}]))
        archive.writestr("help/2026-03-02.json", json.dumps([{"type": "message", **each} for each in messages]))
    return path


def test_a_thread_of_slack_is_a_ticket_of_who_began_it(tmp_path: Path) -> None:
    path = _slack(
        tmp_path,
        [
            {"user": "U1", "subtype": "channel_join", "ts": "1772442000.000001", "text": "has joined"},
            {
                "user": "U1",
                "ts": "1772442060.000001",
                "thread_ts": "1772442060.000001",
                "text": "It stopped\n<@U2> help",
            },
            {"bot_id": "B1", "subtype": "bot_message", "ts": "1772442070.000001", "text": "Deployed"},
            {"user": "U2", "ts": "1772442120.000001", "thread_ts": "1772442060.000001", "text": "Try &amp; see"},
            {"user": "U1", "ts": "1772442180.000001", "thread_ts": "1772442060.000001", "text": "No"},
        ],
    )
    ((ticket,), rejected) = read_export(path, "slack")
    assert rejected == {}
    assert (ticket.ticket, ticket.subject) == ("help/1772442060.000001", "It stopped")
    assert [(type(event).__name__, event.by) for event in ticket.events] == [
        ("Opened", "customer:ann@acme.test"),
        ("Answered", "agent:sam"),
        ("CustomerWrote", "customer:ann@acme.test"),
    ]
    assert list(ticket.words.values()) == ["It stopped\n@sam help", "Try & see", "No"]


def test_an_organisations_export_with_private_channels_files_edits_and_what_was_deleted(tmp_path: Path) -> None:
    path, first = tmp_path / "slack.zip", "1772442060.000001"
    messages = [
        {
            "user": "U1",
            "ts": first,
            "thread_ts": first,
            "subtype": "file_share",
            "text": "",
            "files": [{"name": "a.log"}],
        },
        {"user": "U2", "ts": "1772442120.000001", "thread_ts": first, "text": "Now right", "edited": {"ts": "1"}},
        {"user": "U1", "ts": "1772442180.000001", "thread_ts": first, "subtype": "tombstone", "text": "was deleted"},
        {"user": "U1", "ts": "1772442240.000001", "thread_ts": first, "subtype": "thread_broadcast", "text": "No"},
    ]
    with ZipFile(path, "w") as archive:
        archive.writestr("org_users.json", json.dumps([{"id": "U1", "name": "ann"}, {"id": "U2", "name": "sam"}]))
        archive.writestr("channels.json", "[]")
        archive.writestr("groups.json", json.dumps([{"id": "G1", "name": "acme"}]))
        archive.writestr("acme/2026-03-02.json", json.dumps([{"type": "message", **each} for each in messages]))
    ((ticket,), rejected) = read_export(path, "slack")
    assert rejected == {}
    assert (ticket.subject, list(ticket.words.values())) == ("[a.log]", ["[a.log]", "Now right", "No"])
    assert [type(event).__name__ for event in ticket.events] == ["Opened", "Answered", "CustomerWrote"]


def test_a_zip_file_that_is_no_export_of_slack_is_refused(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(ValueError, match="no export of Slack"), open_log(tmp_path / "other.zip"):
        pass
    (tmp_path / "cut.zip").write_bytes((tmp_path / "other.zip").read_bytes()[:40])
    with pytest.raises(ValueError, match="damaged or not whole"), open_log(tmp_path / "cut.zip"):
        pass

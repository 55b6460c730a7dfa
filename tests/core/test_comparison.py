"""Two policies over the same small histories, with outcomes reckoned by hand."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from textwrap import dedent
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from rung.core.case import events as e
from rung.core.document.changes import DocumentChange, document_changes
from rung.core.document.nodes import parse
from rung.core.log.events import History
from rung.core.policy.model import Policy
from rung.core.replay.bars_picture import hours_picture, paired_bars
from rung.core.replay.comparison import Comparison, Moved, compare
from rung.core.replay.comparison_text import Titled, as_json, as_page, as_text
from rung.core.replay.interruption_picture import interruption_svg
from rung.core.vocabulary import Kept
from rung.policies.reading import read_policy

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
OLD = dedent("""\
    calendars: {office: {hours: {mon-fri: [09:00-17:00]}}}
    teams: {front: {lead: lea}, back: {}}
    levels: {L1: {team: front, calendar: office}, L2: {team: back, calendar: office}}
    paths: {support: [L1, L2]}
    targets: [{first_response: 2h, resolution: 8h, calendar: always}]
    rules:
      - name: Answer
        clock: first_response
        steps: [{at: 50%, notify: [lead]}, {at: 100%, escalate: next, reason: time}]
      - {name: Near, clock: resolution, steps: [{at: 75%, remind: level}]}
    """)


def changed(old: str, new: str) -> str:
    assert old in OLD
    return OLD.replace(old, new, 1)


def policy(text: str) -> Policy:
    read, findings = read_policy(text, "policy.yaml")
    assert read is not None, findings
    return read


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def ticket(name: str, answered: float | None, resolved: float | None, opened: float = 0) -> History:
    events: list[e.AnyEvent] = [e.Opened(at=at(opened), by="customer:ann", requester="ann")]
    if answered is not None:
        kept = Kept.BY_AGENT if resolved is None else None  # so that the running ones run
        events.append(e.Answered(at=at(answered), by="agent:sam", kept=kept))
    if resolved is not None:
        events.append(e.Resolved(at=at(resolved), by="agent:sam"))
    return History(name, tuple(events), rows=len(events))


QUICK = ticket("quick", 0.5, 1)
MIDDLING = ticket("middling", 1.5, 3)
SLOW = ticket("slow", 3, 9)
NIGHT = ticket("night", 12 + 1.5, 12 + 2, opened=12)
HISTORIES = (QUICK, MIDDLING, SLOW, NIGHT)


def compared(new: str, *histories: History, end: float = 20) -> Comparison:
    return compare(histories, histories, policy(OLD), policy(new), end=at(end))


def test_a_shorter_target_breaches_more_and_escalates_more() -> None:
    found = compared(changed("first_response: 2h", "first_response: 1h"), *HISTORIES)
    assert [side.tally.targets["first_response"].breached for side in (found.old, found.new)] == [1, 3]  # type: ignore[index]
    assert found.old.escalations == {"Answer": 1}
    assert found.new.escalations == {"Answer": 3}
    assert [(each.ticket, each.breaches_before, each.breaches_after) for each in found.changed] == [
        ("middling", 0, 1),
        ("night", 0, 1),
    ]
    assert found.changed[0].steps_new == ("Answer / escalate.1",)
    assert found.changed[0].steps_gone == ()


def test_interruptions_outside_working_time_are_told_apart() -> None:
    found = compared(changed("{at: 50%, notify: [lead]}", "{at: 90%, notify: [lead]}"), MIDDLING, NIGHT)
    assert (found.old.interruptions, found.old.outside_hours) == (2, 1)
    assert (found.new.interruptions, found.new.outside_hours) == (0, 0)
    assert found.changed[0].steps_gone == ("Answer / notify.1",)


def test_interruptions_stand_by_person_and_hour_in_working_time_and_outside() -> None:
    found = compared(changed("{at: 50%, notify: [lead]}", "{at: 75%, notify: [lead]}"), SLOW, MIDDLING, NIGHT)
    # Half of two hours after 9 and 21 o'clock; three quarters of them half an hour later, when two have no answer yet.
    before, after = found.old.by_whom["lea"], found.new.by_whom["lea"]
    assert {hour: count for hour, count in enumerate(before.inside) if count} == {10: 2}
    assert {hour: count for hour, count in enumerate(before.outside) if count} == {22: 1}
    assert {hour: count for hour, count in enumerate(after.inside) if count} == {10: 1}
    assert not any(after.outside)
    for side in (found.old, found.new):
        assert sum(hours.total for hours in side.by_whom.values()) == side.interruptions
        assert sum(sum(hours.outside) for hours in side.by_whom.values()) == side.outside_hours
    titled = Titled("old", "new", "UTC", at(20), (), found)
    lines = as_text(titled).splitlines()
    (head,) = (line for line in lines if line.startswith("Interruptions by person and hour (UTC)"))
    first = lines.index(head) + 1
    for line, place, total in zip(lines[first : first + 3], (10, 22, 10), ("2", "1", "1"), strict=True):
        assert (line[: head.index("  0")].split()[-1] in ("time", "outside"), line.split()[-1]) == (True, total)
        assert line[head.index("  0") + 3 * place :].split()[0] == total
    side = json.loads(as_json(titled))["found"]["old"]["by_whom"]["lea"]
    assert (side["inside"][10], side["outside"][22]) == (2, 1)
    picture = interruption_svg(found.old.by_whom, found.new.by_whom, "UTC")
    assert picture in as_page(titled)
    assert ElementTree.fromstring(picture).attrib["aria-label"] == "Interruptions by person and hour of the day (UTC)"
    assert picture.count(">lea<") == 1


def test_running_tickets_show_what_publishing_would_do_to_them() -> None:
    running = ticket("running", 0.5, None)
    found = compared(changed("resolution: 8h", "resolution: 4h"), QUICK, running, end=5)
    assert (found.tickets_running, found.running_affected) == (1, 1)
    assert found.running[0].ticket == "running"
    assert found.running[0].breached == ("resolution",)
    assert found.running[0].due == ("Near / remind.1",)
    assert found.running[0].moved == (Moved("resolution", at(8), at(4)),)
    later = compared(changed("resolution: 8h", "resolution: 10h"), running, end=5)
    assert later.running[0].moved == (Moved("resolution", at(8), at(10)),)
    assert later.running[0].breached == ()


def test_a_policy_compared_with_itself_changes_nothing() -> None:
    found = compared(OLD, *HISTORIES, ticket("running", None, None), end=3)
    assert found.tickets_changed == 0
    assert found.running_affected == 0
    assert found.old == found.new


@given(
    st.lists(st.tuples(st.floats(0, 30), st.floats(0, 20), st.floats(0, 40)), max_size=6),
    st.sampled_from(["1h", "2h", "3h", "1d"]),
)
def test_any_history_under_the_same_policy_is_the_same(times: list[tuple[float, float, float]], goal: str) -> None:
    histories = [
        ticket(f"T{number}", opened + answered, opened + answered + resolved, opened)
        for number, (opened, answered, resolved) in enumerate(times)
    ]
    text = changed("first_response: 2h", f"first_response: {goal}")
    found = compare(histories, histories, policy(text), policy(text), end=at(50))
    assert found.tickets_changed == 0
    assert found.old == found.new
    assert found.running_affected == 0


def test_it_does_not_depend_on_how_the_work_was_shared() -> None:
    histories = [ticket(f"T{number:04}", number % 5, 9, opened=number % 3) for number in range(1_200)]
    new = policy(changed("first_response: 2h", "first_response: 1h"))
    here = compare(histories, histories, policy(OLD), new, end=at(20))
    with ThreadPoolExecutor(3) as executor:
        there = compare(histories, histories, policy(OLD), new, end=at(20), executor=executor)
    assert here == there
    assert here.tickets_changed > 50
    assert len(here.changed) == 50


def titled(new: str) -> Titled:
    roots = [parse(text, "policy.yaml")[0] for text in (OLD, new)]
    assert roots[0] is not None
    assert roots[1] is not None
    running = ticket("<running>", 0.5, None)
    found = compared(new, *HISTORIES, running, end=14.5)
    return Titled("old.yaml", "new.yaml", "Europe/Berlin", at(14.5), document_changes(roots[0], roots[1]), found)


NEWER = changed("first_response: 2h, resolution: 8h", "first_response: 1h, resolution: 16h")


def test_as_text() -> None:
    text = as_text(titled(NEWER))
    assert "old.yaml against new.yaml, over 5 tickets" in text
    assert "It cannot know what they would have done then" in text
    assert "line 5: targets[0].first_response: 2h → 1h" in text
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "first_response 1 3 +2" in lines
    assert "middling: breaches 0 → 1; now Answer / escalate.1" in lines
    assert "<running>: resolution 2026-03-02 18:00 → 2026-03-03 02:00" in lines


def test_as_a_page_with_pictures() -> None:
    page = as_page(titled(NEWER))
    assert page.count("<svg") == 7
    assert "&lt;running&gt;" in page
    assert "<running>" not in page
    assert "<script" not in page


def test_the_same_input_gives_the_same_bytes() -> None:
    assert as_json(titled(NEWER)) == as_json(titled(NEWER))


def test_pictures_are_well_formed_and_show_the_numbers() -> None:
    bars = ElementTree.fromstring(paired_bars("A & B", [("one <x>", 0, 1234), ("two", 10, 5)]))
    texts = ["".join(each.itertext()) for each in bars.iter("{http://www.w3.org/2000/svg}text")]
    assert {"A & B", "one <x>", "1,234 (+1,234)", "10", "5 (-5)"} <= set(texts)
    widths = [float(each.get("width", 0)) for each in bars.iter("{http://www.w3.org/2000/svg}rect")]
    assert max(widths[3:]) == 460
    hours = ElementTree.fromstring(hours_picture("Hours", [0] * 24, list(range(24))))
    assert len(list(hours.iter("{http://www.w3.org/2000/svg}rect"))) == 3 + 48


def test_documents_are_compared_by_the_names_of_their_entries() -> None:
    new = OLD.replace("rules:\n", "rules:\n  - {name: First, when: {tag: x}, do: {tag: y}}\n").replace("75%", "80%")
    new = new.replace("{lead: lea}", "{}").replace("[L1, L2]", "[L2, L1]")
    roots = [parse(text, "policy.yaml")[0] for text in (OLD, new)]
    assert roots[0] is not None
    assert roots[1] is not None
    assert document_changes(roots[0], roots[1]) == (
        DocumentChange("teams.front", None, "{}", 2),
        DocumentChange("paths.support", "[L1, L2]", "[L2, L1]", 4),
        DocumentChange("rules[First].name", None, "First", 7),
        DocumentChange("rules[First].when.tag", None, "x", 7),
        DocumentChange("rules[First].do.tag", None, "y", 7),
        DocumentChange("rules[Near].steps[0].at", "75%", "80%", 11),
        DocumentChange("teams.front.lead", "lea", None, 2),
    )
    assert document_changes(roots[0], roots[0]) == ()

"""When to warn, proposed from small histories reckoned by hand; values changed in a file that keeps its comments."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from textwrap import dedent
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from rung.core.case import events as e
from rung.core.document.edits import edited
from rung.core.document.nodes import parse
from rung.core.log.events import History
from rung.core.policy.model import Policy
from rung.core.replay.comparison import compare
from rung.core.replay.curve_picture import curve_svg
from rung.core.replay.proposal import SHARES, Point, Proposal, propose
from rung.core.replay.proposal_text import as_page, as_text
from rung.policies.reading import read_policy
from tests.reference import REFERENCE

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
END = MONDAY + timedelta(days=5)
HALF_AN_HOUR = timedelta(minutes=30)
POLICY = dedent("""\
    levels: {L1: {team: front}, L2: {team: back}}
    paths: {support: [L1, L2]}
    targets: [{first_response: 10h}]
    rules:
      - name: Answer
        clock: first_response
        steps:
          - {at: 10%, remind: level}   # far too early
          - {at: 100%, escalate: next, reason: time}
    """)


def policy(text: str = POLICY) -> Policy:
    read, findings = read_policy(text, "policy.yaml")
    assert read is not None, findings
    return read


def answered_after(hours: float, name: str) -> History:
    opened = e.Opened(at=MONDAY, by="customer:ann", requester="ann")
    return History(name, (opened, e.Resolved(at=MONDAY + timedelta(hours=hours), by="agent:sam")), rows=2)


#: Sixty answered after two hours, twenty after six, ten far too late.
HISTORIES = [
    answered_after(hours, f"{hours}-{number}")
    for hours, count in ((2, 60), (6, 20), (12, 10))
    for number in range(count)
]


def proposed(text: str = POLICY, reaction: timedelta = HALF_AN_HOUR) -> Proposal:
    (found,) = propose(HISTORIES, policy(text), end=END, reaction=reaction)
    return found


def test_the_warning_moves_to_where_it_catches_all_and_disturbs_least() -> None:
    found = proposed()
    assert (found.cycles, found.breaches) == (90, 10)
    assert (found.now.messages, found.now.caught) == (90, 10)
    assert found.best is not None
    assert (found.best.percent, found.best.messages, found.best.caught) == (95, 10, 10)


def test_a_warning_must_come_early_enough_to_help() -> None:
    found = proposed(reaction=timedelta(hours=3))
    assert found.best is not None
    assert found.best.percent == 70  # three hours before ten
    none = proposed(reaction=timedelta(hours=11))
    assert none.best is None
    assert none.now.caught == 0


def test_a_good_threshold_is_left_alone() -> None:
    assert proposed(POLICY.replace("at: 10%", "at: 95%")).best is None


def test_a_warning_stays_before_the_next_step() -> None:
    text = POLICY.replace("- {at: 100%", "- {at: 50%, remind: triage}\n      - {at: 100%")
    found = proposed(text)
    assert found.best is not None
    assert found.best.percent == 45


def test_a_warning_stays_before_a_later_step_that_counts_back_from_the_target() -> None:
    late = POLICY.replace(
        "{at: 100%, escalate: next", "{at: 7h before, notify: [assignee]}\n      - {at: 100%, escalate: next"
    )
    (found,) = propose(HISTORIES, policy(late), end=END, reaction=HALF_AN_HOUR)
    assert found.best is not None
    assert found.best.percent == 25  # 7 h before 10 h is 30 %


def test_the_curve_only_falls_with_later_warnings() -> None:
    curve = proposed(reaction=timedelta(hours=2)).curve
    assert [point.percent for point in curve] == list(range(5, 100, 5))
    assert all(one.messages >= other.messages for one, other in pairwise(curve))
    assert all(one.caught >= other.caught for one, other in pairwise(curve))


def test_only_tickets_the_rule_applies_to_are_counted() -> None:
    assert proposed(POLICY.replace("    clock: first", "    when: {priority: urgent}\n    clock: first")).cycles == 0


def test_what_replay_shows_is_what_was_proposed() -> None:
    found = proposed()
    assert found.best is not None
    changed = POLICY.replace("at: 10%", f"at: {found.best.percent}%")
    shown = compare(HISTORIES, HISTORIES, policy(), policy(changed), end=END)
    assert shown.new.interruptions - shown.old.interruptions == found.best.messages - found.now.messages


def test_it_does_not_depend_on_how_the_work_was_shared() -> None:
    many = [answered_after(number % 13, f"T{number}") for number in range(1_100)]
    with ThreadPoolExecutor(3) as executor:
        there = propose(many, policy(), end=END, reaction=HALF_AN_HOUR, executor=executor)
    assert propose(many, policy(), end=END, reaction=HALF_AN_HOUR) == there


def test_as_text_and_page() -> None:
    found = (proposed(),)
    text = as_text(found, HALF_AN_HOUR, "--- a\n+++ b\n", None)
    assert "the warning comes at least 30 min of working time before it" in text
    assert "Answer (first_response): 10 of 90 cycles missed their target" in text
    assert "proposed  95 %:       10 messages,       10 breaches caught in time" in text
    page = as_page(found, HALF_AN_HOUR, "<diff>", None)
    assert page.count("<svg") == 1
    assert "<diff>" not in page


def test_the_curve_is_well_formed_and_labelled() -> None:
    picture = ElementTree.fromstring(curve_svg(proposed()))
    texts = ["".join(each.itertext()) for each in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert "now at 10 %: 90 messages, 10 breaches caught in time" in texts
    assert "proposed at 95 %: 10 messages, 10 breaches caught in time" in texts
    assert {"10 %", "95 %", "0", "20", "100"} <= set(texts)


@pytest.mark.parametrize("spread", [0, 1, 30, 5_000])
def test_no_two_labels_of_a_curve_lie_on_one_another(spread: int) -> None:
    curve = tuple(
        Point(percent, 40 + spread * (100 - percent) // 95, 10 + spread // 50 * (percent < 80)) for percent in SHARES
    )
    picture = ElementTree.fromstring(
        curve_svg(structs.replace(proposed(), curve=curve, now=curve[3], best=curve[12] if spread else None))
    )
    labels = [
        (float(each.attrib["x"]), float(each.attrib["y"]))
        for each in picture.iter("{http://www.w3.org/2000/svg}text")
        if "paint-order" in each.attrib
    ]
    assert labels
    apart = [abs(x - u) >= 20 or abs(y - v) >= 11 for n, (x, y) in enumerate(labels) for u, v in labels[:n]]
    assert all(apart)
    title = next(each.attrib for each in picture.iter() if each.text == "breaches caught in time")
    left, line = float(title["x"]), float(title["y"])
    assert all(x - left > 200 or abs(y - line) >= 11 for x, y in labels)


# --- editing the file


@pytest.mark.parametrize("text", [POLICY, "\ufeff" + POLICY, POLICY.replace("at: 10%", "at: '10%'")])
def test_one_value_changes_and_every_comment_stays(text: str) -> None:
    root, _ = parse(text, "policy.yaml")
    assert root is not None
    changed = edited(text, root, {("rules", 0, "steps", 0, "at"): "95%"})
    assert changed == POLICY.replace("at: 10%", "at: 95%")


@pytest.mark.parametrize("path", [("rules", 0), ("rules", 9, "name"), ("nothing",), ("name", "x"), ()])
def test_a_path_to_no_single_value_is_refused(path: tuple[str | int, ...]) -> None:
    root, _ = parse(POLICY, "policy.yaml")
    assert root is not None
    with pytest.raises(KeyError):
        edited(POLICY, root, {path: "x"})


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 99)), min_size=1, max_size=5))
def test_any_thresholds_of_the_reference_can_be_changed_together(changes: list[tuple[int, int]]) -> None:
    root, _ = parse(REFERENCE, "policy.yaml")
    assert root is not None
    values: dict[tuple[str | int, ...], str] = {
        ("rules", rule, "steps", 0, "at"): f"{hours}h" for rule, hours in changes
    }
    changed = edited(REFERENCE, root, values)
    old, new = policy(REFERENCE), policy(changed)
    for rule, hours in dict(changes).items():
        assert str(new.rules[rule].steps[0].at) == f"{hours}h"
    assert [line.partition("#")[2] for line in changed.splitlines()] == [
        line.partition("#")[2] for line in REFERENCE.splitlines()
    ]
    untouched = [number for number in range(len(old.rules)) if number not in dict(changes)]
    assert [old.rules[number] for number in untouched] == [new.rules[number] for number in untouched]

"""An edit of a policy's text says what was meant, and touches nothing else."""

import copy
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rung.core.document.rewriting import rewritten, said
from rung.core.document.tree import CannotEdit, Plain, content, tree
from tests.reference import REFERENCE

ROOT = Path(__file__).parents[2]
STARTER = (ROOT / "rung" / "policies" / "starter.yaml").read_text()

#: Every way of writing things that a policy knows, in few lines.
SMALL = """\
# The top.
name: Acme support   # as customers know us

calendars:                      # always is built in
  office:
    hours:
      mon-thu: [09:00-12:30, 13:30-18:00]
      # Fridays are short.
      fri: [09:00-15:00]
    holidays: {country: DE, add: [2026-12-24], remove: []}
holding: [looking, "on it"]   # keeps it ours
teams:
  frontline: {lead: sam}
  specialists: {}
empty:

rules:
  # Nobody answers.
  - name: Nobody has answered
    clock: first_response
    steps:
      - {at: 50%, remind: triage}                    # 30 minutes
      # The last chance.
      - {at: 100%, escalate: next, reason: time}
  - name: Angry
    when: {any: [{emotion: angry, tier: [a, b]}, {rating: "<= 2"}]}
    do: {notify: ["team:leads"], tag: unhappy}
targets:
  - when: {priority: urgent}
    first_response: 15m
  - first_response: 1h
    pause_on: [customer]

# Words.
replies:
  hello: |
    Hi {name}.

    Bye.
  short: Thank you
# The end.
"""


def document(text: str) -> dict[str, Plain]:
    found = content(tree(text))
    assert isinstance(found, dict)
    return found


def places(value: Plain, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        return found + [each for key, inner in value.items() for each in places(inner, (*path, key))]
    if isinstance(value, list):
        return found + [each for number, inner in enumerate(value) for each in places(inner, (*path, number))]
    return found


def holder(value: Plain, path: tuple[str | int, ...]) -> Plain:
    for step in path[:-1]:
        value = value[step]  # type: ignore[index,call-overload]
    return value


def comments(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.lstrip().startswith("#") or " # " in line]
    return sorted(line[line.index("#") :] for line in lines)


#: Without what a policy cannot hold: controls and half characters.
LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co"])
WORDS = st.one_of(
    st.sampled_from(["45m", "50%", "30m before", "+1", ">= 2", "true", "null", "", "slack:#triage", "agent:ada"]),
    st.text(LETTERS, max_size=20),
    st.text(alphabet="ab: #-\n'\"{}[],&*?|>%@!\\", max_size=12),
    st.sampled_from(["Hi {requester.first_name},\n\nplease wait.\n", "two\nlines", "Zürich – “quoted”"]),
)
VALUES = st.recursive(
    st.one_of(WORDS, st.booleans(), st.integers(0, 99)),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3),
        st.dictionaries(st.text(LETTERS, min_size=1, max_size=8), inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_edit_says_what_was_meant_and_keeps_every_comment(data: st.DataObject) -> None:
    wanted = copy.deepcopy(document(SMALL))
    path = data.draw(st.sampled_from(places(wanted)))
    inside, step = holder(wanted, path), path[-1]
    kind = data.draw(st.sampled_from(["put", "add", "remove", "move"]))
    if kind == "put":
        inside[step] = data.draw(VALUES)  # type: ignore[index,call-overload]
    elif kind == "add" and isinstance(inside, list):
        inside.insert(data.draw(st.integers(0, len(inside))), data.draw(VALUES))
    elif kind == "add":
        inside[data.draw(st.text(LETTERS, min_size=1, max_size=8))] = data.draw(VALUES)  # type: ignore[index,call-overload]
    elif kind == "remove":
        del inside[step]  # type: ignore[union-attr,arg-type]
    else:
        assume(isinstance(inside, list) and len(inside) > 1)
        inside.insert(data.draw(st.integers(0, len(inside) - 1)), inside.pop(step))  # type: ignore[union-attr,arg-type]
    try:
        after = rewritten(SMALL, wanted)
    except CannotEdit:
        # Only an emptied place or a change of kind is left to the text.
        assert kind in {"put", "remove"}
        return
    assert said(document(after)) == said(wanted)
    if kind == "add":
        assert all(comment in after for comment in comments(SMALL))
    if kind == "move" and len(path) == 2:
        assert sorted(SMALL.splitlines()) == sorted(after.splitlines())


def test_the_step_a_lead_adds_is_one_line() -> None:
    wanted = copy.deepcopy(document(REFERENCE))
    wanted["rules"][5]["steps"].insert(1, {"at": "45m", "notify": ["agent:ada"]})  # type: ignore[index,call-overload,union-attr,arg-type]
    after = rewritten(REFERENCE, wanted)
    added = [line for line in after.splitlines() if line not in REFERENCE.splitlines()]
    assert added == ['      - {at: 45m, notify: ["agent:ada"]}']
    assert [line for line in after.splitlines() if line != added[0]] == REFERENCE.splitlines()


@pytest.mark.parametrize("text", [REFERENCE, STARTER, SMALL])
def test_nothing_meant_changes_nothing(text: str) -> None:
    assert rewritten(text, document(text)) == text


def test_a_moved_item_takes_its_comments_along_and_a_removed_one_leaves_those_above() -> None:
    wanted = copy.deepcopy(document(SMALL))
    steps = wanted["rules"][0]["steps"]  # type: ignore[index,call-overload]
    steps.insert(0, steps.pop(1))  # type: ignore[union-attr,arg-type]
    moved = rewritten(SMALL, wanted).splitlines()
    at = moved.index("    steps:")
    assert moved[at + 1] == "      # The last chance."
    assert moved[at + 3].endswith("# 30 minutes")
    del steps[0]  # type: ignore[union-attr,arg-type]
    assert "# The last chance." in rewritten(SMALL, wanted)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda d: d["teams"]["specialists"].update(lead="ada"), "  specialists: {lead: ada}"),
        (lambda d: d["teams"].update(billing={}), "  billing: {}"),
        (lambda d: d["calendars"]["office"]["hours"].update(sat=["10:00-12:00"]), "      sat: [10:00-12:00]"),
        (
            lambda d: d["holding"].append("get back to you"),
            'holding: [looking, "on it", get back to you]   # keeps it ours',
        ),
        (lambda d: d["targets"][1].update(when={"priority": "high"}), "    when: {priority: high}"),
        (lambda d: d["rules"][1]["when"].update(any=[{"rating": "<= 1"}]), '    when: {any: [{rating: "<= 1"}]}'),
        (lambda d: d["replies"].update(short="Thank you.\nBye.\n"), "  short: |"),
    ],
)
def test_it_is_written_in_the_hand_of_the_file(change: object, line: str) -> None:
    wanted = copy.deepcopy(document(SMALL))
    change(wanted)  # type: ignore[operator]
    assert line in rewritten(SMALL, wanted).splitlines()


@pytest.mark.parametrize("text", ["a: &x {b: c}\nd: *x\n", "a: [\n", "- a\n"])
def test_what_it_cannot_do_it_leaves_to_the_text(text: str) -> None:
    with pytest.raises(CannotEdit):
        rewritten(text, {"a": {"b": "e"}, "d": {"b": "c"}})

"""Modals within Slack's limits, whatever they are filled with; missing fields are marked and stop nobody."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rung.channels.slack.blocks import modal_views as m
from rung.channels.slack.blocks.button_values import About, read, write
from rung.core.vocabulary import Priority, Reason
from tests.fakes.slack.blockkit import faults_of_view

ABOUT = About(7, offer=9)
words = st.tuples(st.text(max_size=20), st.integers(1, 300)).map(lambda said: said[0] * said[1])
options = st.lists(
    st.builds(m.Choice, label=words, value=st.text(min_size=1, max_size=300)), min_size=1, max_size=20
).map(lambda few: few * 8)


@settings(deadline=None)
@given(text=words, customer=words, choices=options, names=st.lists(st.text(min_size=1, max_size=200), min_size=1))
def test_slack_takes_every_modal(text: str, customer: str, choices: list[m.Choice], names: list[str]) -> None:
    fields = [m.HandoffField("impact", text, required=True), m.HandoffField("tried", "", required=True)]
    made: list[dict[str, Any]] = [
        m.reply(ABOUT, customer=customer, last_words=text, canned=choices, keeps_turn=True, text=text),
        m.escalate(ABOUT, targets=choices, fields=fields, reason=Reason.COMPLEXITY),
        m.assign(ABOUT, agents=choices, chosen=choices[-1].value),
        m.priority(ABOUT, chosen=Priority.HIGH),
        m.category(ABOUT, categories=names, chosen=names[-1]),
        m.snooze(ABOUT),
        m.give_back(ABOUT),
        m.resolve(ABOUT, customer=customer, text=text, asks_rating=True),
        m.note(ABOUT, text=text),
        m.refused("Not possible", text),
    ]
    assert [faults_of_view(one) for one in made] == [[] for _ in made]


def test_a_required_field_that_is_empty_is_marked_and_stays_optional() -> None:
    view = m.escalate(
        ABOUT, targets=[m.Choice("Next level", "next")], fields=[m.HandoffField("tried", "", True)], reason=Reason.TIME
    )
    [field] = [one for one in view["blocks"] if one.get("block_id") == "handoff:tried"]
    assert field["label"]["text"] == "Tried – asked for, still missing"
    assert field["optional"] is True


def test_what_a_button_carries_is_read_back_and_anything_else_is_nothing() -> None:
    assert read(write(ABOUT)) == ABOUT
    for broken in ("", "7", "{}", '{"ticket": "x"}', "[1]"):
        assert read(broken) is None

"""Cards as people see them: what stands out, what is asked for, within Slack's limits, and nobody's words as markup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rung.channels.slack.blocks.card import Origin, fallback, needs_attention, triage_card
from rung.channels.slack.blocks.escalation_card import escalation_card
from rung.channels.slack.blocks.field_words import why_priority
from rung.core.reckoning.effects import NoticeKind
from rung.core.vocabulary import ClockName, Priority, Reason, Status, Turn
from rung.outbox.ports import Card, Deadline, NextStep, OpenOffer, WasTold
from tests.fakes.slack.blockkit import faults_of_blocks
from tests.fakes.slack.screen import Screen
from tests.fakes.slack.state import State, leaves, pings

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CARD = Card(
    key="triage:7",
    to="T1/C1",
    kind=NoticeKind.TRIAGE_CARD,
    ticket=7,
    title="Nightly import stopped",
    url="https://desk.example/tickets/7",
    status=Status.OPEN,
    turn=Turn.OURS,
    priority=Priority.HIGH,
    priority_reasons=("phrase:asap",),
    category="outage",
    customer="Acme",
    tier="enterprise",
    requester="Zoe Miller",
    channel="slack",
    level="L1",
    path="support",
    next_step=NextStep(at=NOON + timedelta(minutes=30), what="reminds triage", unless="a person answers"),
    deadlines=(Deadline(clock=ClockName.FIRST_RESPONSE, due_at=NOON + timedelta(minutes=30)),),
    opened_at=NOON - timedelta(minutes=20),
    excerpt="Since last night the import stops after ten rows.",
    news="it says error 42",
    files=("trace.log",),
    meant=("Carla Jones",),
    version=3,
    drawn_at=NOON,
)
OFFER = OpenOffer(number=9, level="L2", path="support", at=NOON, by="rule:Nobody has answered")
ESCALATION = replace(
    CARD,
    kind=NoticeKind.OFFER_CARD,
    offer=9,
    reason=Reason.TIME,
    offers=(OFFER,),
    handoff=(("impact", "No orders since midnight"),),
    missing=("tried",),
    offered_by="Rule “Nobody has answered”",
    told=(WasTold(who="Ben Miller", at=NOON),),
)


def seen(blocks: list[dict[str, Any]]) -> str:
    return "\n".join(Screen(State()).blocks(blocks))


def test_the_triage_card_says_who_wants_what_how_urgent_and_until_when() -> None:
    origin = Origin("https://acme.slack.com/archives/C2/p1", "#acme-support", is_shared=True)
    shown = seen(triage_card(CARD, origin))
    for words in (
        "#7 (https://desk.example/tickets/7) Nightly import stopped",
        "nobody has it",
        "Acme (enterprise) · Zoe Miller asked 2026-11-24 11:40 UTC in #acme-support (https://acme.slack.com/archives/C2/p1)",
        "(shared channel) · for Carla Jones",
        "Our turn · first answer due ",
        ' · high (said "asap") · outage · L1 of support',
        "Files: trace.log",
        "Since then:",
        "> it says error 42",
        "Then, ",
        ": reminds triage, unless a person answers",
        "> Since last night the import stops after ten rows.",
        "[Take it] [Reply] [Escalate] [Resolve]",
    ):
        assert words in shown


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"critical": True}, "critical"),
        ({"deadlines": (replace(CARD.deadlines[0], missed=True),)}, "overdue"),
        ({"offers": (OFFER,)}, "waiting to be accepted at L2"),
        ({"assignee": "sam", "deadlines": (replace(CARD.deadlines[0], at_risk=True),)}, "at risk"),
        ({}, "nobody has it"),
        ({"assignee": "sam"}, ""),
        ({"turn": Turn.CUSTOMER}, ""),
    ],
)
def test_what_needs_attention_stands_out(changes: dict[str, Any], expected: str) -> None:
    card = replace(CARD, **changes)
    assert needs_attention(card) == expected
    assert (f"– {expected}" in seen(triage_card(card))) is bool(expected)


def test_a_card_takes_three_lines_before_the_customers_words() -> None:
    [head, *_] = triage_card(CARD)
    assert len(head["elements"]) == 3
    [head, *_] = escalation_card(ESCALATION)
    assert len(head["elements"]) == 4


def test_nothing_is_left_to_press_when_a_ticket_is_over() -> None:
    shown = triage_card(replace(CARD, status=Status.RESOLVED, over=True, assignee="sam"))
    assert "[" not in seen(shown)
    assert "Resolved · Acme · sam" in seen(shown)


def test_an_escalation_carries_the_handoff_and_marks_what_is_missing() -> None:
    shown = seen(escalation_card(ESCALATION))
    for words in (
        "Escalation for L2: #7",
        "Time is running out · asked by Rule “Nobody has answered”",
        "Told: Ben Miller ",
        "Impact: No orders since midnight",
        "Tried: missing",
        "until it is claimed: L1, nobody",
        "[Claim] [Return…]",
    ):
        assert words in shown


def test_an_escalation_that_is_no_longer_true_is_one_quiet_line() -> None:
    over = escalation_card(replace(ESCALATION, over=True, headline="claimed by ben at L2"))
    assert seen(over) == "#7 (https://desk.example/tickets/7) Nightly import stopped – claimed by ben at L2"


def test_a_customers_words_never_become_mentions_links_or_markup() -> None:
    nasty = "*bold* <!channel> <@U1> <https://evil.example|click> `code` @everyone :boom:"
    fields = dict.fromkeys(("title", "customer", "requester", "excerpt", "tier", "category", "headline"), nasty)
    for card in (replace(CARD, **fields), replace(ESCALATION, **fields, handoff=(("impact", nasty),))):
        blocks = triage_card(card) if card.offer is None else escalation_card(card)
        assert pings(fallback(card), blocks) == frozenset()
        assert not [one for one in leaves(blocks) if one.get("type") == "mrkdwn"]
        assert {one["url"] for one in leaves(blocks) if one.get("type") == "link"} == {card.url}
        assert nasty in seen(blocks)
    assert "<!channel>" not in fallback(replace(CARD, title=nasty))


def test_reasons_are_told_in_words_and_the_ordinary_one_is_not_told() -> None:
    assert why_priority(("priority.rules[1]", "phrase:asap")) == 'said "asap"'
    assert why_priority(("priority.rules[1]",)) == "a rule of the policy"
    assert why_priority(("default",)) == ""
    assert why_priority(("emotion:angry", "agent:sam")) == "sounds angry, set by sam"


text = st.tuples(st.text(max_size=20), st.integers(1, 400)).map(lambda said: said[0] * said[1])


@settings(deadline=None)
@given(
    title=text,
    customer=text,
    requester=text,
    excerpt=text,
    headline=text,
    handoff=st.lists(st.tuples(st.text(min_size=1, max_size=20), text), max_size=12),
    tags=st.lists(text, max_size=12),
    url=st.sampled_from(["", "/tickets/7", "https://desk.example/tickets/7"]),
    over=st.booleans(),
)
def test_whatever_people_write_slack_takes_the_blocks(**facts: Any) -> None:
    handoff = tuple(facts.pop("handoff"))
    tags = tuple(facts.pop("tags"))
    for card, draw in ((CARD, triage_card), (ESCALATION, escalation_card)):
        drawn = draw(replace(card, **facts, handoff=handoff, tags=tags, links=tags))
        assert faults_of_blocks(drawn) == []

"""The written procedure says what the policy does, and where it says so."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from rung.core.calendar.durations import Duration, Threshold
from rung.core.document.nodes import lines_by_place, parse
from rung.core.handbook.book import Handbook, handbook
from rung.core.handbook.ladder_picture import ladder_svg, said, spoken
from rung.core.handbook.parts import Ladder
from rung.core.handbook.text import changes, html, markdown
from rung.core.oncall.roster import Roster, Swap
from rung.core.policy.model import Actions, AnyOf, Compare, Comparison, Fact, Is, Not
from rung.core.policy.plain_words import actions, condition, duration, hours, threshold
from rung.policies.reading import read_policy
from tests.reference import REFERENCE

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def book_of(text: str) -> Handbook:
    policy, findings = read_policy(text, "policy.yaml")
    assert policy is not None, findings
    return handbook(policy, NOW)


def lines_of(text: str) -> dict[str, int]:
    root, _ = parse(text, "policy.yaml")
    assert root is not None
    return dict(lines_by_place(root))


BOOK = book_of(REFERENCE)
LINES = lines_of(REFERENCE)
MARKDOWN = markdown(BOOK, LINES, "policy.yaml")


@pytest.mark.parametrize(
    "sentence",
    [
        "| L1 | frontline (lead: sam) | Answers, reproduces, collects what the next level needs. | office hours |",
        "- Support: L1, then L2, then L3, then management.",
        "- A handoff to L3 says: impact, tried and reproduction.",
        "- Office hours: Mon to Thu 09:00 to 12:30 and 13:30 to 18:00, Fri 09:00 to 15:00 (Berlin time)",
        "### What counts as a critical incident",
        "- High when the customer writes “urgent”, “asap”, “as soon as possible” or “critical”.",
        "| Urgent | 15 minutes | 30 minutes | 1 hour | 4 hours | at any time | Fri 16:45",
        "| everything else | 1 hour | 4 hours | – | 3 days | office hours | Mon 10:00",
        "waiting for a third party (at most 5 days, then the lead is told and the time counts again)",
        "- after **30 min**: the triage channel is reminded",
        "- after **1 h**: it is offered to L2",
        "a new ticket: the triage channel is reminded. (that is 7 minutes 30 seconds for Urgent;",
        "After 45 minutes, while the assignee does nothing, if the priority is urgent, high or normal: the",
        "- When at least 3 answers at its level did not help, and it is at L1, it is offered to the next level.",
        "- When the customer writes “speak to a manager” or “escalate”, it is offered to management.",
        "- After 6 days (office hours), while the customer is silent: it is closed (no answer).",
        "- A reply within 14 days opens the ticket again; a later one opens a new ticket, linked to it.",
        "- A person gets at most 6 messages in 1 hour; the rest comes in one digest.",
        "| engineering-on-call | ada | 2026-11-24 00:00 | 2026-11-30 09:00",
        "> Ask once for everything that is missing, with the reply `still-there`. Set the ticket to pending.",
        "- Billing: hand it over to the path, not to a level. It is offered to billing (team billing",
        "- When it is about billing, and it is at L1 or L2, it is handed over to billing.",
        "- The assignee keeps a ticket that is offered to billing, and stays the customer's contact, until",
        "- L3 needs impact, tried and reproduction. The person who hands over is asked for what the thread does not",
        "- Password reset: ask for account, with “reset-password”; then it waits for the customer.",
        "- everything else: the time to solve it stands still while we wait for the customer, for at most",
        "- An answer with “looking”, “checking”, “on it” or “get back to you” leaves it our turn",
        "- Closed, it opens again with a reply within 14 days, at the level that had it.",
        "- Password reset: when the customer writes “reset my password” or “forgot my password”. Ask for account.",
    ],
)
def test_the_reference_policy_in_plain_words(sentence: str) -> None:
    assert sentence in MARKDOWN


def test_every_sentence_leads_to_a_line_of_the_policy() -> None:
    written = REFERENCE.splitlines()
    links = re.findall(r"\[(\d+)\]\(policy\.yaml#L(\d+)\)", MARKDOWN)
    assert len(links) > 70
    assert all(shown == line and written[int(line) - 1].strip() for shown, line in links)
    unplaced = [line for line in MARKDOWN.splitlines() if line.startswith("- ") and "policy.yaml#" not in line]
    assert all("after **" in line or "working day" in line or "The assignee keeps" in line or "Pages, cards" in line
               for line in unplaced)  # fmt: skip


def test_the_page_holds_the_policy_its_links_lead_to() -> None:
    page = html(BOOK, LINES, "policy.yaml", REFERENCE)
    anchors = set(re.findall(r'id="(L\d+)"', page))
    assert set(re.findall(r'href="#(L\d+)"', page)) <= anchors
    assert page.count("<svg") == 3
    assert "<script" not in page
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", page)


def chapter(title: str, text: str = REFERENCE) -> str:
    book = book_of(text)
    return markdown(
        Handbook("", tuple(each for each in book.sections if each.title == title)), lines_of(text), "p.yaml"
    )


def test_handing_over_sideways_is_written_from_the_policy_in_force() -> None:
    title = "How to hand over sideways"
    told = chapter(title)
    assert all("p.yaml#L" in line for line in told.splitlines() if line.startswith("- "))
    assert "> Hand over sideways with a path, not with a level" in told
    asked = chapter(
        title,
        REFERENCE.replace(
            "    responsible_for: Invoices", "    handoff: {require: [vat]}\n    responsible_for: Invoices"
        ),
    )
    assert "- Billing needs to know: vat. [" in asked
    alone = "levels: {L1: {team: a}, L2: {team: b}}\npaths: {p: [L1, L2]}\nprocedures: {Other departments: Ask them.}\n"
    assert "> Ask them." in chapter(title, alone)
    assert chapter(title, alone.partition("procedures")[0]) == chapter("There is no such chapter", alone)


def test_missing_information_and_silence_are_written_from_the_policy_in_force() -> None:
    title = "When information is missing or the customer is silent"
    told = chapter(title)
    assert all("p.yaml#L" in line for line in told.splitlines() if line.startswith("- "))
    assert "> Ask once for everything that is missing" in told
    assert "- After 4 days (office hours), while the customer is silent: the customer is sent “closing-soon”." in told
    goes_on = chapter(
        title,
        REFERENCE.replace("    pause_on: [customer, third_party] ", "    pause_on: [third_party] ").replace(
            "{customer: 10d, third_party: 5d}", "{third_party: 5d}"
        ),
    )
    assert "- everything else: the time to solve it goes on while we wait for the customer." in goes_on
    assert "third party" not in told


def test_every_procedure_stands_in_one_chapter() -> None:
    for procedure in ("Ask once for everything", "Hand over sideways with a path"):
        assert MARKDOWN.count(procedure) == 1


def test_words_of_the_policy_cannot_break_the_page() -> None:
    text = REFERENCE.replace("name: Acme support", 'name: "<b>Acme</b> & sons"').replace(
        "Fixes the product.", "<i>x</i> | y"
    )
    page = html(book_of(text), lines_of(text), "policy.yaml", text)
    assert "<b>Acme" not in page
    assert "<i>x" not in page
    assert "<i>x</i> \\| y" in markdown(book_of(text), lines_of(text), "policy.yaml")


def ladders() -> list[Ladder]:
    return [block for section in BOOK.sections for block in section.blocks if isinstance(block, Ladder)]


def test_the_ladder_is_what_reckoning_does() -> None:
    ordinary = ladders()[-1]
    assert [(spoken(rung.elapsed), said(rung)) for rung in ordinary.rungs] == [
        ("20 min", "it is given to the person present with the least to do"),
        ("30 min", "the triage channel is reminded"),
        ("1 h", "it is offered to L2"),
        ("1 h 30 min", "it is offered to L3"),
        ("1 h 40 min", "the person on call (engineering-on-call) is told"),
        ("2 h", "it is offered to management"),
        ("2 h 30 min", "it is offered to management, again and again, each time after a longer wait"),
    ]


@pytest.mark.parametrize("hours", range(0, 24, 5))
def test_the_ladder_is_the_same_at_any_time_of_day(hours: int) -> None:
    policy, _ = read_policy(REFERENCE, "policy.yaml")
    assert policy is not None
    later = [
        b for s in handbook(policy, NOW + timedelta(hours=hours)).sections for b in s.blocks if isinstance(b, Ladder)
    ]
    assert [(r.elapsed, r.level) for r in later[-1].rungs] == [(r.elapsed, r.level) for r in ladders()[-1].rungs]


@pytest.mark.parametrize(("hour", "minute"), [(0, 10), (5, 26), (12, 50), (18, 30), (23, 59)])
def test_the_whole_book_is_the_same_at_every_hour(hour: int, minute: int) -> None:
    policy, _ = read_policy(REFERENCE, "policy.yaml")
    assert policy is not None
    morning = NOW.astimezone(ZoneInfo(policy.timezone)).replace(hour=10, minute=0, second=0, microsecond=0)
    then, written = handbook(policy, morning.replace(hour=hour, minute=minute)), handbook(policy, morning)
    assert changes(written, then) == changes(written, written)
    said = [str(block) for section in then.sections for block in section.blocks]
    assert any(
        "While the hours of L2 are over, “Nobody has answered” offers it to L3 instead." in each for each in said
    )


def test_the_picture_is_well_formed_and_says_the_same() -> None:
    for ladder in ladders():
        picture = ElementTree.fromstring(ladder_svg(ladder))
        texts = ["".join(each.itertext()) for each in picture.iter("{http://www.w3.org/2000/svg}text")]
        assert set(ladder.levels) <= set(texts)
        assert all(spoken(rung.elapsed) in texts for rung in ladder.rungs)
        times = [each for each in picture.iter() if each.attrib.get("text-anchor") == "end"]
        # Nine units a letter is what the widest of the usual fonts takes.
        assert all(float(each.attrib["x"]) - 9 * len(each.text or "") > 4 for each in times)


def test_a_policy_compared_with_itself_changes_nothing() -> None:
    assert changes(BOOK, book_of(REFERENCE)) == "# What changed for you\n\nNothing.\n"


def test_two_versions_read_as_what_changed() -> None:
    text = REFERENCE.replace("{at: 45m, notify: [assignee]}", "{at: 30m, notify: [assignee]}").replace("3d\n", "2d\n")
    said_so = changes(BOOK, book_of(text))
    assert "- no longer: Assigned, then silent: After 45 minutes, while the assignee does nothing" in said_so
    assert "- **new**: Assigned, then silent: After 30 minutes, while the assignee does nothing" in said_so
    assert "- **new**: For: everything else; First answer: 1 hour; Each further answer: 4 hours;" in said_so
    assert "Resolved: 2 days" in said_so
    assert "Common requests" not in said_so


def test_a_small_policy_has_a_small_handbook() -> None:
    text = "levels: {L1: {team: a}}\npaths: {p: [L1]}\n"
    small = markdown(book_of(text), lines_of(text), "policy.yaml")
    assert "# How Policy works" in small
    assert "How soon" not in small
    assert "| L1 | a | – | at any time | in the app" in small


def test_times_and_conditions_in_words() -> None:
    policy, _ = read_policy(REFERENCE, "policy.yaml")
    assert policy is not None
    assert hours(policy.calendars["night_watch"]) == "Mon to Sun 22:00 to 06:00 the next day (New York time)"
    assert duration(Duration.parse("1w 1d 90s")) == "1 week 1 day 1 minute 30 seconds"
    assert threshold(Threshold.parse("30m before")) == "30 minutes before the time is up"
    assert condition(Not(Is(Fact.CRITICAL, ("true",)))) == "not (it counts as a critical incident)"
    either = AnyOf((Is(Fact.TAG, ("a", "b")), Compare(Fact.RATING, Comparison.LESS, 3)))
    assert condition(either) == "it is tagged a or b, or the customer rates it lower than 3"
    assert actions(Actions(escalate="expert:ada", priority="+2", tag=("x",), unassign=True)) == (
        "ada is asked for help",
        "its priority rises by 2 steps",
        "it is taken back from its assignee",
        "it is tagged x",
    )
    assert spoken(timedelta(days=1, hours=2, minutes=3)) == "1 d 2 h"


def test_a_swap_stands_in_the_week_on_call() -> None:
    policy, _ = read_policy(REFERENCE, "policy.yaml")
    assert policy is not None
    swap = Swap("engineering-on-call", "zoe", NOW + timedelta(days=1), NOW + timedelta(days=2))
    told = markdown(handbook(policy, NOW, Roster(swaps=(swap,))), {}, "policy.yaml")
    assert "| engineering-on-call | zoe | 2026-11-25 09:00 | 2026-11-26 09:00 |" in told
    assert "zoe" not in markdown(handbook(policy, NOW), {}, "policy.yaml")


def test_that_a_second_person_publishes_is_in_the_handbook() -> None:
    told = markdown(book_of(REFERENCE + "\npublishing: {second_person: true}\n"), {}, "policy.yaml")
    assert "A change of this policy is published by somebody other than its author." in told

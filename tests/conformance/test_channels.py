"""What every channel must do, whatever is at its other end. A new one passes by adding a rig."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import typer
from django.apps import apps

import rung.cli
from rung.core.policy.outlets import Use
from rung.core.reckoning.effects import NoticeKind, Subject
from rung.core.vocabulary import Priority, Status, Turn
from rung.hooks import Folder, channels
from rung.outbox.ports import Card, CustomerMessage, Digest, Later, Method, Moment, Never, Sent, Unclear
from rung.outbox.sentences import Sentence, english, templates
from rung.people.clock import database_now
from rung.policies.reading import read_policy
from tests.api.conftest import POLICY
from tests.channels.slack.conftest import desk as slack_desk
from tests.conformance import rigs
from tests.conformance.rigs import Rig

__all__ = ["slack_desk"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_pigeon")]
NAMES = ("slack", "email", "webhook", "pigeon")
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture(params=NAMES)
def rig(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Rig]:
    match request.param:
        case "slack":
            made = rigs.slack(request.getfixturevalue("slack_desk"))
        case "email":
            made = rigs.email(monkeypatch, settings)
        case name:
            made = getattr(rigs, name)()
    with made as found:
        yield found


@pytest.fixture(params=NAMES)
def folder(request: pytest.FixtureRequest) -> Folder:
    return next(each for each in channels() if each.name == request.param)


def moment(rig: Rig, key: str = "7/remind") -> Moment:
    return Moment(
        key=key, to=rig.place, subject=Subject.REMINDER, title="#7 still needs somebody.", text="Why.", ticket=7
    )


def card(rig: Rig, key: str = "7/triage") -> Card:
    return Card(
        key=key,
        to=rig.place,
        kind=NoticeKind.OFFER_CARD,
        ticket=7,
        title="Import stopped",
        url="https://desk.example/tickets/7",
        status=Status.OPEN,
        turn=Turn.OURS,
        priority=Priority.NORMAL,
        drawn_at=NOW,
    )


def message(rig: Rig, key: str = "7/message/1") -> CustomerMessage:
    return CustomerMessage(key=key, to=rig.customer, ticket=7, subject="Import", text="We look at it.", author="Ann")


def everything(rig: Rig) -> dict[NoticeKind, Callable[[Rig], Any]]:
    """How each kind is sent."""
    sent = {
        NoticeKind.MOMENT: lambda at: at.adapter.send_moment(moment(at)),
        NoticeKind.DIGEST: lambda at: at.adapter.send_digest(
            Digest(key="digest/1", to=at.place, title="Two", moments=(moment(at), moment(at, "8/remind")))
        ),
        NoticeKind.OFFER_CARD: lambda at: at.adapter.post_card(card(at)),
        NoticeKind.REPLY: lambda at: at.adapter.send_message(message(at)),
    }
    return {kind: send for kind, send in sent.items() if kind in rig.adapter.takes}


def test_every_channel_of_the_settings_is_held_to_this() -> None:
    assert {each.name for each in channels()} == set(NAMES)


def test_all_it_takes_arrives_once(rig: Rig) -> None:
    assert everything(rig)
    for send in everything(rig).values():
        before = rig.count()
        assert isinstance(send(rig), Sent)
        assert rig.count() == before + 1


def test_a_refusal_is_an_outcome_that_can_be_said(rig: Rig) -> None:
    for send in everything(rig).values():
        rig.refuses()
        said(send(rig), Later)


def test_nobody_at_the_address_is_an_outcome_too(rig: Rig) -> None:
    strayed = msgspec.structs.replace(moment(rig), to=rig.unknown)
    outcome = rig.adapter.send_moment(strayed)
    assert isinstance(outcome, Never | Later | Sent), outcome  # a mail server may learn it later
    if not isinstance(outcome, Sent):
        said(outcome, type(outcome))


def test_no_answer_is_unclear_and_then_repeated_safely_or_looked_for(rig: Rig) -> None:
    for send in everything(rig).values():
        before = rig.count()
        rig.loses_the_answer()
        said(send(rig), Unclear)
        assert rig.count() == before + 1
        if rig.adapter.repeats_safely:
            assert isinstance(send(rig), Sent)
            assert rig.count() == before + 1, "the other side must know a copy by its key"


def test_what_arrived_unseen_is_found_and_what_did_not_is_not(rig: Rig) -> None:
    if NoticeKind.OFFER_CARD in rig.adapter.takes and rig.can_look and not rig.adapter.repeats_safely:
        rig.loses_the_answer()
        rig.adapter.post_card(card(rig))
        assert isinstance(rig.adapter.find_card(card(rig)), Sent)
        assert rig.adapter.find_card(card(rig, "8/triage")) is None
    if NoticeKind.REPLY in rig.adapter.takes:
        unsent = rig.adapter.find_message(message(rig, "9/message/1"))
        assert not isinstance(unsent, Sent)
        assert unsent is None or isinstance(unsent, Later | Unclear)


def test_a_card_is_edited_where_it_was_posted(rig: Rig) -> None:
    if NoticeKind.OFFER_CARD not in rig.adapter.takes:
        return
    posted = rig.adapter.post_card(card(rig))
    assert isinstance(posted, Sent)
    over = msgspec.structs.replace(card(rig), over=True, headline="Claimed by ben", version=9)
    assert isinstance(rig.adapter.edit_card(over, posted.external_id), Sent)


def test_its_queues_have_stable_names_of_its_own(rig: Rig) -> None:
    for method in (Method.POST, Method.EDIT, Method.MESSAGE):
        lane = rig.adapter.lane(method, rig.place)
        assert lane == rig.adapter.lane(method, rig.place)
        assert re.match(rf"{rig.adapter.name}[/:]\S", lane.name)


def said(outcome: Any, kind: type) -> None:
    """Of that kind, with a reason in a sentence that this desk can say."""
    assert isinstance(outcome, kind), outcome
    assert isinstance(outcome.reason, Sentence)
    assert outcome.reason.code in templates()
    assert english(outcome.reason)


def test_its_name_is_the_folders(folder: Folder) -> None:
    assert folder.outlet is not None
    assert folder.outlet.name == folder.name
    adapter: Any = folder.adapter()
    assert adapter is None or adapter.name == folder.name
    assert all(code.startswith(f"{folder.name}.") for code in folder.sentences)
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", code) for code in folder.sentences)


def test_its_place_in_a_policy_reads_and_its_mistakes_are_told(folder: Folder) -> None:
    outlet = folder.outlet
    assert outlet is not None
    assert Use.PLACE in outlet.uses
    good = outlet.example or f"{outlet.name}:somewhere"
    assert read_policy(f'triage: {{channel: "{good}"}}\n{POLICY}', "policy.yaml")[0] is not None
    [finding] = read_policy(f'triage: {{channel: "{outlet.name}: "}}\n{POLICY}', "policy.yaml")[1]
    assert finding.hint


def test_its_doctor_speaks_in_sentences(folder: Folder) -> None:
    for finding in folder.findings(database_now()):
        assert re.fullmatch(r"\S.*[.!]", finding, re.S), finding


def test_its_pages_say_whom_they_are_for_and_take_no_ones_address(folder: Folder) -> None:
    for page in folder.setup.pages:
        assert hasattr(page.callback, "needs") or hasattr(page.callback, "public"), page
        assert str(page.pattern).startswith(("settings/", "inboxes/")), page
        assert page.name
    names = [page.name for each in channels() for page in each.setup.pages]
    assert len(names) == len(set(names))
    if folder.setup.tab is not None:
        assert folder.setup.tab[0] in names
    ways = [each.setup.guide.way for each in channels() if each.setup.guide is not None]
    assert len(ways) == len(set(ways))


def test_the_log_has_a_noun_for_its_own_models_only(folder: Folder) -> None:
    models = {each._meta.model_name for each in apps.get_models() if each.__module__.startswith(f"{folder.app}.")}
    assert not models or set(folder.setup.nouns) <= models


def test_its_command_is_a_group_with_help_and_no_word_of_ours(folder: Folder) -> None:
    if not folder.command:
        return
    group = importlib.import_module(folder.command).commands
    assert isinstance(group, typer.Typer)
    assert group.info.help
    assert folder.name not in {found.name for found in pkgutil.iter_modules(rung.cli.__path__)}

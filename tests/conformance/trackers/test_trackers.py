"""What every tracker must do: an issue is made exactly once, and found again by the key we left on it."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from rung.hooks import Folder, folders
from rung.intake import sort
from rung.intake.receive import store
from rung.outbox import registry
from rung.outbox.courier import Courier, source
from rung.outbox.models import Delivery
from rung.outbox.ports import Comment, Later, Method, Never, NewIssue, Sent, Unclear
from rung.outbox.sentences import Sentence, templates
from rung.people.clock import database_now
from rung.policies.reading import read_policy
from rung.tickets import actions
from rung.tickets.models import Link
from tests.api.conftest import POLICY
from tests.conformance import rigs
from tests.conformance.ledger import book
from tests.conformance.rigs import Rig
from tests.web.conftest import desk, opened, signed_in

__all__ = ["desk", "opened", "signed_in"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_ledger")]


@pytest.fixture(params=["webhook", "ledger"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with getattr(rigs, request.param)() as found:
        yield found


def issue(rig: Rig, key: str = "rung-7/link") -> NewIssue:
    return NewIssue(
        key=key, project=rig.place, ticket=7, url="https://desk.example/tickets/7", title="Import", text="…"
    )


def test_every_tracker_of_the_settings_is_held_to_this() -> None:
    assert set(registry.trackers()) == {"webhook", "ledger"}


def test_an_issue_is_made_once_whatever_becomes_of_the_answer(rig: Rig) -> None:
    rig.loses_the_answer()
    said(rig.adapter.create(issue(rig)), Unclear)
    found = rig.adapter.find(issue(rig))
    if rig.adapter.repeats_safely:
        found = rig.adapter.create(issue(rig))
    assert isinstance(found, Sent)
    assert found.external_id
    assert rig.count() == 1


def test_what_was_never_made_is_not_found(rig: Rig) -> None:
    assert isinstance(rig.adapter.create(issue(rig)), Sent)
    assert rig.adapter.find(issue(rig, "rung-8/link")) is None


def test_refusals_are_outcomes_that_can_be_said(rig: Rig) -> None:
    rig.refuses()
    said(rig.adapter.create(issue(rig)), Later)
    said(rig.adapter.create(msgspec.structs.replace(issue(rig), project=rig.unknown)), Never)
    comment = Comment(key="7/c", issue=rig.unknown, ticket=7, url="", text="Any news?")
    said(rig.adapter.comment(comment), Never)


def test_a_comment_arrives_under_the_issue(rig: Rig) -> None:
    made = rig.adapter.create(issue(rig))
    assert isinstance(made, Sent)
    place = made.external_id if rig.app.endswith("ledger") else rig.place
    comment = Comment(key="7/c", issue=place, ticket=7, url="", text="Any news?")
    assert isinstance(rig.adapter.comment(comment), Sent)


def test_what_concerns_one_project_queues_together(rig: Rig) -> None:
    lanes = {rig.adapter.lane(method, rig.place) for method in (Method.CREATE, Method.CREATE)}
    assert len(lanes) == 1
    assert lanes.pop().name.startswith(f"{rig.adapter.name}/")


def test_a_ticket_goes_out_once_is_linked_and_hears_what_happens_there(opened: Any) -> None:
    number = opened()
    actions.escalate(number, "ledger:ENG", by="agent:sam", now=database_now())
    book.TROUBLE.append("unseen")
    for _again in range(3):
        courier = Courier(source())
        Delivery.objects.filter(channel="ledger", state="waiting").update(next_attempt_at=database_now())
        courier.send_all()
        courier.close()
    assert [entry.anchor[:5] for entry in book.ISSUES.values()] == ["rung-"]
    link = Link.objects.get(ticket=number, tracker="ledger")
    assert link.issue in book.ISSUES

    event = {"id": "hook-1", "issue": link.issue, "status": "in progress"}
    for told_by in ("hook", "poll"):
        store("ledger", f"{told_by}/1", event, place=link.issue, now=database_now())
    sort.sort_all_due()
    link.refresh_from_db()
    assert link.status == "in progress"
    assert [each.kind for each in link.ticket.events.filter(kind="third_party_moved")] == ["third_party_moved"]


def test_a_policy_may_name_its_projects_and_owners_see_it(signed_in: Any) -> None:
    text = POLICY.replace("responsible_for: Diagnoses.", "responsible_for: Diagnoses., link: ledger:ENG")
    assert read_policy(text, "policy.yaml")[0] is not None
    [finding] = read_policy(text.replace("ledger:", "ledgr:"), "policy.yaml")[1]
    assert finding.hint == 'did you mean "ledger"?'
    assert "<h2>ledger</h2>" in signed_in("olga").get("/settings/trackers").content.decode()


def test_it_brings_the_same_hooks_as_a_channel() -> None:
    folder = next(each for each in folders() if each.name == "ledger")
    assert isinstance(folder, Folder)
    assert folder.sort is not None
    assert all(code.startswith("ledger.") for code in folder.sentences)


def said(outcome: Any, kind: type) -> None:
    assert isinstance(outcome, kind), outcome
    assert isinstance(outcome.reason, Sentence)
    assert outcome.reason.code in templates()

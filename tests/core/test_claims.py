"""Who may take a ticket, and where that puts it."""

from datetime import timedelta

import msgspec

from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.case.fold import rebuild
from rung.core.oncall.roster import Person
from rung.core.policy.model import Level, Policy, Team
from rung.core.reckoning.claims import HeldBy, MayNot, Take, TakeHere, claiming
from rung.core.reckoning.turns import is_kept_by_default, kept
from rung.core.vocabulary import Kept
from tests.core.stories import OPENED_AT

POLICY = Policy(
    name="p",
    timezone="UTC",
    calendars={},
    teams={name: Team(name) for name in ("front", "second", "eng", "money", "leads")},
    levels={
        "L1": Level("L1", "front"),
        "L2": Level("L2", "second"),
        "L3": Level("L3", "eng"),
        "billing": Level("billing", "money"),
        "management": Level("management", "leads"),
    },
    paths={"support": ("L1", "L2", "L3", "management"), "billing": ("billing", "management")},
    holding=("looking into it",),
)


def case_with(*events: e.AnyEvent) -> Case:
    first = (e.Opened(at=OPENED_AT, by="customer:1"), e.Placed(at=OPENED_AT, by="system", path="support", level="L1"))
    return rebuild(
        msgspec.structs.replace(event, number=number, at=OPENED_AT + timedelta(minutes=number))
        for number, event in enumerate((*first, *events), start=1)
    )


def offered(level: str, path: str = "support") -> e.Offered:
    return e.Offered(at=OPENED_AT, by="agent:sam", level=level, path=path)


def at(level: str, handle: str = "kit") -> Person:
    return Person(handle=handle, level=level)


def test_the_level_it_is_offered_to_takes_it() -> None:
    assert claiming(case_with(offered("L2")), POLICY, at("L2")) == Take("L2", "support", 3, (3,))


def test_somebody_above_takes_it_too_and_settles_the_offers_below() -> None:
    case = case_with(offered("L2"), offered("L3"), offered("management"))
    assert claiming(case, POLICY, at("L3")) == Take("L3", "support", 4, (3, 4))


def test_an_offer_to_another_department_stays_when_the_own_path_is_claimed() -> None:
    case = case_with(offered("L2"), offered("billing", "billing"))
    assert claiming(case, POLICY, at("L2")) == Take("L2", "support", 3, (3,))
    assert claiming(case, POLICY, at("billing")) == Take("billing", "billing", 4, (4,))


def test_the_level_that_holds_it_takes_it_without_touching_the_offers() -> None:
    assert claiming(case_with(offered("L3")), POLICY, at("L1")) == TakeHere()


def test_who_has_it_already_is_named() -> None:
    case = case_with(e.Assigned(at=OPENED_AT, by="agent:sam", assignee="sam"))
    assert claiming(case, POLICY, at("L1")) == HeldBy("sam")
    assert claiming(case, POLICY, at("L1", "sam")) == HeldBy("sam")


def test_somebody_below_the_offer_may_not() -> None:
    case = case_with(
        e.Claimed(at=OPENED_AT, by="agent:ben", agent="ben", level="L2", path="support", offer=0), offered("L3")
    )
    assert claiming(case, POLICY, at("L1")) == MayNot("kit is at L1; the ticket is held at L2 and offered to L3")


def test_nobody_takes_a_resolved_ticket_and_nobody_without_a_level_takes_any() -> None:
    assert claiming(case_with(e.Resolved(at=OPENED_AT, by="agent:sam")), POLICY, at("L1")) == MayNot(
        "the ticket is resolved; reopen it first"
    )
    assert isinstance(claiming(case_with(), POLICY, Person(handle="kit")), MayNot)


def test_a_member_of_a_level_s_team_belongs_to_that_level() -> None:
    assert claiming(case_with(offered("L2")), POLICY, Person(handle="kit", teams=("second",))) == Take(
        "L2", "support", 3, (3,)
    )


def test_whose_turn_it_is_after_an_answer() -> None:
    case = case_with()
    assert kept(case, POLICY, "Please restart it.", chosen=None) is None
    assert kept(case, POLICY, "We are looking into it.", chosen=None) is Kept.HOLDING
    assert kept(case, POLICY, "We are looking into it.", chosen=False) is None
    assert kept(case, POLICY, "Please restart it.", chosen=True) is Kept.BY_AGENT
    assert kept(case_with(offered("L2")), POLICY, "Please restart it.", chosen=None) is Kept.BY_DEFAULT
    assert is_kept_by_default(case_with(offered("L2")), POLICY)
    assert not is_kept_by_default(case, POLICY)

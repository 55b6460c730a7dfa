"""Nobody answers, and the ticket climbs; somebody does, and it stops."""

from rung.tickets.results import AlreadyClaimed, AlreadySo, Claimed, Refused
from tests.world import World


def test_silence_reminds_after_half_the_target_and_climbs_after_all_of_it(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    assert [card.title for card in world.chat.cards_in("#triage")] == ["Our nightly import has stopped"]
    world.passes(minutes=29)
    assert world.chat.heard_by("#triage") == []
    world.passes(minutes=1)
    assert world.chat.heard_by("#triage") == [
        f"#{case.number} Our nightly import has stopped (Acme) still needs somebody."
    ]
    world.passes(minutes=30)
    (card,) = world.chat.cards_in("#escalations")
    assert (card.title, card.over, card.missing) == ("Our nightly import has stopped", False, ("impact", "tried"))
    assert case.does("claim", agent="ben") == Claimed(case.number, case.row.events_count, "L2", (card.offer,))
    (card,) = world.chat.cards_in("#escalations")
    assert (card.over, card.headline) == (True, "Claimed by ben at L2")
    assert world.chat.heard_by("@carla") == []
    assert world.differences() == []


def test_an_answer_withdraws_the_offer_nobody_took(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    world.passes(minutes=60)
    case.answered("sam", "Please restart it.", keep_open=False)
    (card,) = world.chat.cards_in("#escalations")
    assert (card.over, card.headline) == (True, "Withdrawn: first response has ended")
    assert world.chat.heard_by("@kim") == ["Please restart it."]
    assert case.row.turn == "customer"


def test_an_answer_while_an_offer_is_open_keeps_the_turn(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    world.passes(minutes=60)
    assert case.answered("sam", "It is with my colleagues.").kept == "by_default"
    assert case.row.turn == "ours"


def test_each_button_pressed_twice_does_it_once(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    world.passes(minutes=60)
    assert isinstance(case.does("claim", agent="ben"), Claimed)
    before = case.timeline
    assert isinstance(case.does("claim", agent="ben"), AlreadySo)
    assert isinstance(case.does("claim", agent="sam"), Refused)
    assert isinstance(case.does("assign", "ben", by="agent:sam"), AlreadySo)
    assert case.timeline == before


def test_only_the_first_of_two_colleagues_has_it(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    assert isinstance(case.does("claim", agent="sam"), Claimed)
    from rung.people.models import Agent, Membership, Team

    kit = Agent.objects.create_user("kit@desk.example", handle="kit", name="Kit", level="L1")
    Membership.objects.create(agent=kit, team=Team.objects.get(name="frontline"))
    assert case.does("claim", agent="kit") == AlreadyClaimed(case.number, "sam")


def test_taking_a_critical_incident_at_level_one_does_not_call_off_level_three(world: World) -> None:
    case = world.acme.writes("Help, everyone is down")
    assert (case.row.priority, case.row.offered_to) == ("urgent", "L3")
    assert case.does("claim", agent="sam").closed == ()
    assert (case.row.assignee_id, case.row.level, case.row.offered_to) == ("sam", "L1", "L3")
    claimed = case.does("claim", agent="ada")
    assert (claimed.level, len(claimed.closed)) == ("L3", 1)
    assert (case.row.assignee_id, case.row.level, case.row.offered_to) == ("ada", "L3", "")


def test_an_outage_of_the_desk_catches_up_without_saying_what_has_stopped_being_true(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    world.jumps(hours=2)
    outcomes = {(step["step"], step["outcome"]) for step in case.events("step_fired")}
    assert ("remind.1", "overtaken") in outcomes
    assert ("escalate.1", "fired") in outcomes
    assert world.chat.heard_by("#triage") == []
    assert len(world.chat.cards_in("#escalations")) == 1


def test_a_silent_customer_is_asked_and_then_the_ticket_closes(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    case.answered("sam", "Which version is it?", keep_open=False)
    world.passes(days=3)
    assert world.chat.heard_by("@kim")[1:] == ["Hi Kim, is this still a problem?"]
    assert case.row.turn == "customer"
    world.passes(days=3)
    assert case.row.status == "closed"
    assert world.differences() == []


def test_a_reply_after_the_end_reopens_and_long_after_opens_a_linked_ticket(world: World) -> None:
    case = world.acme.writes("Our nightly import has stopped")
    case.does("resolve", by="agent:sam")
    assert world.chat.heard_by("@kim") == ["Hi Kim, we believe this is solved."]
    case.replied("Thanks!")
    assert case.row.status == "resolved"
    case.replied("It has stopped again")
    assert case.row.status == "open"
    case.does("resolve", by="agent:sam")
    world.passes(days=15)
    created = case.replied("And once more it has stopped")
    assert created.continues == case.number
    assert case.row.status == "resolved"
    assert [relation.other_id for relation in case.row.relations.all()] == [created.ticket]
    assert world.differences() == []

"""Tickets over the API: opening, reading, every action."""

from typing import Any

import pytest

from rung.people.models import Role


def test_a_ticket_is_opened_and_read_back(caller: Any) -> None:
    api = caller()
    answer = api.post(
        "/tickets",
        {
            "subject": "Nightly import has stopped",
            "body": "Since 02:00 nothing arrives.",
            "requester": {"name": "Rita Ray", "email": "Rita@Acme.example"},
            "customer": {"name": "Acme", "domain": "acme.example", "tier": "enterprise"},
        },
    )
    assert answer.status_code == 201
    number = answer.json()["ticket"]
    ticket = api.get(f"/tickets/{number}").json()
    assert ticket["customer"] == {"name": "Acme", "tier": "enterprise"}
    assert ticket["requester"] == {"name": "Rita Ray", "email": "rita@acme.example"}
    assert (ticket["status"], ticket["turn"]) == ("open", "ours")
    assert [m["text"] for m in api.get(f"/tickets/{number}/messages").json()] == ["Since 02:00 nothing arrives."]


def test_a_requester_of_a_known_domain_is_its_customers(caller: Any) -> None:
    api = caller(Role.LEAD)
    assert api.post("/customers", {"name": "Acme", "domains": ["acme.example"]}).status_code == 201
    number = api.opens(requester={"email": "new@acme.example"})
    assert api.get(f"/tickets/{number}").json()["customer"]["name"] == "Acme"


def test_lists_are_filtered_and_paged(caller: Any) -> None:
    api = caller()
    numbers = [api.opens(f"Ticket {n}") for n in range(5)]
    api.post(f"/tickets/{numbers[0]}/close", {})
    first = api.get("/tickets", state="open", limit=3).json()
    second = api.get("/tickets", state="open", limit=3, cursor=first["next_cursor"]).json()
    assert [t["number"] for t in first["tickets"] + second["tickets"]] == numbers[:0:-1]
    assert second["next_cursor"] is None
    assert [t["subject"] for t in api.get("/tickets", subject="ticket 3").json()["tickets"]] == ["Ticket 3"]
    assert api.get("/tickets", assignee="none", state="over").json()["tickets"][0]["number"] == numbers[0]


def test_an_escalation_is_an_offer_until_somebody_claims(caller: Any) -> None:
    sam, ben = caller(agent="sam"), caller(agent="ben")
    number = sam.opens()
    offered = sam.post(
        f"/tickets/{number}/escalate", {"to": "L2", "reason": "complexity", "handoff": {"impact": "All"}}
    )
    assert offered.json()["result"] == "escalated"
    assert offered.json()["missing"] == ["tried"]
    assert sam.get(f"/tickets/{number}").json()["offered_to"] == "L2"
    assert ben.post(f"/tickets/{number}/claim").json()["result"] == "claimed"
    late = sam.post(f"/tickets/{number}/claim", {"agent": "sam"})
    assert late.status_code == 409
    ticket = sam.get(f"/tickets/{number}").json()
    assert (ticket["level"], ticket["assignee"], ticket["offered_to"]) == ("L2", "ben", None)
    told = [event["text"] for event in sam.get(f"/tickets/{number}/timeline").json()]
    assert "offered it to L2" in told
    assert "claimed it at L2" in told


@pytest.mark.parametrize(
    ("action", "body", "field", "value"),
    [
        ("assign", {"assignee": "ben"}, "assignee", "ben"),
        ("priority", {"priority": "urgent"}, "priority", "urgent"),
        ("category", {"category": "sso"}, "category", "sso"),
        ("tags", {"add": ["vip"]}, "tags", ["vip"]),
        ("customer", {"name": "Acme", "tier": "gold"}, "customer", {"name": "Acme", "tier": "gold"}),
        ("answer", {"text": "Here you are.", "keep_open": False}, "turn", "customer"),
        ("hold", {"third_party": "Okta"}, "turn", "third_party"),
        ("wait", {}, "turn", "customer"),
        ("snooze", {"until": "2099-01-01T00:00:00Z"}, "snoozed_until", "2099-01-01T00:00:00Z"),
        ("resolve", {"text": "Done."}, "status", "resolved"),
        ("resolve", {}, "status", "resolved"),
        ("close", {"why": "duplicate"}, "status", "closed"),
    ],
)
def test_an_action_changes_the_ticket_and_again_changes_nothing(
    caller: Any, action: str, body: dict[str, Any], field: str, value: Any
) -> None:
    api = caller(agent="sam")
    number = api.opens()
    done = api.post(f"/tickets/{number}/{action}", body)
    assert done.status_code == 200, done.content
    assert api.get(f"/tickets/{number}").json()[field] == value
    if "text" not in body:
        assert api.post(f"/tickets/{number}/{action}", body).json()["result"] == "already_so"


def test_turn_reopen_wake_and_return_lead_back(caller: Any) -> None:
    api = caller()
    number = api.opens()
    api.post(f"/tickets/{number}/wait")
    assert api.post(f"/tickets/{number}/turn").json()["result"] == "done"
    api.post(f"/tickets/{number}/snooze", {"until": "2099-01-01T00:00:00Z"})
    assert api.post(f"/tickets/{number}/wake").json()["result"] == "done"
    api.post(f"/tickets/{number}/escalate", {"to": "L2"})
    returned = api.post(f"/tickets/{number}/return", {"why": "Not ours.", "agent": "ben"})
    assert returned.json()["result"] == "done"
    assert api.get(f"/tickets/{number}").json()["offered_to"] is None
    api.post(f"/tickets/{number}/resolve")
    assert api.post(f"/tickets/{number}/reopen").json()["result"] == "done"
    assert api.get(f"/tickets/{number}").json()["status"] == "open"


def test_tickets_are_merged_split_related_and_linked(caller: Any) -> None:
    api = caller(agent="sam")
    one, two = api.opens("One"), api.opens("Two")
    api.post(f"/tickets/{two}/messages", {"text": "And an invoice question."})
    invoice = api.get(f"/tickets/{two}/messages").json()[-1]["number"]
    parted = api.post(f"/tickets/{two}/split", {"messages": [invoice], "subject": "Invoice"})
    assert parted.status_code == 201
    assert api.post(f"/tickets/{one}/relations", {"ticket": parted.json()["ticket"]}).json()["result"] == "done"
    assert api.post(f"/tickets/{one}/links", {"tracker": "jira", "issue": "ENG-1"}).json()["result"] == "done"
    assert api.post(f"/tickets/{two}/merge", {"into": one}).json()["result"] == "done"
    assert api.get(f"/tickets/{two}").json()["merged_into"] == one
    assert len(api.get(f"/tickets/{one}/messages").json()) == 2


def test_a_verdict_on_a_message_is_corrected(caller: Any) -> None:
    api = caller(agent="sam")
    number = api.opens()
    api.post(f"/tickets/{number}/answer", {"text": "Try again?"})
    api.post(f"/tickets/{number}/messages", {"text": "I am away.", "automatic": "out_of_office"})
    event = api.get(f"/tickets/{number}/timeline").json()[-1]["number"]
    assert api.get(f"/tickets/{number}").json()["turn"] == "customer"
    assert api.post(f"/tickets/{number}/recount", {"event": event, "automatic": None}).json()["result"] == "done"
    assert api.get(f"/tickets/{number}").json()["turn"] == "ours"


def test_clocks_and_what_happens_next_say_why(caller: Any) -> None:
    api = caller()
    number = api.opens()
    from rung.escalation.ticker import look_at_all_due

    look_at_all_due()
    clocks = {clock["clock"]: clock for clock in api.get(f"/tickets/{number}/clocks").json()["clocks"]}
    assert clocks["first_response"]["goal"] == 3600
    assert clocks["first_response"]["deadline_at"] is not None
    ahead = api.get(f"/tickets/{number}/next").json()
    step = next(each for each in ahead["steps"] if each["step"].startswith("escalate"))
    assert step["does"] == ["escalates to L2"]
    assert step["unless"] == "a person answers"
    assert [(rung["level"], rung["place"]) for rung in ahead["ladder"]][:2] == [("L1", "holds"), ("L2", "ahead")]


def test_deliveries_say_who_was_told(caller: Any) -> None:
    api = caller(agent="sam")
    number = api.opens(requester={"email": "rita@acme.example"})
    api.post(f"/tickets/{number}/assign", {"assignee": "ben"})
    told = api.get(f"/tickets/{number}/deliveries").json()
    assert [(each["recipient"], each["subject"]) for each in told if each["kind"] == "moment"] == [
        ("agent:ben", "assigned")
    ]
    (assigned,) = (each for each in told if each["subject"] == "assigned")
    assert (assigned["title_code"], assigned["outcome"], assigned["outcome_code"]) == ("title.assigned", "", "")
    assert assigned["title"].endswith("is yours now.")
    assert api.get("/deliveries", recipient="agent:ben").json()["deliveries"][0]["ticket"] == number

"""What the benchmarks with a database share: a desk full of tickets, and workers in processes of their own."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from rung.core import actors
from rung.core.case import case as cases
from rung.core.case import events as e
from rung.core.case.case import Case
from rung.core.case.fold import fold
from rung.core.oncall.roster import Roster
from rung.core.policy.model import Policy
from rung.core.reckoning.compiled import Compiled
from rung.core.reckoning.reckon import reckon_in_place
from rung.core.vocabulary import Priority
from rung.people.clock import database_now
from rung.people.models import Agent, Membership, Role, Team
from rung.policies.publishing import publish
from rung.policies.reading import read_policy
from rung.policies.starter import STARTER
from rung.tickets.models import Ticket
from rung.tickets.ticket_columns import columns
from rung.tickets.ticket_sql import NewEvent, add_events

#: The reference policy of a working copy, else the one every desk starts with.
REFERENCE = Path(__file__).parents[1] / "docs" / "policy.example.yaml"


def policy_text() -> tuple[str, str]:
    """(its name, the document) of the policy the benchmarks run."""
    if REFERENCE.exists():
        return "reference policy", REFERENCE.read_text(encoding="utf-8")
    return "starter policy", STARTER.read_text(encoding="utf-8")


def read_reference() -> tuple[str, Policy]:
    """Its name and the policy itself."""
    name, text = policy_text()
    return name, read(text, name)


def read(text: str, name: str) -> Policy:
    """A policy that must be in order."""
    policy, findings = read_policy(text, name)
    if policy is None:
        raise ValueError("; ".join(str(finding) for finding in findings))
    return policy


def make_desk(text: str | None = None) -> str:
    """The schema, the policy as version 1, and two people in each of its teams. Returns the policy's name."""
    call_command("migrate", interactive=False, verbosity=0)
    name, reference = policy_text()
    policy = read(text or reference, name)
    publish(text or reference, author=actors.SYSTEM, now=database_now())
    for team_name in policy.teams:
        team = Team.objects.create(name=team_name)
        for place in (1, 2):
            handle = f"{team_name}-{place}"
            agent = Agent.objects.create_user(f"{handle}@localhost", handle=handle, name=handle, role=Role.AGENT)
            Membership.objects.create(agent=agent, team=team)
    return policy.name


#: How long the customer of `waiting_history` has waited: past the urgent target of 30 minutes, short of anything else.
WAITED = timedelta(minutes=31)


def waiting_history(policy: Policy, now: datetime, length: int) -> tuple[list[e.AnyEvent], Case]:
    """The story of an urgent ticket in `length` events or one or two more: people talked, the ticker looked at every
    moment it asked for, and a minute before `now` the step came due that escalates because nobody has answered."""
    compiled, roster = Compiled(policy), Roster(staffed=True)
    case, history = Case(), []
    last = now - WAITED

    def add(event: e.AnyEvent) -> None:
        fold(case, event)
        history.append(event)

    def look(at: datetime) -> None:
        for event in reckon_in_place(case.copy(), compiled, roster, at).events:
            add(event)

    def by_sam(kind: type[e.Answered] | type[e.Noted], at: datetime) -> None:
        add(kind(at=at, by=actors.agent("frontline-1"), number=case.number + 1))

    opened_at = last - timedelta(minutes=9)
    add(e.Opened(at=opened_at, by=actors.customer("acme"), number=1, policy=1, channel="api", facts=e.TextFacts()))
    look(opened_at)
    add(
        e.PrioritySet(
            at=opened_at,
            by=actors.agent("frontline-1"),
            number=case.number + 1,
            priority=Priority.URGENT,
            reasons=("by hand",),
        )
    )
    add(e.Assigned(at=opened_at, by=actors.agent("frontline-1"), number=case.number + 1, assignee="frontline-1"))
    look(opened_at)
    by_sam(e.Answered, opened_at + timedelta(minutes=1))
    look(opened_at + timedelta(minutes=1))
    while case.number < length - 2:
        by_sam(e.Noted, last - timedelta(seconds=length - case.number))
    add(e.CustomerWrote(at=last, by=actors.customer("acme"), number=case.number + 1, facts=e.TextFacts()))
    wake_at = reckon_in_place(case.copy(), compiled, roster, last).wake_at
    while wake_at is not None and wake_at < now - timedelta(minutes=2):
        look(wake_at)
        wake_at = reckon_in_place(case.copy(), compiled, roster, wake_at).wake_at
    return history, case


def fill(count: int, history: Sequence[e.AnyEvent], case: Case, wake_at: datetime | None, *, events: bool) -> None:
    """`count` tickets with the same story, made by the database itself; `events`: their events too."""
    now = history[-1].at
    first = Ticket.objects.create(
        subject="The nightly import has stopped",
        opened_at=history[0].at,
        changed_at=now,
        snapshot=cases.encode(case),
        wake_at=wake_at,
        **columns(case),
    )
    add_events(NewEvent(first.number, event) for event in history)
    names = [str(field.column) for field in Ticket._meta.concrete_fields if field.column != "number"]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO tickets_ticket ({', '.join(names)}) SELECT {', '.join('t.' + n for n in names)} "  # noqa: S608
            "FROM tickets_ticket t, generate_series(2, %s) WHERE t.number = %s",
            [count, first.number],
        )
        if events:
            cursor.execute(
                "INSERT INTO tickets_event (ticket_id, number, at, kind, by, data) "
                "SELECT t.number, x.number, x.at, x.kind, x.by, x.data FROM tickets_ticket t, tickets_event x "
                "WHERE x.ticket_id = %s AND t.number > %s",
                [first.number, first.number],
            )
    settle()


def settle() -> None:
    """Let the database write out and learn what it has been given, so that the next figure does not pay for it."""
    for table in ("tickets_ticket", "tickets_event", "outbox_delivery"):
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM (FREEZE, ANALYZE) {table}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn()")

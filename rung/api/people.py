"""The people: agents, teams and customers, so that a script can set up a desk; and who was told what."""

from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja import Status as Reply
from pydantic import ConfigDict, Field, StringConstraints

from rung.api.callers import LEAD, OBSERVER, OWNER, caller
from rung.api.problems import Problem, unknown
from rung.api.reading import delivery_out
from rung.api.shapes import DeliveryPage, Given, Moment, Word, example
from rung.core import addresses
from rung.outbox.models import Delivery, State
from rung.people import changes, mail_domains, sign_in
from rung.people.clock import database_now
from rung.people.models import HANDLE, Absence, Agent, Customer, Role, Team
from rung.people.roles import is_only_owner
from rung.policies.versions import compiled, current_number
from rung.tickets.visibility import visible

router = Router(tags=["people"])
Handle = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9._-]*$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Email = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$")]
Domain = Annotated[str, StringConstraints(max_length=253, pattern=r"^[A-Za-z0-9.-]+$")]


class NewAgent(Given):
    model_config = example(
        handle="sam", name="Sam Berger", email="sam@desk.example", level="L1", teams=["frontline"], skills=["sso"]
    )
    handle: Handle
    name: Name
    email: Email
    role: Role = Role.AGENT
    level: Annotated[str, StringConstraints(max_length=60)] = ""
    skills: Annotated[list[Word], Field(max_length=100)] = []
    teams: Annotated[list[Handle], Field(max_length=100)] = Field(
        default=[], description="Made where they do not exist."
    )
    is_restricted: bool = Field(default=False, description="Sees only tickets of their teams and their own.")
    time_zone: Annotated[str, StringConstraints(max_length=60)] = "UTC"


class AgentChanges(Given):
    model_config = example(level="L2", teams=["specialists"], is_active=True)
    name: Name | None = None
    role: Role | None = None
    level: Annotated[str, StringConstraints(max_length=60)] | None = None
    skills: Annotated[list[Word], Field(max_length=100)] | None = None
    teams: Annotated[list[Handle], Field(max_length=100)] | None = None
    is_active: bool | None = None
    is_restricted: bool | None = None


class AgentOut(Schema):
    handle: str
    name: str
    email: str
    role: Role
    level: str
    skills: list[str]
    teams: list[str]
    is_active: bool
    is_restricted: bool
    time_zone: str


class NewTeam(Given):
    model_config = example(name="frontline", lead="sam", members=["sam", "ada"])
    name: Handle
    lead: Handle | None = None
    members: Annotated[list[Handle], Field(max_length=1000)] = []


class TeamOut(Schema):
    name: str
    lead: str | None
    members: list[str]


class NewCustomer(Given):
    model_config = example(name="Acme", tier="enterprise", domains=["acme.example"], account_owner="carla")
    name: Name
    tier: Annotated[str, StringConstraints(max_length=60)] = ""
    domains: Annotated[list[Domain], Field(max_length=100)] = []
    account_owner: Handle | None = None


class CustomerOut(Schema):
    name: str
    tier: str
    domains: list[str]
    account_owner: str | None


class NewAbsence(Given):
    model_config = example(
        agent="sam", starts_at="2026-12-24T00:00:00Z", ends_at="2026-12-27T00:00:00Z", reason="holiday"
    )
    agent: Handle
    starts_at: Moment
    ends_at: Moment
    reason: Annotated[str, StringConstraints(max_length=200)] = ""


class AbsenceOut(Schema):
    agent: str
    starts_at: datetime
    ends_at: datetime
    reason: str


class DeliveryFilters(Schema):
    model_config = ConfigDict(extra="forbid")
    state: Literal["waiting", "held", "sending", "sent", "never", "unclear", "overtaken", "digested"] | None = None
    recipient: str | None = Field(
        default=None, description="As the policy names them: agent:sam, team:leads, level:L2."
    )
    channel: str | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[int, Field(ge=1, le=2**62)] | None = None


# --- agents ---------------------------------------------------------------------------------------------------------


@router.get("/agents", response=list[AgentOut], auth=OBSERVER, summary="The agents")
def list_agents(request: HttpRequest) -> list[AgentOut]:
    return [_agent_out(agent) for agent in Agent.objects.prefetch_related("teams")]


@router.post("/agents", response={201: AgentOut}, auth=OWNER, summary="Add an agent")
def add_agent(request: HttpRequest, body: NewAgent) -> Reply[AgentOut]:
    """They sign in with a link: `rung person link HANDLE`. The level is one of the policy in force."""
    if body.time_zone not in available_timezones():
        raise unknown("time zone", body.time_zone, available_timezones(), place="body.time_zone")
    _refuse_unknown_level(body.level)
    _refuse_restricted(body.role, is_restricted=body.is_restricted)
    try:
        HANDLE(body.handle)
        with transaction.atomic():
            facts = body.dict(exclude={"teams", "email"})
            agent = Agent.objects.create_user(body.email, **facts)
            _join(agent, body.teams)
            changes.note("added", agent, by=caller(request).by)
    except (IntegrityError, ValidationError) as taken:
        raise Problem(
            409,
            f'there is an agent with the handle "{body.handle}" or the address "{body.email}" already',
            place="body.handle",
        ) from taken
    return Reply(201, _agent_out(agent))


@router.patch("/agents/{handle}", response=AgentOut, auth=OWNER, summary="Change an agent")
def change_agent(request: HttpRequest, handle: str, body: AgentChanges) -> AgentOut:
    """Only the fields given change."""
    agent = _agent(handle, "path.handle", 404)
    if body.level != agent.level:
        _refuse_unknown_level(body.level)
    before = changes.facts_of(agent)
    for name, value in body.dict(exclude={"teams"}, exclude_none=True).items():
        setattr(agent, name, value)
    _refuse_restricted(Role(agent.role), is_restricted=agent.is_restricted)
    if not (agent.role == Role.OWNER and agent.is_active) and is_only_owner(agent):
        raise Problem(409, f"{handle} is the desk's only owner; make somebody else an owner first", place="body.role")
    with transaction.atomic():
        agent.save()
        if not agent.is_active:
            sign_in.sign_out_everywhere(agent, now=database_now())
        if body.teams is not None:
            agent.teams.clear()
            _join(agent, body.teams)
        changes.note("changed", agent, by=caller(request).by, before=before)
    return _agent_out(agent)


@router.post("/absences", response={201: AbsenceOut}, auth=LEAD, summary="Say when an agent is away")
def add_absence(request: HttpRequest, body: NewAbsence) -> Reply[AbsenceOut]:
    agent = _agent(body.agent, "body.agent")
    if body.ends_at <= body.starts_at:
        raise Problem(422, "body.ends_at: an absence ends after it starts", place="body.ends_at")
    absence = Absence.objects.create(agent=agent, starts_at=body.starts_at, ends_at=body.ends_at, reason=body.reason)
    changes.note("added", absence, by=caller(request).by)
    return Reply(201, AbsenceOut(**body.dict()))


# --- teams ----------------------------------------------------------------------------------------------------------


@router.get("/teams", response=list[TeamOut], auth=OBSERVER, summary="The teams")
def list_teams(request: HttpRequest) -> list[TeamOut]:
    return [_team_out(team) for team in Team.objects.select_related("lead").prefetch_related("members")]


@router.post("/teams", response={200: TeamOut, 201: TeamOut}, auth=LEAD, summary="Make a team, or say who is in it")
def put_team(request: HttpRequest, body: NewTeam) -> Reply[TeamOut]:
    """A team of that name is made, or gets this lead and exactly these members."""
    lead = _agent(body.lead, "body.lead") if body.lead else None
    members = [_agent(handle, f"body.members[{place}]") for place, handle in enumerate(body.members)]
    known = Team.objects.filter(name=body.name).first()
    before = changes.facts_of(known) if known else None
    with transaction.atomic():
        team, is_new = Team.objects.update_or_create(name=body.name, defaults={"lead": lead})
        team.members.set(members)
        changes.note("added" if is_new else "changed", team, by=caller(request).by, before=before)
    return Reply(201 if is_new else 200, _team_out(team))


# --- customers ------------------------------------------------------------------------------------------------------


@router.get("/customers", response=list[CustomerOut], auth=OBSERVER, summary="The customers")
def list_customers(request: HttpRequest) -> list[CustomerOut]:
    return [_customer_out(customer) for customer in Customer.objects.select_related("account_owner")]


@router.post("/customers", response={200: CustomerOut, 201: CustomerOut}, auth=LEAD, summary="Add or change a customer")
def put_customer(request: HttpRequest, body: NewCustomer) -> Reply[CustomerOut]:
    """A customer of that name is made, or gets this tier, these domains and this account owner."""
    owner = _agent(body.account_owner, "body.account_owner") if body.account_owner else None
    known = Customer.objects.filter(name=body.name).first()
    try:
        domains = sorted(mail_domains.may_have(body.domains, known))
    except mail_domains.NotTheirs as refused:
        raise Problem(422, f"body.domains: {refused}", place="body.domains") from refused
    facts = {"tier": body.tier, "domains": domains, "account_owner": owner}
    before = changes.facts_of(known) if known else None
    customer, is_new = Customer.objects.update_or_create(name=body.name, defaults=facts)
    changes.note("added" if is_new else "changed", customer, by=caller(request).by, before=before)
    return Reply(201 if is_new else 200, _customer_out(customer))


# --- deliveries -----------------------------------------------------------------------------------------------------


@router.get("/deliveries", response=DeliveryPage, auth=OBSERVER, summary="Who was told what, the newest first")
def list_deliveries(request: HttpRequest, filters: Query[DeliveryFilters]) -> DeliveryPage:
    """What was said, what waits and why, what could not be said."""
    exact = {
        "state": filters.state and State(filters.state),
        "recipient": filters.recipient,
        "channel": filters.channel,
    }
    found = Delivery.objects.filter(**{name: value for name, value in exact.items() if value is not None})
    eyes = caller(request).eyes
    if eyes is not None and eyes.is_restricted:
        found = found.filter(Q(ticket__in=visible(eyes)) | Q(ticket=None, recipient=addresses.agent(eyes.handle)))
    if filters.cursor is not None:
        found = found.filter(pk__lt=filters.cursor)
    rows = list(found.order_by("-pk")[: filters.limit + 1])
    page = rows[: filters.limit]
    more = len(rows) > filters.limit
    return DeliveryPage(deliveries=[delivery_out(row) for row in page], next_cursor=str(page[-1].pk) if more else None)


def _agent(handle: str, place: str, status: int = 422) -> Agent:
    found = Agent.objects.filter(handle=handle).first()
    if found is None:
        raise unknown("agent", handle, Agent.objects.values_list("handle", flat=True), place=place, status=status)
    return found


def _refuse_unknown_level(level: str | None) -> None:
    """One that the policy in force does not have would take part in nothing."""
    known = compiled(current_number()).policy.levels
    if level and level not in known:
        raise unknown("level", level, known, place="body.level")


def _refuse_restricted(role: Role, *, is_restricted: bool) -> None:
    if is_restricted and role not in (Role.AGENT, Role.OBSERVER):
        said = f"body.is_restricted: {role.value}s see the whole desk; only agents and observers can be restricted"
        raise Problem(422, said, place="body.is_restricted")


def _join(agent: Agent, teams: list[str]) -> None:
    for name in dict.fromkeys(teams):
        team, _ = Team.objects.get_or_create(name=name)
        team.members.add(agent)


def _agent_out(agent: Agent) -> AgentOut:
    return AgentOut(
        handle=agent.handle,
        name=agent.name,
        email=agent.email,
        role=Role(agent.role),
        level=agent.level,
        skills=agent.skills,
        teams=sorted(team.name for team in agent.teams.all()),
        is_active=agent.is_active,
        is_restricted=agent.is_restricted,
        time_zone=agent.time_zone,
    )


def _team_out(team: Team) -> TeamOut:
    members = sorted(agent.handle for agent in team.members.all())
    return TeamOut(name=team.name, lead=team.lead.handle if team.lead else None, members=members)


def _customer_out(customer: Customer) -> CustomerOut:
    owner = customer.account_owner
    return CustomerOut(
        name=customer.name, tier=customer.tier, domains=customer.domains, account_owner=owner.handle if owner else None
    )

"""Who is in the sample day: a team, its customers, and the policy they work by. All of it made up."""

from pathlib import Path

from rung.core import actors
from rung.people.clock import database_now
from rung.people.models import Agent, ContactMethod, Customer, Membership, Requester, Role, Team
from rung.policies.publishing import publish
from rung.policies.versions import current_number

POLICY = Path(__file__).with_name("sample.yaml")
AGENTS = (  # handle, name, team, level, role
    ("olga", "Olga Petrova", "leads", "management", Role.OWNER),
    ("sam", "Sam Ortiz", "frontline", "L1", Role.LEAD),
    ("rosa", "Rosa Lindt", "frontline", "L1", Role.AGENT),
    ("carla", "Carla Weiss", "specialists", "L2", Role.AGENT),
    ("ben", "Ben Adeyemi", "specialists", "L2", Role.AGENT),
    ("ada", "Ada Novak", "engineering", "L3", Role.AGENT),
)
CUSTOMERS = (  # company, tier, requester
    ("Acme Logistics", "enterprise", "Rita Ray"),
    ("Brightwater", "business", "Noor Haddad"),
    ("Cobalt Labs", "business", "Ivo Marin"),
    ("Dune Travel", "enterprise", "Lena Koch"),
    ("Elm Street Books", "starter", "Tom Reed"),
)


def enter() -> None:
    """Put them on the desk, once."""
    if current_number():
        return
    for handle, name, team, level, role in AGENTS:
        agent = Agent.objects.create_user(f"{handle}@harbor.example", handle=handle, name=name, level=level, role=role)
        place, _ = Team.objects.get_or_create(name=team, defaults={"lead": agent})
        Membership.objects.create(team=place, agent=agent)
        ContactMethod.objects.create(agent=agent, channel="app", address=handle)
    for company, tier, person in CUSTOMERS:
        domain = company.lower().replace(" ", "-") + ".example"
        customer = Customer.objects.create(name=company, tier=tier, domains=[domain])
        first = person.split()[0].lower()
        Requester.objects.create(name=person, email=f"{first}@{domain}", customer=customer)
    publish(POLICY.read_text(), author=actors.SYSTEM, reason="The policy of the sample day", now=database_now())


def requester(name: str) -> Requester:
    """Somebody of CUSTOMERS by their first name."""
    return Requester.objects.select_related("customer").get(name__startswith=f"{name} ")


def agent(handle: str) -> Agent:
    """Somebody of AGENTS."""
    return Agent.objects.get(handle=handle)

"""People, a customer, two webhook endpoints and a policy of seconds, in the database of this environment; prints a key.

`python -m tests.stories.furnish POLICY HOOKS_URL SECRET`
"""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rung.config.settings")
django.setup()

from rung.channels.webhook.models import Endpoint  # noqa: E402
from rung.cli.prepare import command as prepare  # noqa: E402
from rung.people import tokens  # noqa: E402
from rung.people.clock import database_now  # noqa: E402
from rung.people.models import Agent, ContactMethod, Customer, Membership, Role, Team  # noqa: E402
from rung.policies.publishing import Published, publish  # noqa: E402

policy, hooks, secret = sys.argv[1:]
prepare()
for handle, team, level in (("sam", "frontline", "L1"), ("ben", "specialists", "L2"), ("olga", "leads", "L3")):
    role = Role.OWNER if handle == "olga" else Role.AGENT
    agent = Agent.objects.create_user(
        f"{handle}@desk.example", handle=handle, name=handle.title(), level=level, role=role
    )
    place, _ = Team.objects.get_or_create(name=team, defaults={"lead": agent})
    Membership.objects.create(team=place, agent=agent)
    ContactMethod.objects.create(agent=agent, channel="email", address=agent.email)
Agent.objects.filter(handle="owner").update(is_active=False)
Customer.objects.create(name="Acme", tier="enterprise", domains=["acme.example"])
for name in ("triage", "l2"):
    Endpoint.objects.create(
        name=name, url=f"{hooks}/{name}", secret=secret, allow_private=True, created_at=database_now()
    )
with open(policy) as file:  # noqa: PTH123
    done = publish(file.read(), author="agent:olga", now=database_now())
assert isinstance(done, Published), done
print(tokens.create("stories", role=Role.LEAD))

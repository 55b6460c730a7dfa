"""`rung prepare`: the schema of this version, a first policy, and a first agent to sign in as."""

from django.conf import settings
from django.core.management import call_command

from rung.core import actors
from rung.insights.sample_day import cast
from rung.people import advisory_locks, sign_in
from rung.people.clock import database_now
from rung.people.models import Agent, Role
from rung.policies.publishing import extend_holidays, publish
from rung.policies.starter import STARTER
from rung.policies.versions import current_number


def command() -> None:
    """Migrate the database and print the word of a sign-in link for the first owner."""
    advisory_locks.wait_for_good(advisory_locks.PREPARING)
    call_command("migrate", interactive=False, verbosity=0)
    if settings.SAMPLE_DAY:
        cast.enter()
    if current_number() == 0:
        publish(
            STARTER.read_text(), author=actors.SYSTEM, reason="The policy a new desk starts with", now=database_now()
        )
    extend_holidays(database_now())
    print(sign_in.issue_link(_owner(), now=database_now()))


def _owner() -> Agent:
    found = Agent.objects.filter(role=Role.OWNER, is_active=True).order_by("pk").first()
    return found or Agent.objects.create_user("owner@localhost", handle="owner", name="Owner", role=Role.OWNER)

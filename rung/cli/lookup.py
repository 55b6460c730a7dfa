"""Finding what a person names on the command line, or saying what comes nearest."""

from collections.abc import Iterable

from rung.core.spelling import did_you_mean
from rung.people.models import Agent, Customer, Team


def agent(handle: str) -> Agent:
    """The agent with this handle; ends the command with a sentence if there is none."""
    found = Agent.objects.filter(handle=handle).first()
    if found is None:
        raise nothing("agent has the handle", handle, Agent.objects.values_list("handle", flat=True))
    return found


def team(name: str) -> Team:
    """The team with this name; ends the command with a sentence if there is none."""
    found = Team.objects.filter(name=name).first()
    if found is None:
        raise nothing("team is called", name, Team.objects.values_list("name", flat=True))
    return found


def customer(name: str) -> Customer:
    """The customer with this name; ends the command with a sentence if there is none."""
    found = Customer.objects.filter(name=name).first()
    if found is None:
        raise nothing("customer is called", name, Customer.objects.values_list("name", flat=True))
    return found


def nothing(what: str, asked: str, known: Iterable[str]) -> SystemExit:
    """The end of a command whose name means nothing here, with the nearest that does."""
    return SystemExit(f'No {what} "{asked}"{did_you_mean(asked, known) or "."}')

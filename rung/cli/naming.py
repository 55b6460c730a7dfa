"""Finding what a person names on the command line, or saying what comes nearest."""

import difflib

from rung.people.models import Agent, Customer, Team


def agent(handle: str) -> Agent:
    """The agent with this handle; ends the command with a sentence if there is none."""
    found = Agent.objects.filter(handle=handle).first()
    return found or _nobody("agent has the handle", handle, Agent.objects.values_list("handle", flat=True))


def team(name: str) -> Team:
    """The team with this name; ends the command with a sentence if there is none."""
    found = Team.objects.filter(name=name).first()
    return found or _nobody("team is called", name, Team.objects.values_list("name", flat=True))


def customer(name: str) -> Customer:
    """The customer with this name; ends the command with a sentence if there is none."""
    found = Customer.objects.filter(name=name).first()
    return found or _nobody("customer is called", name, Customer.objects.values_list("name", flat=True))


def _nobody(what: str, asked: str, known):  # type: ignore[no-untyped-def]
    near = difflib.get_close_matches(asked, list(known), n=1, cutoff=0.5)
    hint = f'; did you mean "{near[0]}"?' if near else "."
    raise SystemExit(f'No {what} "{asked}"{hint}')

"""Whom a notice goes to: how an address is written in notices, deliveries and the policy, and how it is read again.

`agent:sam` · `team:leads` · `level:L2` · `on_call:weekend` · `account_owner:sam` · `triage` · `slack:#leads` ·
`email:a@b` · `customer` · `linked` · `pagerduty` · `jira:ENG`. Kept as written, as an actor is.
"""

from typing import NewType

Address = NewType("Address", str)

CUSTOMER, LINKED, TRIAGE = Address("customer"), Address("linked"), Address("triage")
#: The app's list for everybody, for what belongs to no person and no team.
DESK = Address("desk")


def agent(handle: str) -> Address:
    return Address(f"agent:{handle}")


def account_owner(handle: str) -> Address:
    return Address(f"account_owner:{handle}")


def team(name: str) -> Address:
    return Address(f"team:{name}")


def level(name: str) -> Address:
    return Address(f"level:{name}")


def on_call(schedule: str) -> Address:
    return Address(f"on_call:{schedule}")


def elsewhere(system: str, place: str) -> Address:
    """A project of a tracker, a service of a paging system, a channel's own place."""
    return Address(f"{system}:{place}")


def parts(address: str) -> tuple[str, str]:
    """What kind of address it is, and its name there: `team:leads` is `team` and `leads`, `triage` has no name."""
    kind, _, name = address.partition(":")
    return kind, name


def agent_of(address: str) -> str | None:
    """The handle of the agent it names; None where it names something else."""
    kind, name = parts(address)
    return name if kind == "agent" else None


def names_person(address: str) -> bool:
    return parts(address)[0] in {"agent", "account_owner"}

"""Who does a thing: how an actor is written in events, messages and the log of changes, and how it is read again.

An actor is kept as its stored form (`agent:sam`, `customer:7`, `rule:nobody-has-answered`, `bot:slack`, `system`) under
a type of its own, as a replay reads millions of them and looks into few. Only this module writes or takes one apart.
"""

from typing import NewType

from rung.core.vocabulary import ActorKind

Actor = NewType("Actor", str)

SYSTEM = Actor("system")
#: How every agent, customer and rule begins, for a search in stored rows.
AGENTS, CUSTOMERS, RULES = "agent:", "customer:", "rule:"


def agent(handle: str) -> Actor:
    return Actor(AGENTS + handle)


def customer(requester: int | str | None) -> Actor:
    """By the number of the person who asks; None: nobody we know."""
    return Actor(f"{CUSTOMERS}{requester or 'unknown'}")


def rule(name: str) -> Actor:
    return Actor(RULES + name)


def bot(name: str) -> Actor:
    return Actor(f"bot:{name}")


def kind_of(actor: Actor) -> ActorKind:
    """Raises ValueError where it is none of ours."""
    return ActorKind(actor.partition(":")[0])


def name_of(actor: Actor) -> str:
    """The handle, the requester's number, the rule's or the bot's name; empty for the system."""
    return actor.partition(":")[2]


def is_agent(actor: Actor) -> bool:
    return actor.startswith(AGENTS)


def is_customer(actor: Actor) -> bool:
    return actor.startswith(CUSTOMERS)


def is_rule(actor: Actor) -> bool:
    return actor.startswith(RULES)


def handle_of(actor: Actor) -> str | None:
    """The agent's; None where it is no agent."""
    return name_of(actor) if is_agent(actor) else None

"""The other side: what hangs in each loft, by the key it came with."""

from rung.outbox.ports import Card, CustomerMessage, Digest, Moment

#: The lofts there are; a pigeon to another one comes back.
KNOWN = {"north", "south"}
#: Loft -> key -> what was brought.
BROUGHT: dict[str, dict[str, Moment | Digest | Card | CustomerMessage]] = {}
#: What befalls the next pigeons: "lost" on the way there, "unseen" on the way back, "hungry" before it starts.
WEATHER: list[str] = []


def empty() -> None:
    BROUGHT.clear()
    WEATHER.clear()

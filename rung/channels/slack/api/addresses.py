"""Names of things in Slack as Rung keeps them: always with their workspace, always by id, never by display name."""

from __future__ import annotations

from msgspec import Struct


class Place(Struct, frozen=True):
    """A channel, a person (direct messages) or, with `ts`, one message in it."""

    team: str
    channel: str
    ts: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.team, self.channel, self.ts) if part)

    @property
    def is_person(self) -> bool:
        """A user's id: Slack opens the direct messages with them by itself."""
        return self.channel[:1] in ("U", "W")


def parse(address: str) -> Place | None:
    """`T1/C2` or `T1/C2/169.1`; None for anything else, such as a `#name` not resolved yet."""
    team, _, rest = address.partition("/")
    channel, _, ts = rest.partition("/")
    if team[:1] not in ("T", "E") or channel[:1] not in ("C", "D", "G", "U", "W"):
        return None
    return Place(team, channel, ts)


def person(team: str, user: str) -> str:
    """The external id of a person; two companies may use the same user id, so never the user alone."""
    return f"{team}/{user}"

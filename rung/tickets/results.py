"""What an action answers: what it did, that it was so already, or why it was refused. Never an exception for those."""

from datetime import datetime

from msgspec import Struct


class Done(Struct, frozen=True):
    """`event`: the number of the event recorded. `message`: the row of the words, if there were any.

    `untold`: whom a note mentions although they may not see the ticket, or have left; nobody tells them.
    """

    ticket: int
    event: int
    message: int | None = None
    untold: tuple[str, ...] = ()


class AlreadySo(Struct, frozen=True):
    """The ticket stands as asked: nothing was done. `event`: of the first time, where the same key asked before."""

    ticket: int
    why: str
    event: int | None = None
    message: int | None = None


class AlreadyClaimed(Struct, frozen=True):
    """Somebody was quicker."""

    ticket: int
    by: str


class Refused(Struct, frozen=True):
    """One sentence for the caller."""

    ticket: int
    why: str


class Answered(Struct, frozen=True):
    """`kept`: why the turn stays with us: by_agent, holding, by_default, by_bot; empty: it is the customer's.
    no_way: nothing can reach them, so that it does not count."""

    ticket: int
    event: int
    message: int
    kept: str


class Claimed(Struct, frozen=True):
    """The ticket is the claimer's, at `level`. `closed`: the numbers of the offers settled by it."""

    ticket: int
    event: int
    level: str
    closed: tuple[int, ...] = ()


class Escalated(Struct, frozen=True):
    """An offer was made to `level`. `missing`: fields of the handoff it asks for that nobody has given.

    `opens_at`: nobody can be reached there now, and it opens then (None with `unreachable`: not foreseeable).
    """

    ticket: int
    event: int
    level: str
    missing: tuple[str, ...] = ()
    unreachable: bool = False
    opens_at: datetime | None = None


class Unreachable(Struct, frozen=True):
    """Nothing was done yet: nobody can be reached at `level` before `opens_at`. With `anyway` it is obeyed."""

    ticket: int
    level: str
    opens_at: datetime | None


class Unconfirmed(Struct, frozen=True):
    """Nothing was done yet: `ticket` is of the customer `gone`, `into` of `kept`, who alone would get the answers.

    Empty: nobody we know. Confirmed, it is obeyed.
    """

    ticket: int
    into: int
    gone: str
    kept: str


class Created(Struct, frozen=True):
    """Another ticket came of it: a message to one closed long ago, or a split."""

    ticket: int
    event: int
    message: int | None = None
    continues: int | None = None


def what_came_of(result: object, otherwise: str) -> str:
    """What a message from outside led to, in a few words for the list of what came in. `otherwise`: where it merely did
    what it was to do."""
    match result:
        case Created(ticket=number, continues=None):
            return f"opens ticket {number}"
        case Created(ticket=number, continues=before):
            return f"opens ticket {number}, which continues {before}"
        case AlreadySo(why=why):
            return why
        case _:
            return otherwise

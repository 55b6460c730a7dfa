"""What the outbox asks of the outside: one method for each thing an adapter does, and one outcome for each call.

An adapter never raises for what the other side answers; it translates that into an outcome. It keeps no state of
its own between calls: what it must find again stands in the delivery's key, which it leaves at the other side.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from rung.core.actors import Actor
from rung.core.reckoning.effects import NoticeKind, Subject
from rung.core.vocabulary import ClockName, Priority, Reason, Status, Turn
from rung.outbox.sentences import Sentence

if TYPE_CHECKING:
    from rung.outbox.models import Delivery

# --- outcomes -------------------------------------------------------------------------------------------------------


class Sent(Struct, frozen=True, tag="sent"):
    """The other side has it. `external_id`: its name there, for edits and for look-ups."""

    external_id: str = ""


class Later(Struct, frozen=True, tag="later"):
    """It does not have it, and may take it later. `after`: its own Retry-After; None: our back-off. `only_this`: the
    destination takes others meanwhile, so that they need not wait."""

    reason: Sentence
    after: timedelta | None = None
    only_this: bool = False


class Never(Struct, frozen=True, tag="never"):
    """It refuses for good: a wrong address, a closed account. The next contact method is tried."""

    reason: Sentence


class Unclear(Struct, frozen=True, tag="unclear"):
    """It may or may not have it: a timeout after the request went out, a crash between sending and writing it down."""

    reason: Sentence


Outcome = Sent | Later | Never | Unclear

# --- what is sent ---------------------------------------------------------------------------------------------------


class Move(StrEnum):
    """What a reader may do from a card or a message: the buttons."""

    CLAIM = "claim"
    RETURN = "return"
    ASSIGN_ME = "assign_me"
    ESCALATE = "escalate"
    RESOLVE = "resolve"
    REPLY = "reply"
    OPEN = "open"
    #: What a customer may do from a message to them.
    ASK_ESCALATION = "ask_escalation"
    RATE = "rate"


class Deadline(Struct, frozen=True, kw_only=True):
    clock: ClockName
    due_at: datetime
    missed: bool = False
    at_risk: bool = False


class Calls(Struct, frozen=True):
    """Who is to notice a message in a channel: the group called like the `team`, if the channel knows one, else these
    `people` (handle, address there), else everybody who is there."""

    team: str = ""
    people: tuple[tuple[str, str], ...] = ()


class Moment(Struct, frozen=True, kw_only=True):
    """A message with fixed words to one person, team or channel. `to`: an address in the channel's own terms."""

    key: str
    to: str
    subject: Subject
    title: str
    text: str
    ticket: int | None = None
    url: str = ""
    priority: Priority | None = None
    moves: tuple[Move, ...] = ()
    #: None: nobody is called beside those who look.
    calls: Calls | None = None
    #: To a person, where the channel shows tickets: what is due first, and what the customer said.
    deadline: Deadline | None = None
    excerpt: str = ""


class Digest(Struct, frozen=True, kw_only=True):
    """Moments that were held back, together."""

    key: str
    to: str
    title: str
    moments: tuple[Moment, ...]

    @property
    def calls(self) -> Calls | None:
        """Everybody whom one of them calls."""
        found = [one.calls for one in self.moments if one.calls is not None]
        people = dict.fromkeys(person for calls in found for person in calls.people)
        return Calls(next((calls.team for calls in found if calls.team), ""), tuple(people)) if found else None


class OpenOffer(Struct, frozen=True, kw_only=True):
    number: int
    level: str
    path: str
    at: datetime
    by: Actor


class NextStep(Struct, frozen=True, kw_only=True):
    """What happens at `at` if nothing changes, in words, and what would prevent it."""

    at: datetime
    what: str
    unless: str


class WasTold(Struct, frozen=True, kw_only=True):
    """Somebody who has heard of it."""

    who: str
    at: datetime


class Card(Struct, frozen=True, kw_only=True):
    """A ticket as seen at `drawn_at`. Posted once, then edited: the newest drawing is the only true one."""

    key: str
    to: str
    kind: NoticeKind
    #: For the card of an escalation: the number of its offer.
    offer: int | None = None
    reason: Reason | None = None
    ticket: int
    title: str
    url: str
    status: Status
    turn: Turn
    priority: Priority | None = None
    priority_reasons: tuple[str, ...] = ()
    critical: bool = False
    category: str | None = None
    tags: tuple[str, ...] = ()
    customer: str | None = None
    tier: str | None = None
    requester: str | None = None
    channel: str = ""
    level: str | None = None
    path: str | None = None
    assignee: str | None = None
    offers: tuple[OpenOffer, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    #: What the policy does next, as things stand.
    next_step: NextStep | None = None
    #: For the card of an escalation: who made the offer, in words, and who was told of it.
    offered_by: str = ""
    told: tuple[WasTold, ...] = ()
    #: When it was asked, what was asked first and, if it is other words, what the customer said last; shortened.
    opened_at: datetime | None = None
    excerpt: str = ""
    #: Whether the last answer has arrived, in words, where that is not as it should be.
    arrival: str = ""
    news: str = ""
    #: Names of the files that came with the customer's words.
    files: tuple[str, ...] = ()
    #: Names of ours whom the customer has named, else who answers for the account.
    meant: tuple[str, ...] = ()
    #: Where the conversation with the customer goes on, in the terms of its channel.
    thread: str = ""
    #: The handoff's fields with their values, and the required ones nobody has given.
    handoff: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    #: Workflows that offer themselves as it stands, by name.
    workflows: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()
    #: Nothing is asked of anybody any more: claimed, returned, withdrawn or resolved.
    over: bool = False
    #: One sentence on how it stands: "Claimed by ben at L2".
    headline: str = ""
    #: The number of the newest event it shows.
    version: int = 0
    drawn_at: datetime


class SummaryRow(Struct, frozen=True, kw_only=True):
    """One ticket of a burst. `offer`: the number of its offer."""

    ticket: int
    offer: int
    title: str
    url: str
    customer: str | None = None
    priority: Priority | None = None
    clock: ClockName | None = None
    due_at: datetime | None = None
    missed: bool = False


class Summary(Struct, frozen=True, kw_only=True):
    """A burst of offers to one place as it stands at `drawn_at`: what waits, the most pressing first, and how many have
    found somebody or ended since."""

    key: str
    to: str
    rows: tuple[SummaryRow, ...]
    gone: int
    drawn_at: datetime


class AttachedFile(Struct, frozen=True, kw_only=True):
    name: str
    content_type: str
    path: str
    size: int


class CustomerMessage(Struct, frozen=True, kw_only=True):
    """A public message to the customer, where they wrote. `to` and `thread` are in the channel's own terms; `text` is
    Markdown (core.text.markdown), which the channel shows as its readers see it."""

    key: str
    to: str
    thread: str = ""
    inbox: str = ""
    ticket: int
    subject: str
    text: str
    author: str = ""
    #: Written by a step, not by a person.
    automatic: bool = False
    #: The external id of the customer's message it answers, and of all that was said before, the newest last.
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    #: Mail addresses: the customer's, and who else gets it openly.
    customer: str = ""
    cc: tuple[str, ...] = ()
    #: What the customer may do from it: ask for escalation, rate.
    moves: tuple[Move, ...] = ()
    files: tuple[AttachedFile, ...] = ()


class Page(Struct, frozen=True, kw_only=True):
    """A page through a paging system. `service`: which of its services, in its own terms."""

    key: str
    service: str
    title: str
    text: str
    ticket: int
    url: str
    priority: Priority | None = None


class NewIssue(Struct, frozen=True, kw_only=True):
    """A ticket wanted in another system. `key` is left there, so that a second look finds it."""

    key: str
    project: str
    ticket: int
    url: str
    title: str
    text: str
    priority: Priority | None = None
    customer: str | None = None
    tags: tuple[str, ...] = ()
    files: tuple[AttachedFile, ...] = ()


class Comment(Struct, frozen=True, kw_only=True):
    key: str
    issue: str
    ticket: int
    url: str
    text: str


# --- who takes it ---------------------------------------------------------------------------------------------------


class Method(StrEnum):
    """What is asked of an adapter; limits are kept for each."""

    POST = "post"
    EDIT = "edit"
    MESSAGE = "message"
    PAGE = "page"
    CREATE = "create"
    COMMENT = "comment"


class Lane(Struct, frozen=True):
    """Where deliveries queue one behind the other, at most one every so often. One name, one queue, all processes."""

    name: str
    every: timedelta = timedelta(0)


class Adapter(Protocol):
    """What every adapter has. Settings name one factory per adapter, see `registry`."""

    @property
    def name(self) -> str: ...

    @property
    def takes(self) -> frozenset[NoticeKind]:
        """The kinds it can deliver; others are shown in the app."""

    @property
    def repeats_safely(self) -> bool:
        """The other side drops a second copy by our key, so an unclear sending is simply repeated."""

    def lane(self, method: Method, to: str) -> Lane:
        """The queue for one method and destination, as finely as the other side counts."""


class Channel(Adapter, Protocol):
    """A medium with people at the other end."""

    def send_moment(self, moment: Moment) -> Outcome: ...

    def send_digest(self, digest: Digest) -> Outcome: ...

    def post_card(self, card: Card) -> Outcome: ...

    def edit_card(self, card: Card, external_id: str) -> Outcome: ...

    def find_card(self, card: Card) -> Sent | Later | None:
        """Look whether an unclear post arrived, by its key: None if it did not."""

    def send_message(self, message: CustomerMessage) -> Outcome: ...

    def find_message(self, message: CustomerMessage) -> Sent | Unclear | Later | None:
        """Look whether an unclear message arrived: None if it did not, Unclear if that cannot be known."""


class SummaryChannel(Channel, Protocol):
    """A channel in which a burst can stand as one living list; it says so by `shows_summaries`."""

    def post_summary(self, summary: Summary) -> Outcome: ...

    def edit_summary(self, summary: Summary, external_id: str) -> Outcome: ...

    def find_summary(self, summary: Summary) -> Sent | Later | None:
        """Look whether an unclear post arrived, by its key."""


class Tracker(Adapter, Protocol):
    """Another ticket system."""

    def create(self, issue: NewIssue) -> Outcome:
        """`Sent.external_id` is the issue's key there."""

    def find(self, issue: NewIssue) -> Sent | Later | None:
        """The issue that carries our key, if it was made before."""

    def comment(self, comment: Comment) -> Outcome: ...


class Pager(Adapter, Protocol):
    """A paging system."""

    def page(self, page: Page) -> Outcome: ...

    def end(self, key: str) -> Outcome:
        """Nobody needs to be woken any more."""


# --- what is still true -----------------------------------------------------------------------------------------------


class Source(Protocol):
    """Those who know the tickets, asked by the courier just before it sends and just after. Settings name it."""

    def no_longer_wanted(self, delivery: "Delivery") -> Sentence | None:
        """Why this has stopped being true; None: it is still to be said."""

    def moment(self, delivery: "Delivery") -> Moment: ...

    def digest(self, delivery: "Delivery", parts: "Sequence[Delivery]") -> Digest: ...

    def card(self, delivery: "Delivery", now: datetime) -> Card: ...

    def summary(self, delivery: "Delivery", parts: "Sequence[Delivery]", now: datetime) -> Summary: ...

    def message(self, delivery: "Delivery") -> CustomerMessage: ...

    def page(self, delivery: "Delivery") -> Page: ...

    def issue(self, delivery: "Delivery") -> NewIssue: ...

    def comment(self, delivery: "Delivery") -> Comment: ...

    def was_sent(self, delivery: "Delivery", external_id: str, now: datetime) -> None:
        """Write down what follows from it: an issue that was made is linked."""

    def was_lost(self, delivery: "Delivery", why: Sentence, now: datetime) -> None:
        """It will not arrive, and the person who relies on it must be told."""

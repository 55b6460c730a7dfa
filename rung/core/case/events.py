"""The event catalogue: everything that can happen to a ticket. Ids, facts and numbers, never people's words.

An event's `number` is its place within its ticket, from 1; `by` names the actor: `agent:sam`, `customer:7`,
`rule:nobody-has-answered`, `bot:slack`, `system`. A clock's cycle is known by the number of the event that started it.
"""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec import Struct

from rung.core.actors import Actor
from rung.core.vocabulary import Automatic, ClockName, Kept, Priority, Reason, Undelivered


class TextFacts(Struct, frozen=True, omit_defaults=True):
    """What a message's text was judged to say, by a named version of the judgement."""

    version: str = ""
    #: The phrases of the policy that were said, negation and quotation understood.
    matched: tuple[str, ...] = ()
    emotion: str | None = None
    #: The learned model's opinion, and its confidence 0..1.
    category: str | None = None
    category_confidence: float | None = None
    priority: Priority | None = None
    priority_confidence: float | None = None
    language: str | None = None


class Said(Struct, frozen=True):
    """When it was said, stamped by the server of the place where customers and agents read one another; no sender's own
    clock. `place`: that place, such as a channel of Slack."""

    at: datetime
    place: str


class Event(Struct, frozen=True, kw_only=True, tag_field="kind", omit_defaults=True):
    """`at`: when the desk heard of it, never earlier than the event before."""

    at: datetime
    by: Actor
    number: int = 0


# --- customers and agents -------------------------------------------------------------------------------------------


class Opened(Event, frozen=True, kw_only=True, tag="opened"):
    policy: int = 0
    channel: str = "api"
    customer: str | None = None
    tier: str | None = None
    account_owner: str | None = None
    requester: str | None = None
    message: int | None = None
    said: Said | None = None
    facts: TextFacts | None = None
    #: Given by the opener: arrival does not change them.
    category: str | None = None
    priority: Priority | None = None


class CustomerWrote(Event, frozen=True, kw_only=True, tag="customer_wrote"):
    """A message of the customer. `automatic`: it stays on the timeline and changes nothing."""

    message: int | None = None
    said: Said | None = None
    facts: TextFacts | None = None
    automatic: Automatic | None = None


class CustomerEdited(Event, frozen=True, kw_only=True, tag="customer_edited"):
    """The customer has changed the words of an earlier message: its facts are heard, and nothing is counted.
    `message`: the words as they are now; `news`: a phrase of the policy is among them that they had not said."""

    message: int | None = None
    facts: TextFacts | None = None
    news: bool = False


class Answered(Event, frozen=True, kw_only=True, tag="answered"):
    """A person's public message. `kept`: why the turn stays with us; None passes it to the customer."""

    message: int | None = None
    said: Said | None = None
    kept: Kept | None = None


class AutoReplied(Event, frozen=True, kw_only=True, tag="auto_replied"):
    """A public message of a step or an acknowledgement: stops no clock, passes no turn."""

    message: int | None = None
    reply: str = ""


class Noted(Event, frozen=True, kw_only=True, tag="noted"):
    message: int | None = None
    mentions: tuple[str, ...] = ()


class Assigned(Event, frozen=True, kw_only=True, tag="assigned"):
    """`assignee` None: taken off its assignee."""

    assignee: str | None = None


class Held(Event, frozen=True, kw_only=True, tag="held"):
    """The turn passes to a third party: engineering, a vendor."""

    third_party: str | None = None


class Waited(Event, frozen=True, kw_only=True, tag="waited"):
    """The turn passes to the customer without an answer."""


class TurnTaken(Event, frozen=True, kw_only=True, tag="turn_taken"):
    """Set open by hand: our turn again."""


class Snoozed(Event, frozen=True, kw_only=True, tag="snoozed"):
    until: datetime


class SnoozeEnded(Event, frozen=True, kw_only=True, tag="snooze_ended"):
    pass


class Recounted(Event, frozen=True, kw_only=True, tag="recounted"):
    """The verdict on an earlier `customer_wrote` is corrected; the case is rebuilt as if it had been so."""

    event: int
    automatic: Automatic | None = None


class TakenBack(Event, frozen=True, kw_only=True, tag="taken_back"):
    """An answer is known not to have arrived: the case is rebuilt as if it had been a note, and the turn is ours.
    `event`: its number; `answered_at`: when it was given."""

    event: int
    why: Undelivered
    answered_at: datetime


class Resolved(Event, frozen=True, kw_only=True, tag="resolved"):
    """With a message by a person it is an answer too."""

    message: int | None = None


class Closed(Event, frozen=True, kw_only=True, tag="closed"):
    why: str = ""


class Reopened(Event, frozen=True, kw_only=True, tag="reopened"):
    """Reopened without a message (a message reopens by itself). By the customer it counts as theirs."""


class PrioritySet(Event, frozen=True, kw_only=True, tag="priority_set"):
    priority: Priority
    #: None leaves the flag as it is.
    critical: bool | None = None
    #: Why, in the policy's words: `phrase:asap`, `priority.rules[1]`, `emotion:angry`, `rule:...`, `learned:0.83`.
    reasons: tuple[str, ...] = ()


class CategorySet(Event, frozen=True, kw_only=True, tag="category_set"):
    category: str | None
    reasons: tuple[str, ...] = ()


class Tagged(Event, frozen=True, kw_only=True, tag="tagged"):
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class CustomerChanged(Event, frozen=True, kw_only=True, tag="customer_changed"):
    """Another customer, or what is known of it has changed."""

    customer: str | None = None
    tier: str | None = None
    account_owner: str | None = None


class Rated(Event, frozen=True, kw_only=True, tag="rated"):
    rating: int
    message: int | None = None


class Merged(Event, frozen=True, kw_only=True, tag="merged"):
    """This ticket went into another; it is closed. `participates`: its requester hears what is said there."""

    into: int
    participates: bool = False


class Absorbed(Event, frozen=True, kw_only=True, tag="absorbed"):
    """Another ticket came into this one. Where its customer waits for an answer they go on waiting here: `waited` are
    the times in which its reply clock ran, `fired` its steps that have been acted upon, as `rule/step`."""

    ticket: int
    waited: tuple[tuple[datetime, datetime], ...] = ()
    fired: tuple[str, ...] = ()


class SplitOff(Event, frozen=True, kw_only=True, tag="split_off"):
    """Messages of this ticket became another."""

    ticket: int
    messages: tuple[int, ...] = ()


class Related(Event, frozen=True, kw_only=True, tag="related"):
    """Another ticket of ours: the one this continues, was split from, or belongs with."""

    ticket: int
    relation: str = "related"


class Unrelated(Event, frozen=True, kw_only=True, tag="unrelated"):
    """Another ticket of ours no longer belongs with this one."""

    ticket: int


class WorkflowUsed(Event, frozen=True, kw_only=True, tag="workflow_used"):
    """Somebody did a common request in one click. `edited`: with other words than the policy's."""

    workflow: str
    edited: bool = False


class Linked(Event, frozen=True, kw_only=True, tag="linked"):
    """A ticket elsewhere belongs to this one. It does not pass the turn."""

    tracker: str
    issue: str
    url: str = ""


class Unlinked(Event, frozen=True, kw_only=True, tag="unlinked"):
    tracker: str
    issue: str


class ThirdPartyMoved(Event, frozen=True, kw_only=True, tag="third_party_moved"):
    """A sign of life on a linked ticket. `own`: made by us or a bot, so none."""

    tracker: str = ""
    issue: str = ""
    status: str | None = None
    own: bool = False


# --- the handshake --------------------------------------------------------------------------------------------------


class Offered(Event, frozen=True, kw_only=True, tag="offered"):
    """An escalation to a level: an offer. Level, assignee and owner stay until somebody claims."""

    level: str
    path: str
    reason: Reason = Reason.OTHER
    rule: str | None = None
    step: str | None = None
    #: The clock and cycle whose rule made it: when that cycle ends, the offer is withdrawn.
    clock: ClockName | None = None
    cycle: int | None = None
    #: How often it has been offered to the same last level before: the wait for the next doubles.
    repeat: int = 0
    #: Levels passed over because nobody could be reached, and when each opens.
    skipped: tuple[tuple[str, datetime | None], ...] = ()
    handoff: int | None = None
    #: Required fields of the handoff nobody has given yet.
    missing: tuple[str, ...] = ()


class Claimed(Event, frozen=True, kw_only=True, tag="claimed"):
    """An agent of an offered level takes the ticket: it moves there. `closes`: offers closed by it."""

    agent: str
    level: str
    path: str
    offer: int
    closes: tuple[int, ...] = ()


class OfferReturned(Event, frozen=True, kw_only=True, tag="offer_returned"):
    """`message`: the note with the reason."""

    offer: int
    level: str = ""
    message: int | None = None


class OfferWithdrawn(Event, frozen=True, kw_only=True, tag="offer_withdrawn"):
    offer: int
    #: The clock that ended, or `by_hand`.
    why: str = ""


class ExpertsAsked(Event, frozen=True, kw_only=True, tag="experts_asked"):
    """An escalation sideways to people who master the category: a note that mentions them."""

    agents: tuple[str, ...]
    reason: Reason = Reason.OTHER
    rule: str | None = None
    message: int | None = None


class SentOut(Event, frozen=True, kw_only=True, tag="sent_out"):
    """An escalation out to another system: a ticket there is asked for."""

    tracker: str
    project: str
    reason: Reason = Reason.OTHER
    rule: str | None = None


class HandoffGiven(Event, frozen=True, kw_only=True, tag="handoff_given"):
    """Fields of the handoff were filled in; their words stand in `handoff`."""

    handoff: int
    fields: tuple[str, ...] = ()


# --- what the ticker concludes --------------------------------------------------------------------------------------


class StepOutcome(StrEnum):
    FIRED = "fired"
    #: Its `when` was false at the crossing.
    PASSED_OVER = "passed_over"
    #: A later step, a higher escalation or the end of its clock came first: recorded, not sent.
    OVERTAKEN = "overtaken"
    #: Already at that level or higher, or offered there.
    ALREADY_THERE = "already_there"
    #: Crossed before a newly published policy came into force.
    SETTLED = "settled"


class Placed(Event, frozen=True, kw_only=True, tag="placed"):
    """On arrival: the path, and its first level, which owns the ticket."""

    path: str
    level: str


class StepFired(Event, frozen=True, kw_only=True, tag="step_fired"):
    """A step was reached at `due_at` and acted upon at `at`. `since`: it is measured so only since then, by another
    target or version; its lateness counts from there."""

    rule: str
    step: str
    cycle: int
    outcome: StepOutcome
    due_at: datetime
    #: A rule without a clock: its episode begins.
    episode: bool = False
    clock: ClockName | None = None
    since: datetime | None = None

    @property
    def late(self) -> timedelta:
        """How long after the moment it became due."""
        return self.at - (self.since or self.due_at)


class EpisodeEnded(Event, frozen=True, kw_only=True, tag="episode_ended"):
    """The `when` of a rule without a clock turned false."""

    rule: str


class TargetMissed(Event, frozen=True, kw_only=True, tag="target_missed"):
    """A running clock passed its target at `due_at`."""

    metric: ClockName
    cycle: int
    due_at: datetime


class Judgement(Struct, frozen=True, omit_defaults=True):
    """An ended cycle and the goal it was judged by, in seconds of working time. `met` None: no goal was set."""

    clock: ClockName
    cycle: int
    ended: int
    ran: float
    goal: float | None = None
    met: bool | None = None


class CyclesJudged(Event, frozen=True, kw_only=True, tag="cycles_judged"):
    results: tuple[Judgement, ...]


class PauseOverrun(Event, frozen=True, kw_only=True, tag="pause_overrun"):
    """A pause reached `pause_at_most`: the clock runs on. `pause`: the number of the event that began it."""

    pause: int
    turn: str
    due_at: datetime


class NobodyReached(Event, frozen=True, kw_only=True, tag="nobody_reached"):
    """No level could be reached; the desk's owners are told."""

    rule: str | None = None
    skipped: tuple[tuple[str, datetime | None], ...] = ()


class PolicyChosen(Event, frozen=True, kw_only=True, tag="policy_chosen"):
    """Another version judges the ticket. `fire`: steps already crossed under it fire; else they are recorded."""

    version: int
    fire: bool = False


class Settled(Event, frozen=True, kw_only=True, tag="settled"):
    """The newly chosen version has been looked at once."""


class Rejudged(Event, frozen=True, kw_only=True, tag="rejudged"):
    """What the customer has said since opened or reopened, judged again by another version."""

    facts: TextFacts


AnyEvent = (
    Opened
    | CustomerWrote
    | CustomerEdited
    | Answered
    | AutoReplied
    | Noted
    | Assigned
    | Held
    | Waited
    | TurnTaken
    | Snoozed
    | SnoozeEnded
    | Recounted
    | TakenBack
    | Resolved
    | Closed
    | Reopened
    | PrioritySet
    | CategorySet
    | Tagged
    | CustomerChanged
    | Rated
    | Merged
    | Absorbed
    | SplitOff
    | Related
    | Unrelated
    | WorkflowUsed
    | Linked
    | Unlinked
    | ThirdPartyMoved
    | Offered
    | Claimed
    | OfferReturned
    | OfferWithdrawn
    | ExpertsAsked
    | SentOut
    | HandoffGiven
    | Placed
    | StepFired
    | EpisodeEnded
    | TargetMissed
    | CyclesJudged
    | PauseOverrun
    | NobodyReached
    | PolicyChosen
    | Settled
    | Rejudged
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def encode(event: AnyEvent) -> bytes:
    """The event as JSON, its kind under `kind`."""
    return _encoder.encode(event)


def decode(data: bytes | str) -> AnyEvent:
    return _decoder.decode(data)

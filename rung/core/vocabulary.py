"""The words of the field that every part of Rung shares, as enums: one word per thing."""

from enum import StrEnum


class Priority(StrEnum):
    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 is the most pressing."""
        return _PRIORITY_RANK[self]

    def raised(self, by: int = 1) -> "Priority":
        """`by` steps more pressing; stops at urgent."""
        return _PRIORITIES[max(0, self.rank - by)]


_PRIORITIES = tuple(Priority)
_PRIORITY_RANK = {priority: rank for rank, priority in enumerate(_PRIORITIES)}


class Status(StrEnum):
    """The one state machine of a ticket, the same for every channel."""

    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def is_over(self) -> bool:
        return self in _OVER


_OVER = frozenset({Status.RESOLVED, Status.CLOSED})


class Turn(StrEnum):
    """Whose move it is."""

    OURS = "ours"
    CUSTOMER = "customer"
    THIRD_PARTY = "third_party"
    NOBODY = "nobody"


TURN_OF_STATUS = {
    Status.OPEN: Turn.OURS,
    Status.PENDING: Turn.CUSTOMER,
    Status.ON_HOLD: Turn.THIRD_PARTY,
    Status.RESOLVED: Turn.NOBODY,
    Status.CLOSED: Turn.NOBODY,
}


class ClockName(StrEnum):
    """The clocks of docs/reference/meaning.md."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    UPDATE = "update"
    RESOLUTION = "resolution"
    UNASSIGNED = "unassigned"
    IDLE = "idle"
    AT_LEVEL = "at_level"
    UNACCEPTED = "unaccepted"
    CUSTOMER_SILENCE = "customer_silence"
    THIRD_PARTY_SILENCE = "third_party_silence"


#: The clocks a target can be set for.
METRICS = (ClockName.FIRST_RESPONSE, ClockName.NEXT_RESPONSE, ClockName.UPDATE, ClockName.RESOLUTION)


class Reason(StrEnum):
    """Why a ticket was escalated."""

    COMPLEXITY = "complexity"
    TIME = "time"
    SEVERITY = "severity"
    REPEAT = "repeat"
    DISSATISFACTION = "dissatisfaction"
    CUSTOMER_REQUEST = "customer_request"
    OTHER = "other"


class ActorKind(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    RULE = "rule"
    BOT = "bot"
    SYSTEM = "system"


class Emotion(StrEnum):
    ANGRY = "angry"
    DESPERATE = "desperate"
    FRUSTRATED = "frustrated"
    WORRIED = "worried"
    CONFUSED = "confused"
    NEUTRAL = "neutral"
    CONTENT = "content"


class Automatic(StrEnum):
    """Why a message counts as nobody's words; `recount` corrects the verdict."""

    OUT_OF_OFFICE = "out_of_office"
    BOUNCE = "bounce"
    LIST = "list"
    BOT = "bot"
    THANKS = "thanks"
    GREETING = "greeting"
    SPAM = "spam"
    RECEIPT = "receipt"
    CALENDAR = "calendar"
    COMPLAINT = "complaint"
    ECHO = "echo"
    BY_HAND = "by_hand"


class Undelivered(StrEnum):
    """Why an answer is known not to have arrived."""

    REFUSED = "refused"
    BOUNCED = "bounced"
    NO_WAY = "no_way"
    UNDONE = "undone"


class Kept(StrEnum):
    """Why a public answer left the turn with us."""

    BY_AGENT = "by_agent"
    HOLDING = "holding"
    BY_DEFAULT = "by_default"

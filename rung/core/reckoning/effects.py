"""What a look at a ticket asks for: events to record, notices to send, and when to look again."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from rung.core.addresses import Address
from rung.core.case.case import Case
from rung.core.case.events import AnyEvent
from rung.core.vocabulary import Priority


class NoticeKind(StrEnum):
    """What kind of delivery it becomes. Moments interrupt and have fixed words; cards are views and are edited."""

    #: A direct message to a person, or a message in a team's or a level's channel.
    MOMENT = "moment"
    #: The living card of an offer, in the channel of the level it goes to.
    OFFER_CARD = "offer_card"
    #: The living card of the ticket in the triage channel.
    TRIAGE_CARD = "triage_card"
    #: A page through a paging system.
    PAGE = "page"
    #: A canned answer to the customer.
    REPLY = "reply"
    #: A comment on the linked tickets elsewhere.
    COMMENT = "comment"
    #: A linked ticket to be opened, or found, elsewhere.
    LINK = "link"
    #: Held-back moments of one recipient, together.
    DIGEST = "digest"
    #: The living list of a burst of offers, in the channel of the level they go to.
    SUMMARY = "summary"


class Subject(StrEnum):
    """What a notice is about: chooses its words."""

    REMINDER = "reminder"
    NOTIFICATION = "notification"
    OFFER = "offer"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    ASSIGNED = "assigned"
    EXPERT_ASKED = "expert_asked"
    LAST_LEVEL = "last_level"
    NOBODY_REACHED = "nobody_reached"
    PAUSE_OVERRUN = "pause_overrun"
    SNOOZE_ENDED = "snooze_ended"
    #: What a person wrote to the customer.
    ANSWER = "answer"
    CANNED_REPLY = "canned_reply"
    LINKED_COMMENT = "linked_comment"
    NEW_LINK = "new_link"
    PAGE = "page"
    TICKET = "ticket"
    ALERT = "alert"


class Notice(Struct, frozen=True, omit_defaults=True):
    """One thing to be said to one recipient.

    `to`: `agent:sam` · `team:leads` · `level:L2` · `triage` · `slack:#leads` · `email:a@b` · `account_owner:NAME` ·
    `customer` · `linked` · `pagerduty` · `jira:ENG`.
    """

    kind: NoticeKind
    to: Address
    subject: Subject
    #: Unique within the ticket: rule/step/cycle/recipient, or the event it follows from.
    key: str
    #: The number of the event it is about.
    event: int
    rule: str | None = None
    step: str | None = None
    cycle: int | None = None
    #: For replies, comments, links and pages: which canned answer, project or service; for a reminder: whom it calls.
    what: str | None = None
    priority: Priority | None = None
    #: Quiet hours and budgets never hold it beyond this moment.
    deadline: datetime | None = None
    #: Never held back: pages, offers to those on call, urgent offers.
    exempt: bool = False
    #: Whom it was meant for, when that would have reached nobody.
    instead_of: str | None = None
    #: Of a digest: the moments it stands for.
    parts: "tuple[Notice, ...]" = ()


class Decision(Struct, frozen=True):
    """Reckoned at one moment. `case` is the case after `events`; `wake_at` None: nothing more is due by itself."""

    events: tuple[AnyEvent, ...]
    notices: tuple[Notice, ...]
    wake_at: datetime | None
    case: Case

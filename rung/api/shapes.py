"""What the API takes and gives, as types: the OpenAPI document is written from these."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints

from rung.core.vocabulary import Automatic, ClockName, Priority, Reason, Status, Turn
from rung.tickets.actions.triage import LONGEST_TAG, TAGS_AT_A_TIME
from rung.tickets.answer_states import AnswerState
from rung.tickets.message_rows import LONGEST_FIELD, LONGEST_WORDS

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=200_000, pattern=r"\S")]
Said = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_WORDS, pattern=r"\S")]
Told = Annotated[str, StringConstraints(max_length=LONGEST_FIELD)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TAG)]
Tags = Annotated[list[Tag], Field(max_length=TAGS_AT_A_TIME)]


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError where there is none."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as far:
        raise ValueError("a moment between the years 1 and 9999") from far


Address = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$")]
Addresses = Annotated[list[Address], Field(max_length=20)]
Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Given(Schema):
    """A request's body: unknown fields are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid")


def example(**fields: Any) -> ConfigDict:
    """The configuration of a body with an example in the OpenAPI document."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [fields]})


class Mistake(Schema):
    """Every answer of 4xx. `error` is one sentence; `place` where in the request; `nearest` what was probably meant."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "error": 'Body.priority: "hihg" is not known; did you mean "high"?',
                    "place": "body.priority",
                    "nearest": "high",
                }
            ]
        },
    )
    error: str
    place: str | None = None
    nearest: str | None = None
    also: list[str] | None = None


# --- in -------------------------------------------------------------------------------------------------------------


class CustomerNamed(Given):
    """The customer by name, else by mail domain; one that is not known is made, with this tier."""

    model_config = example(name="Acme", domain="acme.example", tier="enterprise")
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    domain: Annotated[str, StringConstraints(max_length=253)] = ""
    tier: Annotated[str, StringConstraints(max_length=60)] = ""


class RequesterNamed(Given):
    """The person who asks."""

    model_config = example(name="Rita Ray", email="rita@acme.example")
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    email: Annotated[str, StringConstraints(max_length=254, pattern=r"^([^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+)?$")] = ""


class NewFile(Given):
    """A file with a message. What it is, is found by looking at it."""

    model_config = example(name="import.log", data="MDI6MDAgc3RhcnRlZAo=")
    name: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    data: Annotated[str, Field(description="The content in base64.", json_schema_extra={"format": "byte"})]


Files = Annotated[list[NewFile], Field(default_factory=list, max_length=100)]


class NewTicket(Given):
    """A request of a customer. Priority, category and path are found by the policy unless given."""

    model_config = example(
        subject="Nightly import has stopped",
        body="Since 02:00 nothing arrives. This is urgent for us.",
        requester={"name": "Rita Ray", "email": "rita@acme.example"},
        customer={"name": "Acme", "tier": "enterprise"},
    )
    subject: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    body: Words
    files: Files
    requester: RequesterNamed | None = None
    customer: CustomerNamed | None = None
    priority: Priority | None = None
    category: Word | None = None
    tags: Tags = []
    external_id: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = Field(
        default=None, description="The message's name in the system it comes from: the same one again opens nothing."
    )


class NewMessage(Given):
    """Something the customer wrote."""

    model_config = example(text="It is still not working.", external_id="chat-8812")
    text: Words
    files: Files
    requester: RequesterNamed | None = None
    automatic: Automatic | None = Field(
        default=None, description="Why it counts as nobody's words: it changes no clock."
    )
    external_id: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = None


class ByAgent(Given):
    """An action. `agent`: in whose name, by handle; without it, the token's own agent or service."""

    model_config = example(agent="sam")
    agent: Word | None = None


class NewAnswer(ByAgent):
    model_config = example(text="We found it: the certificate had expired.", keep_open=False, agent="sam")
    text: Said
    files: Files
    keep_open: bool | None = Field(
        default=None, description="Whose turn it is afterwards; left out, the policy decides."
    )
    cc: Addresses = Field(default=[], description="Who gets it too, by mail, openly.")
    bcc: Addresses = Field(default=[], description="Who gets it too, by mail, in secret.")


class Undoing(ByAgent):
    model_config = example(message=17, agent="sam")
    message: Number = Field(description="The number of the message.")


class SendingAgain(Undoing):
    model_config = example(message=17, address="kim@acme.example", agent="sam")
    address: Address | None = Field(default=None, description="By mail to this address; left out, as before.")


class WorkflowUse(ByAgent):
    model_config = example(workflow="password reset", answers={"account": "rita@acme.example"}, agent="sam")
    workflow: Word
    answers: dict[str, Annotated[str, StringConstraints(max_length=2000)]] = {}
    text: Said | None = Field(default=None, description="Your own words instead of the policy's reply.")


class NewNote(ByAgent):
    model_config = example(text="Looks like their proxy. @ada have you seen this?", agent="sam")
    text: Said
    files: Files


class Assignment(ByAgent):
    model_config = example(assignee="ben", agent="sam")
    assignee: Word | None = Field(description="An agent's handle; null for nobody.")


class OfferReturn(ByAgent):
    model_config = example(why="Not ours: the SSO settings are the customer's.", agent="ben")
    why: Said
    offer: Number | None = Field(default=None, description="The offer's number; left out, the newest open one.")


class Escalation(ByAgent):
    model_config = example(
        to="next",
        reason="complexity",
        handoff={"impact": "All imports stand still", "tried": "Restarted twice"},
        agent="sam",
    )
    to: Word = Field(
        default="next", description="`next`, a level, `path:NAME`, `expert`, `expert:HANDLE` or `TRACKER:PROJECT`."
    )
    reason: Reason = Reason.OTHER
    handoff: Annotated[dict[Word, Told], Field(max_length=30)] = {}
    note: Told = ""
    anyway: bool = Field(default=False, description="Offer it even though nobody can be reached there now.")


class HandoffFields(ByAgent):
    model_config = example(fields={"reproduction": "Sign in as any user of Acme"}, agent="sam")
    fields: Annotated[dict[Word, Told], Field(min_length=1, max_length=30)]
    note: Told = ""


class PriorityChoice(ByAgent):
    model_config = example(priority="high", agent="sam")
    priority: Priority
    critical: bool | None = None


class CategoryChoice(ByAgent):
    model_config = example(category="sso", agent="sam")
    category: Word | None


class TagChanges(ByAgent):
    model_config = example(add=["vip"], remove=[])
    add: Tags = []
    remove: Annotated[list[Word], Field(max_length=50)] = []


class CustomerChoice(ByAgent):
    model_config = example(name="Acme", tier="enterprise")
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    domain: Annotated[str, StringConstraints(max_length=253)] = ""
    tier: Annotated[str, StringConstraints(max_length=60)] = ""


class Hold(ByAgent):
    model_config = example(third_party="Okta support", agent="sam")
    third_party: Annotated[str, StringConstraints(max_length=200)] | None = None


class Snooze(ByAgent):
    model_config = example(until="2027-01-04T08:00:00Z", agent="sam")
    until: Moment


class Recount(ByAgent):
    model_config = example(event=7, automatic="thanks", agent="sam")
    event: Number
    automatic: Automatic | None = Field(description="The right verdict; null: the customer's own words.")


class Resolution(ByAgent):
    model_config = example(text="The certificate is renewed and imports run again.", agent="sam")
    text: Said | None = Field(
        default=None, description="Sent to the customer, and an answer. Without it the policy's reply is sent."
    )


class Closing(ByAgent):
    model_config = example(why="duplicate", agent="sam")
    why: Word = "by_hand"


class Merging(ByAgent):
    model_config = example(into=17, agent="sam")
    into: Number
    confirm: bool = Field(
        default=False, description="Also where the other ticket is another customer's, who alone gets the answers then."
    )


class Splitting(ByAgent):
    model_config = example(messages=[31, 32], subject="And a question about invoices", agent="sam")
    messages: Annotated[list[Number], Field(min_length=1, max_length=500)]
    subject: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class NewLink(ByAgent):
    model_config = example(tracker="jira", issue="ENG-512", url="https://tracker.example/browse/ENG-512")
    tracker: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
    issue: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    url: Annotated[str, StringConstraints(max_length=500)] = ""


class Relating(ByAgent):
    model_config = example(ticket=17, relation="caused_by")
    ticket: Number
    relation: Literal["related", "duplicate_of", "caused_by"] = "related"


class NewRating(Given):
    model_config = example(rating=4)
    rating: Annotated[int, Field(ge=1, le=5)]


# --- out ------------------------------------------------------------------------------------------------------------


class CustomerBrief(Schema):
    name: str
    tier: str


class PersonBrief(Schema):
    name: str
    email: str | None


class DeadlineBrief(Schema):
    clock: str
    at: datetime


class TicketOut(Schema):
    number: int
    subject: str
    status: Status
    turn: Turn
    priority: Priority | None
    critical: bool
    category: str | None
    tags: list[str]
    path: str | None
    level: str | None
    assignee: str | None
    offered_to: str | None
    offered_at: datetime | None
    customer: CustomerBrief | None
    requester: PersonBrief | None
    channel: str
    policy: int
    opened_at: datetime
    changed_at: datetime
    over_at: datetime | None
    merged_into: int | None
    snoozed_until: datetime | None
    next_deadline: DeadlineBrief | None
    at_risk_at: datetime | None
    missed: bool
    url: str


class TicketPage(Schema):
    tickets: list[TicketOut]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page; null: this was the last.")


class AttachmentOut(Schema):
    id: int
    name: str
    content_type: str = Field(description="Found by looking at the file, whatever its sender called it.")
    size: int = Field(description="Bytes.")


class ArrivalOut(Schema):
    """Whether an answer has arrived, for all its recipients together: if any of them got it, it counts."""

    state: AnswerState = Field(
        description="`refused`, `bounced`, `no_way` and `undone` do not count as an answer; `only_page` and "
        "`perhaps_arrived` do."
    )
    to: str = Field(description="In the channel's own terms.")
    why: str | None = Field(description="What the other side, or the desk, said last.")
    held_until: datetime | None = Field(description="While it is held: when it goes out. Until then it can be undone.")


class MessageOut(Schema):
    number: int
    direction: str = Field(description="`inbound` from the customer, `public` to them, `note` inside.")
    author: str
    author_name: str
    text: str
    at: datetime
    arrival: ArrivalOut | None = Field(default=None, description="Of what was sent to the customer.")
    attachments: list[AttachmentOut] = Field(description="To be fetched under `/tickets/N/attachments/ID`.")


class WorkflowOut(Schema):
    workflow: str
    ask: list[str]
    reply: str | None = Field(description="Which of the policy's replies it sends.")
    then: Status | None


class EventOut(Schema):
    number: int
    at: datetime
    kind: str
    by: str
    who: str
    text: str = Field(description="The event as a sentence.")
    why: str
    data: dict[str, Any]


class ClockOut(Schema):
    clock: ClockName
    cycle: int
    started_at: datetime
    ran: float = Field(description="Seconds of working time it has run.")
    goal: float | None = Field(description="Seconds of working time promised; null: no target.")
    deadline_at: datetime | None = Field(description="Null: no goal, or it stands still.")
    counting: bool
    paused: bool
    missed: bool


class ClocksOut(Schema):
    at: datetime
    clocks: list[ClockOut]


class StepOut(Schema):
    """A step that happens at `at`, if nothing changes, unless `unless` comes first."""

    at: datetime
    rule: str
    rule_name: str
    step: str
    clock: ClockName
    does: list[str]
    to: list[str]
    applies: bool = Field(description="Its `when` as things stand; false: it would be passed over.")
    unless: str
    why: str


class LadderOut(Schema):
    level: str
    team: str
    place: str = Field(description="passed, holds, offered or ahead")
    since: datetime | None
    lead: str | None
    people: list[str]
    responsible_for: str
    reachable: bool
    opens_at: datetime | None
    offer: int | None


class NextOut(Schema):
    at: datetime
    ladder: list[LadderOut]
    steps: list[StepOut]


class DeliveryOut(Schema):
    id: int
    ticket: int | None
    kind: str
    subject: str
    recipient: str
    instead_of: str
    channel: str
    destination: str
    state: str
    title: str
    title_code: str
    text: str
    rule: str
    step: str
    event: int
    attempts: int
    outcome: str
    outcome_code: str
    held_why: str
    held_why_code: str
    due_at: datetime
    created_at: datetime
    next_attempt_at: datetime | None
    sent_at: datetime | None


class DeliveryPage(Schema):
    deliveries: list[DeliveryOut]
    next_cursor: str | None


class DoneOut(Schema):
    """What an action did. `result`: done, already_so, claimed, escalated, answered or created."""

    result: str
    ticket: int
    event: int | None = None
    message: int | None = None
    why: str | None = Field(
        default=None, description="Why nothing was to be done; of a note, why somebody it mentions is not told."
    )
    level: str | None = None
    closed_offers: list[int] | None = None
    kept: str | None = Field(default=None, description="Why an answer left the turn with us.")
    missing: list[str] | None = Field(default=None, description="Fields of the handoff nobody has given.")
    continues: int | None = None
    untold: list[str] | None = Field(
        default=None, description="Whom a note mentions and nobody tells: they may not see the ticket, or have left."
    )

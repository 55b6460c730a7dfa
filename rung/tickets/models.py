"""What happened: tickets, their events, and the words that were written."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from rung.core.actors import Actor
from rung.people.models import Agent, Customer, Requester

#: Tickets that are nobody's any more.
OVER = ("resolved", "closed")
IS_OPEN = ~Q(status__in=OVER)


class Ticket(models.Model):
    """A request of a customer. All but `snapshot` and `wake_at` is drawn from the case, for lists and searches."""

    number = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=300)
    status = models.CharField(max_length=10, default="open")
    turn = models.CharField(max_length=12, default="ours")
    priority = models.CharField(max_length=8, blank=True)
    #: 0 is the most pressing; what has no priority yet stands beside `normal`.
    priority_rank = models.SmallIntegerField(default=2)
    critical = models.BooleanField(default=False)
    category = models.TextField(blank=True)
    tags = ArrayField(models.TextField(), default=list, blank=True)

    path = models.TextField(blank=True)
    level = models.TextField(blank=True)
    # By handle, as the events name them, and without a constraint: a policy may name somebody who is not here.
    assignee = models.ForeignKey(
        Agent,
        to_field="handle",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="tickets",
    )
    #: Every level with an open offer; below, that of the newest, and since when it waits.
    offered_levels = ArrayField(models.TextField(), default=list, db_default=[], blank=True)
    offered_to = models.TextField(blank=True)
    offered_at = models.DateTimeField(null=True, blank=True)

    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets")
    requester = models.ForeignKey(Requester, null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets")
    channel = models.CharField(max_length=40, default="api", help_text="the medium: the name of a channel, form or api")
    inbox = models.TextField(blank=True, help_text="which configured one")
    thread = models.TextField(
        max_length=300, blank=True, help_text="where the customer reads answers, in its own terms"
    )

    policy = models.PositiveIntegerField(default=0, help_text="the version that judges it")
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    over_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    #: The earliest deadline still running, the clock it belongs to, and the moment from which it is at risk.
    next_deadline_at = models.DateTimeField(null=True, blank=True)
    next_deadline_clock = models.CharField(max_length=20, blank=True)
    at_risk_at = models.DateTimeField(null=True, blank=True)
    missed = models.BooleanField(default=False, help_text="a running clock has passed its target")
    snoozed_until = models.DateTimeField(null=True, blank=True)

    #: The case, as `core.case.encode` writes it, and the number of the newest event in it.
    snapshot = models.BinaryField()
    events_count = models.PositiveIntegerField(default=0)
    #: When the ticker looks next.
    wake_at = models.DateTimeField(null=True, blank=True)
    #: A ticket whose look raised: since when, how often, and what was said.
    parked_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-number"]
        # Every change moves `wake_at`, so every index here is written at every change: only what lists need.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["wake_at"], name="ticket_wake", condition=Q(wake_at__isnull=False)),
            models.Index(
                F("critical").desc(), "priority_rank", "next_deadline_at", name="ticket_triage", condition=IS_OPEN
            ),
            models.Index(fields=["assignee"], name="ticket_open_assignee", condition=IS_OPEN),
            models.Index(fields=["level", "path"], name="ticket_open_level", condition=IS_OPEN),
            models.Index(fields=["offered_to"], name="ticket_offered", condition=~Q(offered_to="")),
            models.Index(fields=["parked_at"], name="ticket_parked", condition=Q(parked_at__isnull=False)),
            models.Index(fields=["inbox", "thread"], name="ticket_thread", condition=~Q(thread="")),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"


class Event(models.Model):
    """One thing that happened to a ticket. Never changed, never deleted."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=24)
    by: "models.TextField[Actor, Actor]" = models.TextField()
    #: The whole event, as `core.events.encode` writes it.
    data: "models.JSONField[Any, Any]" = models.JSONField()
    #: A key of the client that asked for it: the same request again does nothing.
    client_key = models.CharField(max_length=255, null=True, blank=True)

    class Meta:
        ordering = ["ticket", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["ticket", "number"], name="event_number"),
            models.UniqueConstraint(
                fields=["client_key"], condition=Q(client_key__isnull=False), name="event_client_key"
            ),
            # A step fires once in a cycle, whatever the code above believes.
            models.UniqueConstraint(
                "ticket",
                KT("data__rule"),
                KT("data__step"),
                Cast(KT("data__cycle"), models.IntegerField()),
                condition=Q(kind="step_fired"),
                name="event_step_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            BrinIndex(fields=["at"], name="event_at"),
            models.Index(
                fields=["kind", "at"], name="event_settled", condition=Q(kind__in=("claimed", "offer_returned"))
            ),
            # Few among very many: how often each common request was done, by hand and alone.
            models.Index(fields=["at"], name="event_workflow", condition=Q(kind="workflow_used")),
            models.Index(
                fields=["at"],
                name="event_workflow_alone",
                condition=Q(kind="step_fired", data__rule__startswith="workflow:"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id}.{self.number} {self.kind}"


class Direction(models.TextChoices):
    """Who reads a message: `inbound` came from the customer, `public` goes to them, a `note` stays inside."""

    INBOUND = "inbound", "from the customer"
    PUBLIC = "public", "to the customer"
    NOTE = "note", "internal note"


class Message(models.Model):
    """What somebody wrote. The body can be blanked; the events about it stay."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(max_length=8, choices=Direction.choices)
    author: "models.TextField[Actor, Actor]" = models.TextField(help_text="as events name it")
    author_name = models.TextField(blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    #: What its writer quoted, and is shown only when asked for.
    folded = models.TextField(blank=True, default="", db_default="")
    #: What its channel calls the raw event it came as, where that can be shown whole.
    source = models.TextField(blank=True, default="", db_default="")
    at = models.DateTimeField()
    inbox = models.TextField(blank=True)
    external_id = models.TextField(null=True, blank=True)
    #: Of an answer: the external ids of what was said before, as they were when it was written, the newest last.
    answers_to = ArrayField(models.TextField(), default=list, db_default=[], blank=True)
    #: Of an answer: who gets it beside the customer, openly and in secret, as mail addresses.
    cc = ArrayField(models.TextField(), default=list, db_default=[], blank=True)
    bcc = ArrayField(models.TextField(), default=list, db_default=[], blank=True)
    blanked_at = models.DateTimeField(null=True, blank=True)
    #: The ticket it was written on, where that was merged into this one.
    came_from = models.ForeignKey(
        Ticket,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        ordering = ["at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["inbox", "external_id"], condition=Q(external_id__isnull=False), name="message_external_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} of {self.author} on #{self.ticket_id}"


class TicketWords(models.Model):
    """Everything written on a ticket, to be searched. The database keeps it itself (migration 0006)."""

    # The constraint is the migration's own: with it the row goes with its ticket, however that goes.
    ticket = models.OneToOneField(
        Ticket, on_delete=models.CASCADE, primary_key=True, db_constraint=False, related_name="words"
    )
    words = SearchVectorField()

    class Meta:
        # A short list of entries not yet sorted in: searches read all of it.
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["words"], name="ticket_words", gin_pending_list_limit=512)
        ]

    def __str__(self) -> str:
        return f"words of #{self.ticket_id}"


class Attachment(models.Model):
    """A file that came with a message, kept under `path`; `rung.tickets.file_store` writes and removes it."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=120, blank=True)
    size = models.BigIntegerField(default=0)
    path = models.CharField(max_length=300)

    def __str__(self) -> str:
        return self.name


class Handoff(models.Model):
    """What goes along with an offer, so that nobody asks the customer twice."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="handoffs")
    by: "models.TextField[Actor, Actor]" = models.TextField()
    at = models.DateTimeField()
    level = models.TextField(blank=True)
    note = models.TextField(blank=True)
    #: Field -> words: impact, tried, reproduction, and whatever the policy's level requires.
    fields: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    #: Required fields nobody has given.
    missing = ArrayField(models.TextField(), default=list)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"handoff of #{self.ticket_id} to {self.level}"


class Link(models.Model):
    """A ticket elsewhere that belongs to one of ours. `origin`: `rung` if we made it, else `there`."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links")
    tracker = models.CharField(max_length=40)
    issue = models.TextField()
    url = models.TextField(blank=True)
    origin = models.CharField(max_length=10, default="there")
    #: For one made by us: tracker, project and the event that asked, so that a second try finds the first.
    key = models.TextField(null=True, blank=True, unique=True)
    status = models.TextField(blank=True)
    linked_at = models.DateTimeField()
    moved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["linked_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["ticket", "tracker", "issue"], name="link_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["tracker", "issue"], name="link_issue")]

    def __str__(self) -> str:
        return f"{self.tracker}:{self.issue} of #{self.ticket_id}"


class Relation(models.Model):
    """Two of our own tickets that belong together, see `relations.MIRRORED`."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="relations")
    other = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, default="related")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["ticket", "other", "kind"], name="relation_once"),
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.kind} #{self.other_id}"


class RevokedLinks(models.Model):
    """Signed links of customers that were taken back: those for `subject` handed out up to a moment."""

    subject = models.CharField(max_length=24, unique=True, help_text="as the links name it: t12 a ticket, p7 a person")
    before = models.DateTimeField()

    def __str__(self) -> str:
        return f"links to {self.subject} until {self.before:%F %R}"

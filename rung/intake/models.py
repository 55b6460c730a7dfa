"""What came in, as it came, until it was sorted; what became no ticket, and what people decided about senders."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

#: What belongs together is in one lane, and lanes are sorted beside one another.
LANES = 16


class Received(models.Model):
    """One raw event or message of a channel, kept once. Sorting it may be tried again; keeping it may not fail."""

    channel = models.CharField(max_length=40)
    external_id = models.CharField(max_length=300, help_text="unique within its channel: what the other side calls it")
    inbox = models.CharField(max_length=120, blank=True)
    lane = models.PositiveSmallIntegerField(default=0, db_default=0)
    body: "models.JSONField[Any, Any]" = models.JSONField()
    received_at = models.DateTimeField()
    #: When it is sorted, or tried again; null once it is done with.
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sorted_at = models.DateTimeField(null=True, blank=True)
    #: What came of it, in a few words, or why it could not be sorted yet.
    outcome = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["channel", "external_id"], name="received_once")]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["lane", "next_attempt_at", "id"],
                name="received_due_in_lane",
                condition=Q(next_attempt_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.external_id}"


class Why(models.TextChoices):
    """Why something became no ticket."""

    IGNORED = "ignored", "written by a machine, or thanks"
    SPAM = "spam", "spam"
    BLOCKED = "blocked", "never again"
    UNREADABLE = "unreadable", "could not be read"


class NotTicket(models.Model):
    """Something that came in and became neither a ticket nor a message of one: visible, and kept for a set time."""

    received = models.OneToOneField(Received, on_delete=models.CASCADE, related_name="not_ticket")
    at = models.DateTimeField(db_index=True)
    why = models.CharField(max_length=12, choices=Why.choices)
    #: The verdict in one word, as `Automatic` has it; or what was raised, where it could not be read.
    verdict = models.TextField(blank=True)
    sender = models.TextField(blank=True)
    name = models.TextField(blank=True)
    subject = models.TextField(blank=True)
    beginning = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.why} {self.received_id}"


class SenderRule(models.Model):
    """What a person has decided about all that an address sends: it opens tickets whatever it looks like, or never."""

    sender = models.CharField(max_length=320, unique=True, help_text="an address, or a domain after @")
    opens_tickets = models.BooleanField()
    by = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["sender"]

    def __str__(self) -> str:
        return self.sender

"""What came in, as it came, until it was sorted."""

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

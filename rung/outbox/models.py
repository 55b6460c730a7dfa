"""What must be said until somebody has heard it."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from rung.core.vocabulary import Priority
from rung.outbox.fields import SentenceField


class State(models.TextChoices):
    """Where a delivery stands."""

    WAITING = "waiting", "waiting"
    HELD = "held", "held back"
    SENDING = "sending", "being sent"
    SENT = "sent", "sent"
    NEVER = "never", "could not be sent"
    BOUNCED = "bounced", "sent, and came back"
    UNCLEAR = "unclear", "may have been sent"
    OVERTAKEN = "overtaken", "no longer needed, not sent"
    DIGESTED = "digested", "sent in a digest"


class Rank(models.IntegerChoices):
    """Who goes first in a lane: of equals the urgent, and what is about a critical ticket before all others."""

    PAGE = 0, "page"
    OFFER = 20, "offer"
    MESSAGE = 30, "message"
    REMINDER = 40, "reminder"
    EDIT = 50, "edit"

    def of(self, priority: Priority | None, *, critical: bool = False) -> int:
        """The place in a lane: at least 20, except for pages and what is about a critical ticket."""
        return self.value // 10 if critical else self.value + (priority or Priority.NORMAL).rank


class Delivery(models.Model):
    """One thing to be said to one recipient by one channel. A card is one row all its life, sent again as edits."""

    key = models.TextField(unique=True)
    ticket = models.ForeignKey("tickets.Ticket", null=True, on_delete=models.CASCADE, related_name="deliveries")
    #: The number of the event it is about.
    event = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=12)
    subject = models.CharField(max_length=20)
    rule = models.TextField(blank=True)
    step = models.TextField(blank=True)
    cycle = models.PositiveIntegerField(null=True, blank=True)
    #: As the policy names the recipient: agent:sam, team:leads, level:L2, slack:#leads, customer.
    recipient = models.TextField()
    instead_of = models.TextField(blank=True)
    #: The adapter and the address in its terms. `app`: a list inside Rung, named by `destination`.
    channel = models.CharField(max_length=40)
    destination = models.TextField(blank=True)
    #: Further [channel, destination] pairs to try when this one fails for good.
    fallbacks: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    lane = models.TextField(blank=True)
    #: See `Rank.of`.
    rank = models.SmallIntegerField(default=Rank.REMINDER)
    priority = models.CharField(max_length=8, blank=True)
    #: Never held back by quiet hours or budgets.
    exempt = models.BooleanField(default=False)

    #: A moment's fixed words. Views (cards) are drawn when sent.
    title = SentenceField(null=True, db_column="title_said")
    words = models.TextField(blank=True)
    message = models.ForeignKey("tickets.Message", null=True, on_delete=models.SET_NULL, related_name="deliveries")
    #: For replies, comments, links and pages: which canned answer, project or service; for a reminder: whom it calls.
    what = models.TextField(blank=True)

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    #: The last attempt may have arrived: look there before the next.
    look_first = models.BooleanField(default=False)
    outcome = SentenceField(null=True, db_column="outcome_said", help_text="what came of it last")
    held_why = SentenceField(null=True, db_column="held_why_said")
    external_id = models.TextField(blank=True)
    #: For a card: the number of the newest event its last sending showed.
    shown_event = models.PositiveIntegerField(default=0)
    #: For a held moment: the digest it went out in.
    digest = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="moments")

    #: When it was due by the policy, became a row, must be out at the latest, went out, and stopped being true.
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    deadline = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    over_at = models.DateTimeField(null=True, blank=True)
    #: In the app: when the recipient had seen it.
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["lane", "rank", "next_attempt_at"], name="delivery_lane", condition=Q(state="waiting")
            ),
            models.Index(
                fields=["next_attempt_at"], name="delivery_waiting", condition=Q(state__in=["waiting", "held"])
            ),
            models.Index(fields=["leased_until"], name="delivery_leased", condition=Q(state="sending")),
            models.Index(fields=["recipient", "-id"], name="delivery_recipient"),
            models.Index(fields=["destination", "-id"], name="delivery_in_app", condition=Q(channel="app")),
            models.Index(fields=["ticket", "kind"], name="delivery_ticket"),
            # What a later one of the same conversation waits for.
            models.Index(
                fields=["ticket", "channel", "destination", "id"],
                name="delivery_conversation",
                condition=Q(state__in=["waiting", "sending", "held"]),
            ),
            # From a card outside to its ticket: what is said in its thread.
            models.Index(fields=["external_id"], name="delivery_place", condition=~Q(external_id="")),
            models.Index(
                fields=["channel", "destination"], name="delivery_summary", condition=Q(kind="summary", over_at=None)
            ),
            # For bursts: the cards of escalations that became due for one channel.
            models.Index(
                fields=["channel", "destination", "created_at"], name="delivery_burst", condition=Q(kind="offer_card")
            ),
            # For budgets: what has interrupted a destination lately.
            models.Index(
                fields=["channel", "destination", "sent_at"],
                name="delivery_interrupted",
                condition=Q(kind__in=["moment", "digest"], state="sent"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient} by {self.channel}: {self.state}"

    @property
    def called(self) -> str:
        """Its title in the reader's language; where it has none any more, what its ticket is about."""
        return str(self.title or (self.ticket.subject if self.ticket else ""))


class LaneState(models.Model):
    """A queue for one destination and method: free again from `free_at`, which is also the lease of who sends in it."""

    name = models.TextField(primary_key=True)
    free_at = models.DateTimeField()
    #: Why it is blocked, in the other side's words, and how often in a row it failed.
    blocked_why = models.TextField(blank=True)
    failures = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class ClockStep(models.Model):
    """The database's clock went back, seen by the courier."""

    at = models.DateTimeField(help_text="by the clock as it is since")
    back = models.DurationField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%F %T}: {self.back} back"


class Heartbeat(models.Model):
    """One process of one loop (ticker, courier, sorter): it reports here at every round."""

    loop = models.CharField(max_length=20)
    process = models.CharField(max_length=120, help_text="host and process id")
    at = models.DateTimeField()
    rounds = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["loop", "process"], name="heartbeat_once")]

    def __str__(self) -> str:
        return f"{self.loop} {self.process}"

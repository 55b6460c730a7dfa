"""How mail goes out, and the mailboxes it comes in by. Passwords are sealed (people.vault)."""

from django.db import models
from django.db.models.functions import Now

from rung.outbox.fields import SentenceField


class Security(models.TextChoices):
    """How a connection to a mail server is kept from others' eyes."""

    TLS = "ssl", "TLS from the start"
    STARTTLS = "starttls", "STARTTLS"
    NONE = "off", "none"


class Outgoing(models.Model):
    """The server that takes our mails. One a desk; `SMTP_HOST` in the environment comes before it."""

    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField(default=587)
    security = models.CharField(max_length=10, choices=Security.choices, default=Security.STARTTLS)
    user = models.CharField(max_length=254, blank=True)
    password = models.TextField(blank=True, help_text="sealed")
    #: Whom our mails are from: `Acme support <support@acme.example>`.
    sender = models.CharField(max_length=320)

    def __str__(self) -> str:
        return self.host


class Mailbox(models.Model):
    """A mailbox customers write to, read by IMAP. Nothing in it is moved, marked or deleted."""

    address = models.EmailField(unique=True)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField(default=993)
    security = models.CharField(max_length=10, choices=Security.choices, default=Security.TLS)
    user = models.CharField(max_length=254)
    password = models.TextField(help_text="sealed")
    folder = models.CharField(max_length=200, default="INBOX")
    #: Further addresses whose mail lands here: lists, groups, aliases. Blanks or commas between.
    also = models.TextField(blank=True, default="", db_default="")
    active = models.BooleanField(default=True)
    connected_at = models.DateTimeField(db_default=Now())
    #: Whom answers to what came here are from, and what stands below them. `{agent}`: the name of who answers.
    sender_name = models.CharField(max_length=120, blank=True, db_default="")
    signature = models.TextField(max_length=2000, blank=True, db_default="")

    #: Everything up to this UID was taken in; UIDs count anew when the other number changes.
    read_to = models.PositiveBigIntegerField(default=0)
    uid_validity = models.PositiveBigIntegerField(default=0)
    looked_at = models.DateTimeField(null=True, blank=True)
    #: Why the last look failed; None: it did not.
    trouble = SentenceField(null=True, db_column="trouble_said")

    class Meta:
        ordering = ["address"]

    def __str__(self) -> str:
        return self.address


class Conversation(models.Model):
    """What Outlook calls a conversation, and the ticket it is about: some servers pass nothing else on."""

    key = models.CharField(max_length=60)
    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "ticket"], name="conversation_once")]

    def __str__(self) -> str:
        return f"{self.key} of #{self.ticket_id}"

"""Which workspaces are connected, which of their channels matter, and who was seen there."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Value
from django.db.models.functions import Now

from rung.outbox.fields import SentenceField
from rung.people.models import Agent, Customer


def inbox_of(team: str) -> str:
    """How messages and tickets name a workspace."""
    return f"slack:{team}"


class Application(models.Model):
    """The app at api.slack.com, for installing it by a button. One a desk; its secrets are sealed (people.vault)."""

    client_id = models.CharField(max_length=60)
    client_secret = models.TextField(help_text="sealed")
    signing_secret = models.TextField(help_text="sealed")

    def __str__(self) -> str:
        return self.client_id


class Workspace(models.Model):
    """One installation of the app. Secrets are sealed (people.vault)."""

    #: The workspace's id; of an installation for a whole organisation (Enterprise Grid), the organisation's.
    team = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=200, blank=True)
    enterprise = models.CharField(max_length=20, blank=True)
    is_org_wide = models.BooleanField(default=False, db_default=False)
    #: Of an installation for a whole organisation: the workspaces it may act in.
    teams = ArrayField(models.CharField(max_length=20), default=list, db_default=Value([]), blank=True)
    app = models.CharField(max_length=20, blank=True)
    bot_user = models.CharField(max_length=20)
    bot = models.CharField(max_length=20, blank=True)
    scopes = ArrayField(models.CharField(max_length=60), default=list)

    token = models.TextField(blank=True, help_text="sealed")
    refresh_token = models.TextField(blank=True, help_text="sealed; only with token rotation")
    token_expires_at = models.DateTimeField(null=True, blank=True)
    client_id = models.CharField(max_length=60, blank=True)
    client_secret = models.TextField(blank=True, help_text="sealed")
    signing_secret = models.TextField(blank=True, help_text="sealed; requests are proven with it")
    app_token = models.TextField(blank=True, help_text="sealed; for Socket Mode")

    #: An emoji that makes a ticket of a message.
    emoji = models.CharField(max_length=60, default="ticket")
    #: Said in the thread of a new ticket, if anything; it is no answer.
    acknowledgement = models.TextField(blank=True)
    #: Full members of the channels the policy names are agents; an account is made for them.
    admits = models.BooleanField(default=True, db_default=True)
    #: A user group whose members are agents, by its id and as it is called.
    agent_group = models.CharField(max_length=20, blank=True, db_default="")
    agent_group_name = models.CharField(max_length=100, blank=True, db_default="")
    active = models.BooleanField(default=True)
    off_why = SentenceField(null=True, db_column="off_why_said")
    connected_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.team})"

    @property
    def inbox(self) -> str:
        """See `inbox_of`."""
        return inbox_of(self.team)


class Colleagues(models.TextChoices):
    """What our own people are in a channel when they are no agents."""

    COLLEAGUE = "colleague", "colleagues: they open nothing"
    CUSTOMER = "customer", "customers"


class SlackChannel(models.Model):
    """A channel by its id; names and privacy differ per side, and ids change with Slack Connect."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="channels")
    channel = models.CharField(max_length=20)
    former = ArrayField(models.CharField(max_length=20), default=list, blank=True, help_text="ids it had before")
    name = models.CharField(max_length=200, blank=True)
    #: What it was called before: the policy may still call it so.
    former_names = ArrayField(models.CharField(max_length=200), default=list, db_default=Value([]), blank=True)
    #: Customers write here: every message is a request.
    watched = models.BooleanField(default=False)
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    colleagues = models.CharField(max_length=10, choices=Colleagues.choices, default=Colleagues.COLLEAGUE)
    is_external = models.BooleanField(default=False)
    is_member = models.BooleanField(default=False)
    is_archived = models.BooleanField(default=False)
    #: Everything up to this message was read; catching up starts here.
    read_to = models.CharField(max_length=20, blank=True)
    #: Where a reading was broken off: it had begun at the first, and has kept everything down to the second.
    reading_from = models.CharField(max_length=20, blank=True, db_default="")
    reading_to = models.CharField(max_length=20, blank=True, db_default="")
    #: The last look, and the last that was complete; what stood in the way since.
    tried_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True, db_default="")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["workspace", "channel"], name="slack_channel_once")]

    def __str__(self) -> str:
        return f"#{self.name}" if self.name else self.channel


class ThreadCursor(models.Model):
    """How far a thread was read in which a ticket may go on."""

    channel = models.ForeignKey(SlackChannel, on_delete=models.CASCADE, related_name="threads")
    root = models.CharField(max_length=20, help_text="the ts of the message at its head")
    read_to = models.CharField(max_length=20)
    #: When it was last known to hold nothing newer, and when it was last read from its beginning.
    looked_at = models.DateTimeField()
    read_whole_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "root"], name="slack_thread_once")]

    def __str__(self) -> str:
        return f"{self.channel_id}/{self.root}"


class PersonSeen(models.Model):
    """What Slack said of a person when it was last asked. Keyed by workspace asked and user, never by name."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="people")
    user = models.CharField(max_length=20)
    team = models.CharField(max_length=20, blank=True)
    enterprise = models.CharField(max_length=20, blank=True)
    #: What the organisation calls them (`W…`), where that is another id.
    grid_user = models.CharField(max_length=20, blank=True, db_default="")
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    is_stranger = models.BooleanField(default=False)
    is_guest = models.BooleanField(default=False)
    is_bot = models.BooleanField(default=False)
    is_deleted = models.BooleanField(default=False)
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="slack_person_once")]

    def __str__(self) -> str:
        return self.name or self.user


class HomeTab(models.Model):
    """A Home tab somebody opened lately: it may still be before their eyes. Slack never says that one was closed."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="home_tabs")
    user = models.CharField(max_length=20)
    opened_at = models.DateTimeField()
    looked_at = models.DateTimeField()
    #: A digest of what was drawn.
    drawn = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="slack_home_once")]

    def __str__(self) -> str:
        return f"Home of {self.user}"


class Room(models.Model):
    """Who is in a channel or a user group, as Slack said when it was last asked."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="rooms")
    room = models.CharField(max_length=20, help_text="a channel's or a user group's id")
    members = ArrayField(models.CharField(max_length=20), default=list)
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "room"], name="slack_room_once")]

    def __str__(self) -> str:
        return self.room


class Admitted(models.Model):
    """An account that was made because its person belongs to a channel or group of agents; it ends when they leave."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="+")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="admitted")
    user = models.CharField(max_length=20)
    #: They left, and the account was switched off for that reason alone.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "user"], name="slack_admitted_user")]

    def __str__(self) -> str:
        return f"{self.agent} as {self.workspace.team}/{self.user}"


class Reminder(models.Model):
    """A reminder in a ticket's thread, so that it can be taken away when it is no longer true."""

    ticket = models.PositiveBigIntegerField()
    place = models.CharField(max_length=80, unique=True, help_text="team/channel/ts")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["ticket"], name="slack_reminder_ticket")]

    def __str__(self) -> str:
        return f"reminder of #{self.ticket} at {self.place}"


class UsedSignature(models.Model):
    """A press or command that was seen, so that nobody can play it again within the five minutes it is valid."""

    signature = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.signature

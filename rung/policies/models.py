"""The versions of the policy document: what was in force, since when, by whom and why."""

from typing import Any

from django.db import models
from django.db.models import Q

from rung.core.actors import Actor


class PolicyVersion(models.Model):
    """One published version. Nothing in it ever changes, except that its holidays are extended into the future."""

    number = models.PositiveIntegerField(primary_key=True)
    text = models.TextField()
    author: "models.CharField[Actor, Actor]" = models.CharField(max_length=80, help_text="as events name it: agent:sam")
    reason = models.TextField(blank=True)
    #: Who read and published what the author wrote; empty: nobody had to.
    reviewer: "models.CharField[str, Actor]" = models.CharField(max_length=80, blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    #: Calendar name -> holidays as dates, so that a new release of the library moves no deadline of the past.
    holidays: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    holidays_until = models.PositiveSmallIntegerField(default=0, help_text="the last year whose holidays are kept")
    tzdata = models.CharField(max_length=20, blank=True)
    is_current = models.BooleanField(default=False)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="policy_one_current"),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class Draft(models.Model):
    """A text that waits for its author or for a second person. Kept after its end, to say why."""

    class State(models.TextChoices):
        OPEN = "open"
        PUBLISHED = "published"
        WITHDRAWN = "withdrawn"

    text = models.TextField()
    author: "models.CharField[Actor, Actor]" = models.CharField(max_length=80, help_text="as events name it: agent:sam")
    reason = models.TextField(blank=True)
    #: The version it was begun from; null: there was none, or nobody knew.
    based_on = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    #: Names that change with it, for others that use them: [what, old, new].
    renames: "models.JSONField[Any, Any]" = models.JSONField(default=list, db_default=[])
    #: The version it became.
    version = models.ForeignKey(PolicyVersion, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class UploadedLog(models.Model):
    """A log from elsewhere that somebody replays in the studio: kept until that is done, and no longer."""

    name = models.CharField(max_length=200)
    author: "models.CharField[Actor, Actor]" = models.CharField(max_length=80, help_text="as events name it: agent:sam")
    #: As it was sent, packed or not.
    data = models.BinaryField()
    #: Column -> its values as far as they were looked at; only columns of few values.
    columns: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class PolicyJob(models.Model):
    """Long work about a policy, done by the worker: replayed over the record, or laid over running tickets."""

    class Kind(models.TextChoices):
        #: What publishing for running tickets would move.
        PREVIEW = "preview"
        #: Old and new over so many days of the record, or over a log somebody brought.
        REPLAY = "replay"
        #: What people might have done, over so many days of the record.
        SIMULATION = "simulation"
        #: A published version, for running tickets too.
        ROLLOUT = "rollout"

    class State(models.TextChoices):
        WAITING = "waiting"
        WORKING = "working"
        DONE = "done"
        FAILED = "failed"
        STOPPED = "stopped"

    #: Kinds that take minutes: they have hands of their own, so that no short one waits for them.
    LONG = (Kind.REPLAY, Kind.SIMULATION)
    #: Why one was stopped, where nobody pressed the button: its page was closed; its author asked again.
    LEFT, NEWER = "left", "newer"

    kind = models.CharField(max_length=10, choices=Kind)
    author: "models.CharField[Actor, Actor]" = models.CharField(max_length=80, help_text="as events name it: agent:sam")
    #: The text that is tried; of a rollout, none.
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(null=True, blank=True, help_text="that a rollout lets judge running tickets")
    days = models.PositiveIntegerField(null=True, blank=True, help_text="of the record that a replay looks back")
    fire = models.BooleanField(default=False)
    #: Of a replay, how the columns of its log are read; of a simulation, what else would be different.
    wanted: "models.JSONField[Any, Any]" = models.JSONField(default=dict, db_default={})
    #: When a page last asked how far it is; null: none has.
    seen_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    log = models.ForeignKey(UploadedLog, null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs")
    #: Why it failed.
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

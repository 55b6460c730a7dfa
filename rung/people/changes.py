"""Who changed what about people, customers and settings: written once, never changed. The database holds it to that.

Tickets have their own record, their events, and the policy its versions; the page of the log shows all three.
"""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models.functions import Now

from rung.core.actors import Actor
from rung.core.sentences import speaking

#: What is never written down, only that it has changed.
SECRET = frozenset(
    {
        *("password", "sealed_secret", "secret", "hash", "scim_hash"),
        *("token", "refresh_token", "app_token", "client_secret", "signing_secret"),
    }
)


class Area(models.TextChoices):
    """What a change is about."""

    PEOPLE = "people", "people"
    CUSTOMERS = "customers", "customers"
    SETTINGS = "settings", "settings"


class Change(models.Model):
    """One change. `subject`: what was changed, such as `agent:sam`; `facts`: field -> [before, after]."""

    at = models.DateTimeField(db_default=Now(), editable=False)
    by: "models.TextField[Actor, Actor]" = models.TextField(
        help_text="as events name it: agent:sam, bot:importer, or system for the command line"
    )
    area = models.CharField(max_length=10, choices=Area.choices)
    what = models.TextField()
    subject = models.TextField(blank=True)
    facts: "models.JSONField[Any, Any]" = models.JSONField(default=dict)

    class Meta:
        app_label = "people"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.by} {self.what} {self.subject}"


class LogStream(models.Model):
    """Where changes are sent out to as they are written down: one place of a channel."""

    to = models.TextField(unique=True)

    class Meta:
        app_label = "people"

    def __str__(self) -> str:
        return self.to


class UntoldChange(models.Model):
    """A change that still has to be sent out; written with the change itself, deleted once it was taken."""

    change = models.OneToOneField(Change, on_delete=models.CASCADE, related_name="untold")

    class Meta:
        app_label = "people"
        ordering = ["change_id"]

    def __str__(self) -> str:
        return str(self.change)


def record(*, by: Actor, area: str, what: str, subject: str, facts: Mapping[str, object] | None = None) -> None:
    """Write it down, in the transaction of the change itself."""
    change = Change.objects.create(by=by, area=area, what=what, subject=subject, facts=dict(facts or {}))
    if LogStream.objects.exists():
        UntoldChange.objects.create(change=change)


def note(what: str, row: models.Model, *, by: Actor, before: Mapping[str, object] | None = None) -> None:
    """Write down that a row was added, changed or removed. `before`: its `facts_of` then; without them all is new.

    Nothing is written where nothing has changed.
    """
    facts = difference(before or {}, facts_of(row))
    if facts or before is None:
        area = _AREAS.get(row._meta.model_name or "", Area.SETTINGS)
        record(by=by, area=area, what=what, subject=_subject(row), facts=facts)


def newest_by(row: models.Model) -> Actor | None:
    """Who changed it last, as events name them; empty if nobody ever did."""
    return Change.objects.filter(subject=_subject(row)).values_list("by", flat=True).first()


def _subject(row: models.Model) -> str:
    return f"{row._meta.model_name}:{next((str(getattr(row, name)) for name in _NAMES if getattr(row, name, '')), row)}"


#: By which a row is known to people, the first it has.
_NAMES = ("handle", "slug", "schedule", "name")
_AREAS = dict.fromkeys(("agent", "team", "absence", "override", "contactmethod"), Area.PEOPLE) | {
    "customer": Area.CUSTOMERS,
    "requester": Area.CUSTOMERS,
}
#: What nobody decides on.
_UNIMPORTANT = frozenset(
    {
        *("id", "created_at", "last_login", "last_used_at", "disabled_at"),
        *("connected_at", "token_expires_at", "read_to", "former", "is_member"),
    }
)


def facts_of(row: models.Model) -> dict[str, object]:
    """The row's fields in words, and who or what it is together with. Secrets only as whether there is one."""
    found: dict[str, object] = {}
    for field in row._meta.concrete_fields:
        if field.name in _UNIMPORTANT:
            continue
        value = getattr(row, field.name)
        if field.name in SECRET:
            found[field.name] = str(value)[-6:] if field.name == "password" else bool(value)
        elif isinstance(value, models.Model):
            found[field.name] = str(getattr(value, "handle", value))
        elif value not in (None, "", [], False):
            with speaking():  # what is written down is English in every reader's session
                found[field.name] = value if isinstance(value, bool | int | list) else str(value)
    if row.pk:
        for many in row._meta.many_to_many:
            found[many.name] = sorted(getattr(each, "handle", str(each)) for each in getattr(row, many.name).all())
        if isinstance(teams := getattr(row, "teams", None), models.Manager):
            found["teams"] = sorted(teams.values_list("name", flat=True))
    return found


def difference(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, list[object]]:
    """Field -> [before, after] of what is not the same; of a secret, that it is another."""
    names = [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]
    return {
        name: ["…", "…"] if name in SECRET else [before.get(name, ""), after.get(name, "")]
        for name in names
        if (before.get(name) or "") != (after.get(name) or "")
    }

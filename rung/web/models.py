"""What the pages remember for somebody."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from rung.people.models import Agent


class SavedView(models.Model):
    """A list with its filters, under a name of the agent's own."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    #: The page and its filters: `/?whose=mine`, `/tickets?state=open&level=L2`.
    address = models.CharField(max_length=500)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agent", "name"], name="saved_view_once"),
        ]

    def __str__(self) -> str:
        return self.name


class GuideProgress(models.Model):
    """What of the first-run guide was put off with a click. One a desk; what was done is seen on the desk itself."""

    skipped = ArrayField(models.CharField(max_length=20), default=list, blank=True)

    def __str__(self) -> str:
        return ", ".join(self.skipped)

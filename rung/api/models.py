"""Answers kept for callers that ask again with the same key."""

from typing import ClassVar

from django.db import models


class KeptAnswer(models.Model):
    """What was answered to one Idempotency-Key of one caller."""

    #: A hash of the caller's token, so that two callers may use the same key.
    caller = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    #: A hash of method, path and body.
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.BinaryField(default=b"")
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["caller", "key"], name="kept_answer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"

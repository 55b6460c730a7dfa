"""Where webhooks go."""

from django.core.validators import RegexValidator
from django.db import models

NAME = RegexValidator(r"^[a-z0-9][a-z0-9._-]*$", "A name is made of lower-case letters, digits and . _ -")


class Endpoint(models.Model):
    """An address that takes our webhooks; policies call it `webhook:NAME`. Disabled when it answers 410."""

    name = models.CharField(max_length=60, unique=True, validators=[NAME])
    url = models.URLField(max_length=500)
    secret = models.CharField(max_length=120, help_text="whsec_ and base64, shared with the receiver")
    allow_private = models.BooleanField(default=False, help_text="it may stand in our own network")
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

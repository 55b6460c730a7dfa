"""Where webhooks go."""

import base64
import secrets

from django.core.validators import RegexValidator
from django.db import models

from rung.outbox.fields import SentenceField
from rung.people.vault import seal, unseal

#: How a secret begins before it is sealed.
PLAIN = "whsec_"
NAME = RegexValidator(r"^[a-z0-9][a-z0-9._-]*$", "A name is made of lower-case letters, digits and . _ -")


class Endpoint(models.Model):
    """An address that takes our webhooks; policies call it `webhook:NAME`. Disabled when it answers 410."""

    name = models.CharField(max_length=60, unique=True, validators=[NAME])
    url = models.URLField(max_length=500)
    secret = models.TextField(help_text="sealed: whsec_ and base64, shared with the receiver")
    allow_private = models.BooleanField(default=False, help_text="it may stand in our own network")
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_why = SentenceField(null=True, db_column="disabled_why_said")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def renew_secret(self) -> str:
        """Another secret: kept sealed, and given back as the receiver must have it."""
        plain = PLAIN + base64.b64encode(secrets.token_bytes(24)).decode()
        self.secret = seal(plain)
        return plain

    def shared_secret(self) -> str:
        """As the receiver has it. Raises VaultProblem if it was sealed with a key this desk does not have."""
        return self.secret if self.secret.startswith(PLAIN) else unseal(self.secret)

"""A column that holds a sentence, or nothing."""

from typing import TYPE_CHECKING, Any

import msgspec
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from rung.outbox.sentences import Sentence

if TYPE_CHECKING:
    _Json = models.JSONField[Sentence | None, Sentence | None]
else:
    _Json = models.JSONField


class SentenceField(_Json):
    """JSON in the database, a `Sentence` in Python. `column__code` asks for its code."""

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        """A whole sentence as one; a part of it, such as its code, as it is."""
        plain = super().from_db_value(value, expression, connection)
        return msgspec.convert(plain, Sentence) if isinstance(plain, dict) and "code" in plain else plain

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        plain = msgspec.to_builtins(value) if isinstance(value, Sentence) else value
        return super().get_db_prep_value(plain, connection, prepared)

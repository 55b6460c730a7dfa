"""Whether a request comes from Slack: signed with a secret of ours, not older than five minutes, not seen before."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection
from slack_sdk.signature import Clock, SignatureVerifier

from rung.channels.slack.models import UsedSignature, Workspace
from rung.people.vault import unseal

WINDOW = timedelta(minutes=5)
#: Seconds since 1970.
_MOMENT = re.compile(r"[0-9]{1,12}")
KNOWN_FOR = 10.0  # seconds for which the signing secrets are believed


class _Standing(Clock):
    """slack_sdk's clock, set to the moment of the request."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> float:
        return self._now.timestamp()


class Secrets:
    """The signing secrets of the connected workspaces, read now and then."""

    def __init__(self) -> None:
        self._read_at = float("-inf")
        self._known: tuple[str, ...] = ()

    def all(self) -> tuple[str, ...]:
        if time.monotonic() - self._read_at > KNOWN_FOR:
            self.read()
        return self._known

    def read(self) -> None:
        sealed = Workspace.objects.exclude(signing_secret="").values_list("signing_secret", flat=True)
        self._known = tuple(dict.fromkeys(unseal(secret) for secret in sealed))
        self._read_at = time.monotonic()


secrets = Secrets()


def is_genuine(body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
    """Signed by Slack for one of our apps, within five minutes of `now`."""
    timestamp, signature = headers.get("X-Slack-Request-Timestamp"), headers.get("X-Slack-Signature")
    if not timestamp or not signature or not _MOMENT.fullmatch(timestamp) or not signature.isascii():
        return False
    try:
        body.decode()
    except UnicodeDecodeError:  # nothing Slack sends
        return False
    clock = _Standing(now)
    return any(
        SignatureVerifier(secret, clock=clock).is_valid(body=body, timestamp=timestamp, signature=signature)
        for secret in secrets.all()
    )


def is_first(headers: Mapping[str, str], now: datetime) -> bool:
    """Whether this very request was never seen before. Slack signs a retry anew, so only a replay fails."""
    signature = headers.get("X-Slack-Signature") or ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {UsedSignature._meta.db_table} (signature, at) VALUES (%s, %s) ON CONFLICT DO NOTHING",  # noqa: S608
            [signature, now],
        )
        first: bool = cursor.rowcount == 1
    if first and signature[-1:] == "0":  # now and then, so that the table stays small
        UsedSignature.objects.filter(at__lt=now - 2 * WINDOW).delete()
    return first

"""Which installations a request may speak for: signed with their secret, not five minutes old, not seen before."""

from __future__ import annotations

import re
import time
from collections import defaultdict
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
    """The signing secrets of the connected workspaces, and which of them each opens; read now and then."""

    def __init__(self) -> None:
        self._read_at = float("-inf")
        self._known: dict[str, frozenset[int]] = {}

    def all(self) -> Mapping[str, frozenset[int]]:
        """By secret the keys of its installations: one app may be installed in several workspaces."""
        if time.monotonic() - self._read_at > KNOWN_FOR:
            self.read()
        return self._known

    def read(self) -> None:
        opens: dict[str, set[int]] = defaultdict(set)
        for key, secret in Workspace.objects.exclude(signing_secret="").values_list("pk", "signing_secret"):
            opens[unseal(secret)].add(key)
        self._known = {secret: frozenset(keys) for secret, keys in opens.items()}
        self._read_at = time.monotonic()


secrets = Secrets()


def opened_by(body: bytes, headers: Mapping[str, str], now: datetime) -> frozenset[int]:
    """The installations whose secret signed it within five minutes of `now`; none: it is not from Slack."""
    timestamp, signature = headers.get("X-Slack-Request-Timestamp"), headers.get("X-Slack-Signature")
    if not timestamp or not signature or not _MOMENT.fullmatch(timestamp) or not signature.isascii():
        return frozenset()
    try:
        body.decode()
    except UnicodeDecodeError:  # nothing Slack sends
        return frozenset()
    clock = _Standing(now)
    for secret, opens in secrets.all().items():
        if SignatureVerifier(secret, clock=clock).is_valid(body=body, timestamp=timestamp, signature=signature):
            return opens
    return frozenset()


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

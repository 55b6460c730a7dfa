"""Webhooks as a channel, and as a place tickets go out to: signed, and dropped by the receiver when sent twice."""

import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
from standardwebhooks import Webhook

from rung.channels.webhook import guarded
from rung.channels.webhook.models import Endpoint
from rung.channels.webhook.sentences import Said
from rung.core.reckoning.effects import NoticeKind
from rung.outbox import sentences
from rung.outbox.ports import (
    Card,
    Comment,
    CustomerMessage,
    Digest,
    Lane,
    Later,
    Method,
    Moment,
    Never,
    NewIssue,
    Outcome,
    Page,
    Sent,
    Unclear,
)
from rung.people.changes import Change
from rung.people.vault import VaultProblem

LONGEST_REASON = 300
GONE = 410
#: Seconds that a receiver may ask us to wait.
LONGEST_WAIT = 86_400.0


def adapter() -> "WebhookChannel":
    """Always there; whether an endpoint is known is seen when something is sent to it."""
    return WebhookChannel()


class WebhookChannel:
    """Everything it is given, as JSON `{type, timestamp, data}`. `to` is the name of an endpoint."""

    name = "webhook"
    takes = frozenset(
        {
            NoticeKind.MOMENT,
            NoticeKind.DIGEST,
            NoticeKind.OFFER_CARD,
            NoticeKind.TRIAGE_CARD,
            NoticeKind.LINK,
            NoticeKind.PAGE,
        }
    )
    #: The receiver knows a copy by its `webhook-id`.
    repeats_safely = True

    def lane(self, method: Method, to: str) -> Lane:  # noqa: ARG002  one queue for each endpoint
        return Lane(f"webhook/{to}")

    def send_moment(self, moment: Moment) -> Outcome:
        return _send(moment.to, moment.key, f"notice.{moment.subject.value}", moment)

    def send_digest(self, digest: Digest) -> Outcome:
        return _send(digest.to, digest.key, "notice.digest", digest)

    def post_card(self, card: Card) -> Outcome:
        outcome = _send(card.to, card.key, f"{card.kind.value}.opened", card)
        return Sent(card.key) if isinstance(outcome, Sent) else outcome

    def edit_card(self, card: Card, external_id: str) -> Outcome:
        state = "ended" if card.over else "changed"
        outcome = _send(card.to, f"{card.key}/{card.version}", f"{card.kind.value}.{state}", card)
        return Sent(external_id) if isinstance(outcome, Sent) else outcome

    def find_card(self, card: Card) -> Sent | Later | None:  # noqa: ARG002
        """Sent again: the receiver drops the copy."""
        return None

    def send_message(self, message: CustomerMessage) -> Outcome:
        return _send(message.to, message.key, "message.public", message)

    def find_message(self, message: CustomerMessage) -> Sent | Unclear | Later | None:  # noqa: ARG002
        return None

    def create(self, issue: NewIssue) -> Outcome:
        outcome = _send(issue.project, issue.key, "ticket.sent_out", issue)
        return Sent(issue.key) if isinstance(outcome, Sent) else outcome

    def find(self, issue: NewIssue) -> Sent | Later | None:  # noqa: ARG002
        return None

    def page(self, page: Page) -> Outcome:
        return _send(page.service, page.key, "page", page)

    def comment(self, comment: Comment) -> Outcome:
        return _send(comment.issue, comment.key, "ticket.comment", comment)


def try_out(endpoint: Endpoint, now: datetime) -> Outcome:
    """A test delivery at once, signed like all others; it stands for no ticket."""
    return _deliver(endpoint, f"test/{endpoint.name}/{now.isoformat()}", "test", {"endpoint": endpoint.name})


def send_change(endpoint: Endpoint, change: Change) -> Outcome:
    """One line of the log of changes; the receiver knows it again by its number."""
    facts = {
        "number": change.pk,
        "at": change.at,
        "by": change.by,
        "area": change.area,
        "what": change.what,
        "subject": change.subject,
        "facts": change.facts,
    }
    return _deliver(endpoint, f"change/{change.pk}", "log.changed", facts)


def _send(name: str, key: str, kind: str, data: msgspec.Struct) -> Outcome:
    endpoint = Endpoint.objects.filter(name=name).first()
    if endpoint is None:
        return Never(Said.NO_ENDPOINT(name=name))
    if endpoint.disabled_at is not None:
        return Never(Said.DISABLED(name=name, reason=endpoint.disabled_why or ""))
    return _deliver(endpoint, key, kind, data)


def _deliver(endpoint: Endpoint, key: str, kind: str, data: msgspec.Struct | dict[str, Any]) -> Outcome:
    now = datetime.now(UTC)
    body = msgspec.json.encode({"type": kind, "timestamp": now, "data": data})
    try:
        answer = guarded.post(
            endpoint.url, body, _signed(endpoint, key, now, body), allow_private=endpoint.allow_private
        )
    except guarded.Forbidden as forbidden:
        return Never(forbidden.why)
    except VaultProblem:
        return Never(sentences.Said.SEALED_ELSEWHERE())
    except (httpx.ConnectError, httpx.ConnectTimeout, socket.gaierror) as failed:
        return Later(Said.UNREACHABLE(url=endpoint.url, error=failed))
    except httpx.HTTPError as failed:
        return Unclear(Said.UNFINISHED(url=endpoint.url, error=failed))
    return _judged(endpoint, answer, now)


def _signed(endpoint: Endpoint, key: str, now: datetime, body: bytes) -> dict[str, str]:
    sent_id = _as_header(key)
    return {
        "content-type": "application/json",
        "user-agent": "Rung",
        "webhook-id": sent_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(endpoint.shared_secret()).sign(sent_id, now, body.decode()),
    }


def _as_header(key: str) -> str:
    """A key holds the name of its rule, and a header takes no other letters than ASCII's: those are percent-encoded."""
    return "".join(letter if " " <= letter <= "~" else quote(letter) for letter in key)


def _judged(endpoint: Endpoint, answer: guarded.Answer, now: datetime) -> Outcome:
    if answer.is_success:
        return Sent()
    answered = f"{answer.status_code} {answer.text[:LONGEST_REASON]}".strip()
    reason = Said.ANSWERED(url=endpoint.url, answer=answered)
    if answer.status_code == GONE:
        Endpoint.objects.filter(pk=endpoint.pk).update(disabled_at=now, disabled_why=Said.GONE())
        return Never(reason)
    return Later(reason, _retry_after(answer.headers))


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    seconds = headers.get("retry-after", "")
    return timedelta(seconds=min(float(seconds), LONGEST_WAIT)) if seconds.isdecimal() else None

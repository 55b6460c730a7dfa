"""Files that people attach are fetched with the bot's token and kept with the ticket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

import httpx
import structlog
from django.conf import settings
from slack_sdk.errors import SlackClientError

from rung.channels.slack.api.clients import client_of
from rung.channels.slack.events.facts import Raw
from rung.channels.slack.models import Workspace
from rung.tickets.message_rows import NewFile

log = structlog.get_logger(__name__)

LARGEST = 25 * 1024 * 1024  # bytes
MOST = 10
#: Where Slack keeps files. The bot's token goes nowhere else: a file "from outside" names any address its sender likes.
HOSTS = (".slack.com", ".slack-files.com", ".slack-gov.com")


def take_over(workspace: Workspace, told: Sequence[Raw], now: datetime) -> tuple[tuple[NewFile, ...], list[str]]:
    """The files, and a line for each that could not be had. Nothing here keeps a message from becoming a ticket."""
    taken, failed = [], []
    for file in told[:MOST]:
        try:
            taken.append(_fetch(workspace, file, now))
        except (_Unavailable, SlackClientError, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            log.warning("a file could not be fetched from Slack", file=file.get("id"), error=str(error))
            failed.append(f"[file {file.get('name') or file.get('id')}: {_why(error)}]")
    failed += [f"[{len(told) - MOST} more files are in Slack]"] if len(told) > MOST else []
    return tuple(taken), failed


class _Unavailable(Exception):
    """Why a file is not taken over."""


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, _Unavailable) else "could not be fetched"


def _fetch(workspace: Workspace, told: Raw, now: datetime) -> NewFile:
    client = client_of(workspace, now)
    if told.get("file_access") == "check_file_info" or not told.get("url_private"):
        told = client.files_info(file=str(told.get("id") or ""))["file"] or {}
    if int(told.get("size") or 0) > LARGEST:
        raise _Unavailable("too large to take over, it is in Slack")
    address = str(told.get("url_private_download") or told.get("url_private") or "")
    if not address:
        raise _Unavailable("it is not in Slack any more")
    if told.get("is_external") or not _is_slacks(address):
        raise _Unavailable("it is kept elsewhere, open it in Slack")
    got = httpx.get(address, headers={"Authorization": f"Bearer {client.token}"}, timeout=20, follow_redirects=False)
    got.raise_for_status()
    kind = str(told.get("mimetype") or "application/octet-stream")
    if got.headers.get("content-type", "").startswith("text/html") and not kind.startswith("text/html"):
        raise _Unavailable("the app may not read it")
    return NewFile(
        name=str(told.get("name") or told.get("id") or "file")[:255], content_type=kind[:120], data=got.content
    )


def _is_slacks(address: str) -> bool:
    """Whether the token may go there: one of Slack's hosts, or the one that answers its API."""
    asked, api = urlsplit(address), urlsplit(settings.SLACK_API_URL)
    if asked.netloc == api.netloc:
        return asked.scheme == api.scheme
    return asked.scheme == "https" and f".{asked.hostname}".endswith(HOSTS)

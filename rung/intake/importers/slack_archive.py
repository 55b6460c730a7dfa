"""An export of a Slack workspace as rows: one message each, threads as tickets."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zipfile import BadZipFile, ZipFile

COLUMNS = ("ticket", "time", "channel", "author_role", "author", "requester", "subject", "message")
#: Kinds of messages in which somebody says something; others tell who came, went or renamed what.
SPEAKING = (None, "bot_message", "file_share", "me_message", "thread_broadcast")
#: Who they are: in the export of one workspace, or of a whole organisation.
PEOPLE = ("users.json", "org_users.json")
#: Public channels, and private ones where the export has them.
PLACES = ("channels.json", "groups.json")
#: A day of one channel is read whole; more than so many bytes are not.
LONGEST_DAY = 64 << 20
LONGEST_SUBJECT = 120

Json = Mapping[str, Any]


def is_slack(archive: ZipFile) -> bool:
    names = set(archive.namelist())
    return "channels.json" in names and not names.isdisjoint(PEOPLE)


def slack_rows(archive: ZipFile) -> Iterator[tuple[int, Sequence[str]]]:
    """Each message with its number, one channel after the other. ValueError when a file is not what it should be."""
    files = sorted(archive.namelist())
    names = {str(user["id"]): _name(user) for file in PEOPLE if file in files for user in _items(archive, file)}
    channels = {str(each["name"]) for file in PLACES if file in files for each in _items(archive, file)}
    number = 0
    for channel in sorted(channels):
        #: Who began to write in each thread.
        firsts: dict[str, str] = {}
        for file in files:
            if not file.startswith(f"{channel}/") or not file.endswith(".json"):
                continue
            for message in _items(archive, file):
                number += 1
                if (cells := _cells(channel, message, names, firsts)) is not None:
                    yield number, cells


def _cells(channel: str, message: Json, names: Mapping[str, str], firsts: dict[str, str]) -> Sequence[str] | None:
    """None for what is no part of a conversation: comings and goings, and bots nobody answered."""
    if message.get("type") != "message" or message.get("subtype") not in SPEAKING or "ts" not in message:
        return None
    user = message.get("user")
    bot = message.get("subtype") == "bot_message" or bool(message.get("bot_id")) or not user
    if bot and not message.get("thread_ts"):
        return None
    thread = str(message.get("thread_ts") or message["ts"])
    text = _readable(str(message.get("text") or ""), names) or _files(message)
    if bot:
        role, author = "bot", str(message.get("username") or message.get("bot_id") or "bot")
    else:
        role = "customer" if firsts.setdefault(thread, str(user)) == user else "agent"
        author = names.get(str(user), str(user))
    first = firsts.get(thread)
    requester = "" if first is None else names.get(first, first)
    at = datetime.fromtimestamp(float(message["ts"]), UTC).isoformat()
    subject = next(iter(text.strip().splitlines()), "")[:LONGEST_SUBJECT]
    return (f"{channel}/{thread}", at, f"#{channel}", role, author, requester, subject, text)


def _files(message: Json) -> str:
    """Of a message that is nothing but files, their names."""
    files = [each for each in message.get("files") or () if isinstance(each, dict)]
    return " ".join(f"[{each.get('name') or each.get('title') or 'file'}]" for each in files)


def _name(user: Json) -> str:
    """By the address, where the export has it, people are found; else by what they are called in Slack."""
    return str((user.get("profile") or {}).get("email") or user.get("name") or user["id"])


def _readable(text: str, names: Mapping[str, str]) -> str:
    text = re.sub(r"<@(\w+)(?:\|[^>]*)?>", lambda found: f"@{names.get(found[1], found[1])}", text)
    text = re.sub(r"<(https?:[^|>]+)(?:\|[^>]*)?>", r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("\0", "\ufffd")


def _items(archive: ZipFile, file: str) -> Sequence[Json]:
    if archive.getinfo(file).file_size > LONGEST_DAY:
        raise ValueError(f"{file} is longer than {LONGEST_DAY >> 20} MiB")
    try:
        items = json.loads(archive.read(file))
    except (BadZipFile, RuntimeError) as damage:
        raise ValueError(f"{file} is damaged or locked: {damage}") from damage
    except (ValueError, RecursionError) as problem:
        raise ValueError(f"{file}: this is not JSON: {problem}") from None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ValueError(f"{file} is no list of JSON objects")
    return items

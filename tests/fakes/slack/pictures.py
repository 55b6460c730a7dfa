"""A moment of the fake workspace as plain data: what a page needs to draw it as people would see it."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any

from tests.fakes.slack.model import Channel, Json, Message
from tests.fakes.slack.screen import Screen


class Pictures:
    """Draws channels. Times are those of `zone`."""

    def __init__(self, screen: Screen, zone: tzinfo) -> None:
        self.screen, self.state, self.zone = screen, screen.state, zone

    def channel(self, channel: Channel) -> list[Json]:
        """The channel's messages, each with the replies below it."""
        found = []
        for message in channel.top_level():
            replies = [self._message(one) for one in channel.thread(message.ts) if one.ts != message.ts]
            found.append({**self._message(message), "replies": replies})
        return found

    def _message(self, message: Message) -> Json:
        user = self.state.users.get(message.user_id or "")
        at = datetime.fromtimestamp(float(message.ts), UTC).astimezone(self.zone)
        blocks = message.blocks or [{"type": "words", "text": self.screen.words(message)}]
        return {
            "author": message.username or (user.real_name if user else "?"),
            "is_app": bool(message.bot_id) and not message.username,
            "at": f"{at:%H:%M}",
            "edited": message.edited_ts is not None and not message.bot_id,
            "parts": [part for block in blocks for part in self._parts(block)],
        }

    def _parts(self, block: Json) -> list[Json]:
        match block["type"]:
            case "words":
                return [{"kind": "line", "leaves": [{"text": line}]} for line in block["text"].splitlines()]
            case "rich_text":
                return [self._rich(part) for part in block["elements"]]
            case "actions":
                labels = [self._label(one) for one in block["elements"]]
                return [{"kind": "buttons", "labels": labels}]
            case "context":
                return [{"kind": "aside", "text": " ".join(one["text"] for one in block["elements"])}]
            case _:
                return [{"kind": "line", "leaves": [{"text": line}]} for line in self.screen.blocks([block])]

    def _rich(self, part: Json) -> Json:
        leaves = [self._leaf(leaf) for leaf in part["elements"]]
        return {"kind": "quote" if part["type"] == "rich_text_quote" else "line", "leaves": leaves}

    def _leaf(self, leaf: Json) -> Json:
        style = dict.fromkeys(leaf.get("style", {}), True)
        match leaf["type"]:
            case "link":
                return {"text": leaf.get("text") or leaf["url"], "link": True, **style}
            case "emoji":
                return {"emoji": leaf["name"]}
            case "user":
                return {"text": "@" + self.state.users[leaf["user_id"]].real_name, "link": True}
            case "broadcast":
                return {"text": f"@{leaf['range']}", "link": True}
            case "usergroup":
                return {"text": f"@{self.state.usergroups[leaf['usergroup_id']][1]}", "link": True}
            case "date" if leaf["format"] == "{ago}":
                return {"text": _ago(leaf["timestamp"] - self.state.clock()), **style}
            case "date":
                at = datetime.fromtimestamp(leaf["timestamp"], UTC).astimezone(self.zone)
                return {"text": f"{at:%d %B} {at:%H:%M}".lstrip("0"), **style}
            case _:
                return {"text": leaf["text"], **style}

    def _label(self, element: Json) -> Any:
        return "…" if element["type"] == "overflow" else element["text"]["text"]


def _ago(ahead: float) -> str:
    """As Slack says how far a moment is from now."""
    away = abs(ahead)
    number, unit = next(
        (round(away / size), unit)
        for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
        if away >= size or size == 1
    )
    said = f"{number} {unit}{'' if number == 1 else 's'}"
    return f"in {said}" if ahead > 0 else f"{said} ago"

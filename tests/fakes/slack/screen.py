"""What people see: a message as words, a channel as lines, the way a person would read it aloud."""

from __future__ import annotations

import re

from tests.fakes.slack.model import Channel, Json, Message, User
from tests.fakes.slack.state import State

_LINK = re.compile(r"<(https?://[^>|]+|mailto:[^>|]+)(?:\|([^>]*))?>")
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_SPECIAL = re.compile(r"<!(channel|here|everyone)(?:\|[^>]*)?>")
_CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)(?:\|[^>]*)?>")
_DATE = re.compile(r"<!date\^\d+\^[^|>]*\|([^>]*)>")


class Screen:
    """Renders for a reader; mentions come out as `@name`, links as `label (address)`."""

    def __init__(self, state: State) -> None:
        self.state = state

    def words(self, message: Message) -> str:
        """All that the message shows, line by line; the text only where there are no blocks."""
        if message.tombstone:
            return "This message was deleted."
        files = [f"[file {self.state.files[one].name}]" for one in message.file_ids]
        body = [self._mrkdwn(message.text)] if not message.blocks else self.blocks(message.blocks)
        return "\n".join([*body, *files])

    def blocks(self, blocks: list[Json]) -> list[str]:
        return [line for block in blocks for line in self._block(block) if line]

    def channel(self, channel: Channel) -> list[str]:
        """`who: words` for every message of the channel, without threads."""
        return [f"{self.author(one)}: {self.words(one)}" for one in channel.top_level()]

    def thread(self, message: Message) -> list[str]:
        channel = self.state.channels[message.channel_id]
        return [f"{self.author(one)}: {self.words(one)}" for one in channel.thread(message.ts)]

    def author(self, message: Message) -> str:
        if message.username:
            return message.username
        user = self.state.users.get(message.user_id or "")
        return user.name if user else "?"

    def ephemerals(self, user: User, channel: Channel) -> list[str]:
        """What only this person was told there."""
        return [
            "\n".join(self.blocks(one.blocks)) or self._mrkdwn(one.text)
            for one in channel.ephemerals
            if one.user_id == user.id
        ]

    def buttons(self, blocks: list[Json]) -> list[str]:
        """The words on the buttons, in order."""
        found = [one for block in blocks for one in [*block.get("elements", []), block.get("accessory") or {}]]
        return [one["text"]["text"] for one in found if one.get("type") == "button"]

    def _block(self, block: Json) -> list[str]:
        match block["type"]:
            case "section":
                fields = [self._text(one) for one in block.get("fields", [])]
                accessory = (
                    [f"[{block['accessory']['text']['text']}]"]
                    if block.get("accessory", {}).get("type") == "button"
                    else []
                )
                return [self._text(block["text"])] * ("text" in block) + fields + accessory
            case "header":
                return [self._text(block["text"])]
            case "context":
                return [
                    " ".join(self._text(one) if "text" in one else one.get("alt_text", "") for one in block["elements"])
                ]
            case "actions":
                return [" ".join(f"[{self._label(one)}]" for one in block["elements"])]
            case "input":
                return [block["label"]["text"] + (" (optional)" if block.get("optional") else "")]
            case "rich_text":
                return [self._rich(part) for part in block["elements"]]
            case "markdown":
                return [block["text"]]
            case "image":
                return [f"[image {block['alt_text']}]"]
            case _:
                return []

    def _label(self, element: Json) -> str:
        chosen = element.get("initial_option") or element
        return str((chosen.get("text") or element.get("placeholder") or {"text": element["type"]})["text"])

    def _text(self, text: Json) -> str:
        return str(text["text"]) if text["type"] == "plain_text" else self._mrkdwn(text["text"])

    def _mrkdwn(self, text: str) -> str:
        text = _LINK.sub(lambda m: f"{m[2]} ({m[1]})" if m[2] else m[1], text)
        text = _MENTION.sub(lambda m: f"@{self.state.users[m[1]].name}" if m[1] in self.state.users else m[0], text)
        text = _CHANNEL.sub(
            lambda m: f"#{self.state.channels[m[1]].name}" if m[1] in self.state.channels else m[0], text
        )
        text = _SPECIAL.sub(r"@\1", _DATE.sub(r"\1", text))
        return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

    def _rich(self, part: Json) -> str:
        found = []
        for leaf in part["elements"]:
            match leaf["type"]:
                case "text":
                    found.append(leaf["text"])
                case "link":
                    found.append(f"{leaf['text']} ({leaf['url']})" if leaf.get("text") else leaf["url"])
                case "user":
                    found.append(f"@{self.state.users[leaf['user_id']].name}")
                case "usergroup":
                    found.append(f"@{self.state.usergroups[leaf['usergroup_id']][1]}")
                case "date":
                    found.append(leaf["fallback"])
                case "emoji":
                    found.append(f":{leaf['name']}:")
                case "broadcast":
                    found.append(f"@{leaf['range']}")
                case "rich_text_section":
                    found.append("- " + self._rich(leaf) + "\n")
                case _:
                    pass
        text = "".join(found)
        return "\n".join(f"> {line}" for line in text.splitlines()) if part["type"] == "rich_text_quote" else text

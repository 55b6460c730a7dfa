"""The pictures of the sample day in Slack: played by the whole product, kept for a page, never out of date.

`RUNG_WRITE_SAMPLE=1 pytest tests/stories/slack/test_sample_day.py` writes them anew.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rung.channels.slack import sample
from rung.channels.slack.blocks.button_values import Press
from rung.channels.slack.models import Workspace
from tests.fakes.slack.pictures import Pictures
from tests.stories.slack.world import SlackWorld

BERLIN = ZoneInfo("Europe/Berlin")


class Film:
    """Frame after frame: the clock, a line on what happens, and the channels."""

    def __init__(self, world: SlackWorld) -> None:
        self.world = world
        self.pictures = Pictures(world.slack.screen, BERLIN)
        self.frames: list[dict[str, Any]] = []

    def shows(self, line: str) -> None:
        world = self.world
        sam = world.slack.people.direct(world.people["sam"], world.slack.bot_of(world.installation))
        channels = {
            "#acme-support": world.shared,
            "#triage": world.channels["triage"],
            "#escalations": world.channels["escalations"],
            "Rung to Sam": sam,
        }
        drawn = {name: self.pictures.channel(channel) for name, channel in channels.items()}
        self.frames.append({"at": f"{world.now.astimezone(BERLIN):%H:%M}", "line": line, "channels": drawn})


def play(world: SlackWorld) -> list[dict[str, Any]]:
    Workspace.objects.update(acknowledgement="Thank you, we have it and will look at it.")
    film = Film(world)
    film.shows("A quiet Tuesday. Acme writes in a channel that both companies share.")
    asked = world.says(world.zoe, "Our nightly import stops after ten rows, since 02:00. No orders come in.")
    world.passes(seconds=5)
    film.shows("Zoe of Acme writes. It becomes a ticket: one card in triage, and a word to her that stops no clock.")
    card = world.cards("triage")[0]
    world.passes(minutes=21)
    film.shows("Nobody took it for 20 minutes: it goes to the person with the least to do. The same card shows it.")
    world.passes(minutes=10)
    film.shows("30 minutes, no answer: one reminder, in the thread of the card.")
    world.passes(minutes=30)
    film.shows("60 minutes: offered to the second level, in their channel, with what is known and what is missing.")
    world.passes(minutes=5)
    film.shows("Sam has it and has been silent for 45 minutes: one direct message to him, to nobody else.")
    world.presses("ben", world.cards("escalations")[0], Press.CLAIM)
    world.passes(seconds=5)
    film.shows("Ben claims it. The escalation becomes a quiet line; the card in triage says who has it now.")
    world.says(
        world.people["ben"], "The lock of last week again, see the log of 02:00.", world.channels["triage"], thread=card
    )
    world.passes(minutes=2)
    film.shows("Ben writes below the card: a note, and the customer does not see it.")
    world.presses("ben", card, Press.REPLY)
    world.submits(
        "ben",
        {"text": "Hello Zoe, a lock of last night blocked it. It is removed; please start the import.", "keep": []},
    )
    world.passes(seconds=5)
    film.shows("With “Reply” he answers. Zoe reads it in her thread, under his name. The reminder goes.")
    world.passes(minutes=12)
    world.says(world.zoe, "thanks!", thread=asked)
    film.shows("A “thanks!” opens nothing and starts no clock.")
    world.says(world.max, "URGENT: exports fail too, we need them ASAP")
    world.passes(seconds=5)
    film.shows("Max asks for something else, and says ASAP: a second card, of high priority, with the reason.")
    world.presses("ben", card, Press.RESOLVE)
    [field] = [one for one in world.slack.hands.modal(world.people["ben"]).payload["blocks"] if one["type"] == "input"]
    said = field["element"]["initial_value"].replace("{resolution}", "the lock of last night is removed")
    world.submits("ben", {"text": said})
    world.passes(seconds=5)
    film.shows("Ben resolves the first one. The customer is told and asked for a rating; the card becomes quiet.")
    world.presses(world.zoe, world.shared.thread(asked.ts)[-1], f"{Press.RATE}:5")
    film.shows("Zoe gives a five. What remains is one card that needs somebody.")
    return film.frames


def test_the_kept_pictures_are_what_the_product_shows(world: SlackWorld) -> None:
    played, first = json.dumps(play(world)), world.tickets[0].number
    # Tickets count from 1 in the pictures, whatever the database has counted before.
    counted = re.sub(r"(#|/tickets/|/rate/)(\d+)", lambda match: f"{match[1]}{int(match[2]) - first + 1}", played)
    # The customer's own link is signed, with the moment in it.
    frames = json.loads(re.sub(r"https://desk\.example/(?!tickets/)[^\"\s]*", "https://desk.example/…", counted))
    path = Path(sample.__file__).with_name("sample_day.json")
    if os.environ.get("RUNG_WRITE_SAMPLE"):
        lines = ",\n".join(json.dumps(frame, ensure_ascii=False) for frame in frames)
        path.write_text(f"[\n{lines}\n]\n")
    assert list(sample.frames()) == frames

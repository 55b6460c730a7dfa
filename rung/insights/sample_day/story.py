"""What is told beside the sample day, line by line, kept in its data folder."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Line:
    """One thing that happened. `who`: customer, agent, rung (the policy and its clocks) or narrator."""

    key: str
    at: datetime
    who: str
    text: str
    ticket: int | None = None


def tell(line: Line) -> None:
    """Add a line at the end."""
    with _file().open("a") as file:
        file.write(json.dumps(asdict(line) | {"at": line.at.isoformat()}) + "\n")


def told() -> list[Line]:
    """All lines so far, oldest first. One that was cut off by a crash is as if it had not been told."""
    if not _file().exists():
        return []
    lines = []
    for text in _file().read_text().splitlines():
        try:
            words = json.loads(text)
        except ValueError:
            continue
        lines.append(Line(**words | {"at": datetime.fromisoformat(words["at"])}))
    return lines


def _file() -> Path:
    return Path(settings.DATA) / "story.jsonl"

"""Where recordings of third parties lie: the folder `shared` beside the working copy. They are no part of Rung."""

from pathlib import Path

SHARED = Path(__file__).parents[3] / "shared"
EVENTS = SHARED / "data" / "events"
MAIL = SHARED / "data" / "email"
CHAT = SHARED / "data" / "chat"
SLACK = SHARED / "specs" / "slack"

"""Where recordings of third parties lie: the folder `shared` beside the working copy. They are no part of Rung."""

from pathlib import Path

SHARED = Path(__file__).parents[3] / "shared"
EVENTS = SHARED / "data" / "events"
MAIL = SHARED / "data" / "email"
CHAT = SHARED / "data" / "chat"
SLACK = SHARED / "specs" / "slack"
#: Another folder may be called `shared`, too: all of these have to be there.
MISSING = [folder for folder in (EVENTS, MAIL, CHAT, SLACK) if not folder.is_dir()]

"""`rung doctor`: what is wrong with the connections to the outside, and who can mend it."""

from rung.hooks import folders
from rung.people.clock import database_now


def command() -> None:
    """Check every connection to another system. Exits 1 when something must be fixed."""
    now = database_now()
    found = [finding for folder in folders() for finding in folder.findings(now)]
    for finding in found:
        print(finding)
    if found:
        raise SystemExit(1)
    print("All is well.")

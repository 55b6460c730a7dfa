"""`rung doctor`: what is wrong with the desk and its connections to the outside, and who can mend it."""

from rung.hooks import folders
from rung.intake import health
from rung.people.clock import database_now


def command() -> None:
    """Look at every part and queue, and ask every connected system. Exits 1 when something must be fixed."""
    now = database_now()
    found = [f"{trouble[0].upper()}{trouble[1:]}." for trouble in health.measure(now).troubles]
    found += [finding for folder in folders() for finding in folder.findings(now)]
    for finding in found:
        print(finding)
    if backup := health.last_backup(now):
        print(f"The last verified backup is {backup.age / 3600:.0f} h old.")
    if found:
        raise SystemExit(1)
    print("All is well.")

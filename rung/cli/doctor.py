"""`rung doctor`: what is wrong with the connections to the outside, and who can mend it."""

from importlib import import_module

from django.conf import settings

from rung.people.clock import database_now


def command() -> None:
    """Check every connection to another system. Exits 1 when something must be fixed."""
    found: list[str] = []
    for app in (*settings.CHANNELS, *settings.TRACKERS):
        try:
            module = import_module(f"{app}.doctor")
        except ModuleNotFoundError as missing:
            if missing.name != f"{app}.doctor":
                raise
            continue
        found += module.findings(database_now())
    for finding in found:
        print(finding)
    if found:
        raise SystemExit(1)
    print("All is well.")

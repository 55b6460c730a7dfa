"""What waits to be said is sent."""

import threading


def run(stop: threading.Event) -> None:
    """Until asked to stop."""
    stop.wait()

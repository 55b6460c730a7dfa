"""Due tickets are looked at."""

import threading


def run(stop: threading.Event) -> None:
    """Until asked to stop."""
    stop.wait()

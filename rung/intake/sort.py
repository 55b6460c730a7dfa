"""What came in becomes tickets."""

import threading


def run(stop: threading.Event) -> None:
    """Until asked to stop."""
    stop.wait()

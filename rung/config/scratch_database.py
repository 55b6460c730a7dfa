"""A database for one command and nobody else: made before the settings are read, gone when the command ends."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rung.config.embedded import Embedded


@contextmanager
def scratch_database() -> Iterator[None]:
    """Point DATABASE_URL at a new embedded PostgreSQL, as durable as a desk's own. The running desk is not touched."""
    folder = Path(tempfile.mkdtemp(prefix="rung-scratch-"))
    server = Embedded(folder)
    before = os.environ.get("DATABASE_URL")
    try:
        server.start()
        os.environ["DATABASE_URL"] = server.url
        yield
    finally:
        if before is None:
            os.environ.pop("DATABASE_URL", None)
        else:
            os.environ["DATABASE_URL"] = before
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)

"""The sample day as a desk of its own: folder, database and clock apart, no way to the outside, gone afterwards."""

import os
import shutil

from rung.config import data_folder, desk_lock
from rung.config import up as desk
from rung.config.processes import PLAYER
from rung.insights.sample_day import files as sample_files

#: What would lead out of it, or into a real desk.
KEPT_OUT = ("DATABASE_URL", "RUNG_URL", "RUNG_HEARTBEAT_URL", "RUNG_LIVE_URL", "RUNG_BEHIND_PROXY", "SMTP_HOST")


def up(*, host: str, port: int) -> None:
    """Play it until told to stop, or until it is removed on its page; nothing of it stays."""
    data = data_folder.data_folder() / sample_files.FOLDER
    if data.exists():
        desk_lock.take(data).close()  # refuses while another plays
        shutil.rmtree(data)
    for name in KEPT_OUT:
        os.environ.pop(name, None)
    os.environ["RUNG_DATA"], os.environ["RUNG_SAMPLE_DAY"] = str(data), "1"
    try:
        desk.up(
            host=host,
            port=port,
            extra=[PLAYER],
            tend=(data / sample_files.OVER).exists,
            throwaway=True,
            ready=lambda link: data_folder.write_secret(data / sample_files.LINK, link),
        )
    finally:
        shutil.rmtree(data, ignore_errors=True)

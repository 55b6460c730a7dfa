"""A whole desk under its real supervisor, each part with the clock and the lease a story may choose."""

import os
import sys
from pathlib import Path

from rung.config import data_folder
from rung.config.embedded import Embedded
from rung.config.processes import PARTS
from rung.config.supervisor import Part, Supervisor

folder = Path(os.environ["RUNG_DATA"])
data_folder.make(folder)
(folder / "log").mkdir(exist_ok=True)
database = Embedded(folder)
database.start()
environment = {**os.environ, "DATABASE_URL": database.url}
Supervisor(
    [Part(name, [sys.executable, "-m", "tests.stories.part", name], pulses=True) for name in PARTS],
    folder / "log",
    database,
    environment,
    lambda sentence: print(sentence, flush=True),
).run()

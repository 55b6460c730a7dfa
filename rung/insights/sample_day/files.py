"""The files by which a desk, its sample day and their pages understand each other."""

from pathlib import Path

#: In a desk's data folder: the sample day's own, and the wish for one.
FOLDER = "sample-day"
WANTED = "sample-day.wanted"
#: Why the last one did not come about, in the words of the log beside it.
FAILED = "sample-day.failed"
LOG = "log/sample-day.log"
#: In FAILED instead of words: it played, and was cut off.
CUT_OFF = "cut off"
#: In the sample day's folder: the way in, and the wish to be rid of it.
LINK = "link"
OVER = "over"

LONGEST_WORDS = 500


def last_words(data: Path) -> str:
    """What the log beside a sample day ends with: when it failed, why."""
    try:
        said = (data / LOG).read_text(errors="replace").strip()
    except OSError:
        return ""
    return said.rpartition("\n")[2].strip()[:LONGEST_WORDS]

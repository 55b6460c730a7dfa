"""How many pages /live holds: for all, and for each reader, so that nobody takes the room of the others."""

import resource
from collections import Counter

#: Open pages of one process, and of one reader.
MOST, OF_ONE = 8000, 100
#: What granian lets be open at once: more than MOST, so that the refusals are ours, in a sentence.
BACKLOG, BACKPRESSURE = 4096, 16_384
#: Descriptors beside those of the pages.
OTHERS = 512


def raise_limit() -> None:
    """Let this process open a descriptor for each page, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = BACKPRESSURE + OTHERS
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Room:
    """The pages that are open."""

    def __init__(self) -> None:
        self._of: Counter[int] = Counter()
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.most = min(MOST, max(64, soft - OTHERS))

    @property
    def open(self) -> int:
        """How many are open."""
        return self._of.total()

    def refusal(self, reader: int) -> str:
        """Why this reader may open no other page, in a sentence; empty: there is room."""
        if self._of[reader] >= OF_ONE:
            return f"You have {OF_ONE} pages open already; this one asks now and then instead of being told."
        if self.open >= self.most:
            return f"{self.most} pages are open already; this one asks now and then instead of being told."
        return ""

    def take(self, reader: int) -> None:
        """One more."""
        self._of[reader] += 1

    def leave(self, reader: int) -> None:
        """One less."""
        self._of[reader] -= 1
        if self._of[reader] <= 0:
            del self._of[reader]

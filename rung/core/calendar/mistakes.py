"""What is wrong with a written calendar, and where."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong: the path of keys and positions that leads to it, and a sentence."""

    path: tuple[str | int, ...]
    sentence: str

    @property
    def place(self) -> str:
        """The path as a reader writes it: `hours.mon-thu[1]`."""
        written = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return written.removeprefix(".")

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}" if self.path else self.sentence


class CalendarError(ValueError):
    """A calendar that cannot be used. Holds every mistake found, in reading order."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)

    @property
    def place(self) -> str:
        """Where the first mistake is."""
        return self.mistakes[0].place

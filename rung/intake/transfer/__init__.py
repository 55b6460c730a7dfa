"""A desk written to a folder that any tool can read, and read back into an empty desk."""

from rung.intake.transfer.reading import take_in
from rung.intake.transfer.tables import NotMovable
from rung.intake.transfer.writing import export

__all__ = ["NotMovable", "export", "take_in"]

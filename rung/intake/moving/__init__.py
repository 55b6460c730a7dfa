"""A desk written to a folder that any tool can read, and read back into an empty desk."""

from rung.intake.moving.reading import take_in
from rung.intake.moving.tables import NotMovable
from rung.intake.moving.writing import export

__all__ = ["NotMovable", "export", "take_in"]

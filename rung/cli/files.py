"""Files named on the command line."""

from pathlib import Path


def contents(file: Path) -> bytes:
    """The bytes of a file, or a sentence and exit 1."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise SystemExit(f"{file} cannot be read: {error.strerror or error}") from error


def save(file: Path, written: str | bytes) -> None:
    """Write a file anew, or a sentence and exit 1."""
    try:
        file.write_bytes(written.encode() if isinstance(written, str) else written)
    except OSError as error:
        raise SystemExit(f"{file} cannot be written: {error.strerror or error}") from error

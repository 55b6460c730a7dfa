"""Files named on the command line."""

from pathlib import Path

#: Bytes of a policy, a map or a list of people beyond which it is something else, such as a log or a device.
LONGEST = 8_000_000


def contents(file: Path) -> bytes:
    """The bytes of a file, or a sentence and exit 1."""
    try:
        with file.open("rb") as opened:
            found = opened.read(LONGEST + 1)
    except OSError as error:
        raise SystemExit(f"{file} cannot be read: {error.strerror or error}") from error
    if len(found) > LONGEST:
        raise SystemExit(f"{file} is longer than {LONGEST:,} bytes; is it the file you mean?")
    return found


def save(file: Path, written: str | bytes) -> None:
    """Write a file anew, or a sentence and exit 1."""
    try:
        file.write_bytes(written.encode() if isinstance(written, str) else written)
    except OSError as error:
        raise SystemExit(f"{file} cannot be written: {error.strerror or error}") from error

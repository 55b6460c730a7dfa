"""What the commands about one person's data say."""

from pathlib import Path

from rung.intake.privacy import Forgotten


def write_new(file: Path, data: bytes) -> None:
    """The file, readable by its owner alone. Ends the command if it is there already."""
    try:
        with file.open("xb") as written:
            file.chmod(0o600)
            written.write(data)
    except OSError as problem:
        raise SystemExit(f"{file} cannot be written: {problem.strerror}") from problem
    print(f"{file}: {len(data):,} bytes")


def tell(done: Forgotten) -> None:
    """What was forgotten, and the proof; ends with 1 where something is left."""
    print(f"Forgotten: {done.messages} messages, {done.files} files, {done.rows} rows elsewhere; now {done.pseudonym}.")
    for place, rows in done.left.items():
        print(f"Still named in {place}: {rows} rows")
    if done.left:
        raise SystemExit(1)
    print("Every table was searched again: no trace is left. Backups made before still hold them; so may PostgreSQL's")
    print("own files for a while: VACUUM and its log overwrite what was deleted.")

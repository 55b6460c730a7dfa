"""The data folder: what a desk keeps on disk beside its database."""

import os
import secrets
from pathlib import Path


def data_folder() -> Path:
    """RUNG_DATA, else `data` in the present folder."""
    return Path(os.environ.get("RUNG_DATA") or "data").absolute()


def make(folder: Path) -> None:
    """Make the data folder and the secret key in it, closed to everybody else. Nothing changes when they are there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / "secret-key").exists():
        write_secret(folder / "secret-key", secrets.token_urlsafe(48))


def write_secret(place: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    made = place.with_name(f".{place.name}-{os.getpid()}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    made.replace(place)


def files(folder: Path) -> Path:
    """Where files that come with messages lie: RUNG_FILES, else `files` in the data folder."""
    return Path(os.environ.get("RUNG_FILES") or folder / "files").absolute()


def secret_key(folder: Path) -> str:
    """SECRET_KEY, else the folder's. Without either a passing one, so that checks run where there is no desk."""
    if given := os.environ.get("SECRET_KEY"):
        return given
    try:
        return (folder / "secret-key").read_text().strip()
    except OSError:
        return secrets.token_urlsafe(48)


def base_url(folder: Path) -> str:
    """RUNG_URL, else the address the desk over this folder was last started with; without a closing slash."""
    if given := os.environ.get("RUNG_URL"):
        return given.rstrip("/")
    try:
        return (folder / "address").read_text().strip()
    except OSError:
        return ""


def database_url(folder: Path) -> str | None:
    """DATABASE_URL, else that of the embedded PostgreSQL in this data folder, else none."""
    if given := os.environ.get("DATABASE_URL"):
        return given
    try:
        return (folder / "database-url").read_text().strip()
    except OSError:
        return None

"""A desk that was backed up comes back on another machine."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from rung.config import backup, desk_lock, scheduled_backup
from rung.config.embedded import Embedded

REPOSITORY = Path(__file__).resolve().parents[2]


def rung(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "-m", "rung.config.command", "--data", str(data), *words]
    return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_backup_comes_back_elsewhere_with_its_files(tmp_path: Path) -> None:
    here, there, kept = tmp_path / "here", tmp_path / "there", tmp_path / "desk.tar"
    database = Embedded(here, throwaway=True)
    database.start()
    try:
        (here / "database-url").write_text(database.url)
        assert rung(here, "prepare").returncode == 0
        assert rung(here, "customer", "add", "Acme").returncode == 0
        (here / "files" / "attachments").mkdir(parents=True)
        (here / "files" / "attachments" / "a.log").write_text("kept")
        assert rung(here, "backup", str(kept)).returncode == 0
    finally:
        database.stop()
    restored = rung(there, "restore", str(kept))
    assert restored.returncode == 0, restored.stderr
    assert (there / "files" / "attachments" / "a.log").read_text() == "kept"
    database = Embedded(there, throwaway=True)
    database.start()
    try:
        (there / "database-url").write_text(database.url)
        assert rung(there, "customer", "list").stdout.startswith("Acme")
        assert rung(there, "audit").returncode == 0
        again = rung(there, "restore", str(kept))
        assert again.returncode == 0, again.stderr
    finally:
        database.stop()


@pytest.mark.slow
def test_neither_backup_nor_restore_touches_a_desk_that_runs(tmp_path: Path) -> None:
    data, kept = tmp_path / "desk", tmp_path / "desk.tar"
    database = Embedded(data, throwaway=True)
    database.start()
    held: list[psycopg.Connection[tuple[object, ...]]] = []
    try:
        assert rung(data, "prepare").returncode == 0
        assert rung(data, "backup", str(kept), "--verify").returncode == 0
        with psycopg.connect(**superuser(database)) as limit:
            limit.execute("ALTER ROLE rung CONNECTION LIMIT 1")
        held.append(psycopg.connect(database.url))
        refused = rung(data, "backup", str(tmp_path / "other.tar"))
        assert refused.returncode == 1
        assert refused.stderr.startswith("The desk's PostgreSQL runs but lets nobody in now; try again later. (")
        held.pop().close()
        lock = desk_lock.take(data)
        refused = rung(data, "restore", str(kept))
        assert refused.returncode == 1
        assert refused.stderr.startswith(f"A desk is already running over {data} (process {os.getpid()}); stop it")
        lock.close()
        assert database.running
        assert psycopg.connect(database.url).execute("SELECT 1").fetchone() == (1,)
    finally:
        database.stop()


def superuser(database: Embedded) -> dict[str, Any]:
    reach = database.superuser
    return {"host": reach["PGHOST"], "user": reach["PGUSER"], "password": reach["PGPASSWORD"], "dbname": "postgres"}


@pytest.mark.slow
def test_backups_by_schedule_are_verified_and_their_age_is_said(tmp_path: Path, monkeypatch: Any) -> None:
    data, folder = tmp_path / "desk", tmp_path / "backups"
    monkeypatch.setenv("RUNG_BACKUP_FOLDER", str(folder))
    monkeypatch.setenv("RUNG_BACKUP_KEEP", "2")
    database = Embedded(data, throwaway=True)
    database.start()
    try:
        assert rung(data, "prepare").returncode == 0
        for day in ("20260101", "20260102"):
            folder.mkdir(exist_ok=True)
            (folder / f"rung-{day}-000000.tar").touch()
        done = rung(data, "backup", "--scheduled")
        assert done.returncode == 0, done.stderr
        left = sorted(file.name for file in folder.iterdir())
        assert len(left) == 2
        assert left[0] == "rung-20260102-000000.tar"
        assert "The last verified backup is 0 h old." in rung(data, "doctor").stdout
        assert not scheduled_backup._is_due()
        monkeypatch.setenv("RUNG_BACKUP_FOLDER", str(tmp_path / "file" / "below"))
        (tmp_path / "file").touch()
        assert rung(data, "backup", "--scheduled").returncode == 1
        assert "The last backup failed: " in rung(data, "doctor").stdout
    finally:
        database.stop()


def test_something_else_is_no_backup(tmp_path: Path) -> None:
    import tarfile

    other = tmp_path / "other.tar"
    with tarfile.open(other, "w"):
        pass
    answer = rung(tmp_path / "desk", "restore", str(other))
    assert answer.returncode == 1
    assert "is no backup of a desk" in answer.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("restore", "nowhere.tar"), "nowhere.tar cannot be read: No such file or directory"),
        (("restore", __file__), "is no backup of a desk: it is no tar archive"),
        (("backup", "no/such/folder/desk.tar"), "desk.tar cannot be written: No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    answer = rung(tmp_path / "desk", *words)
    assert answer.returncode == 1
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_backup_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def fail(partial: Path, data: Path) -> None:
        seen.append(partial.stat().st_mode & 0o777)
        partial.write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(backup, "_write", fail)
    with pytest.raises(KeyboardInterrupt):
        backup.backup(tmp_path / "desk.tar")
    assert seen == [0o600]
    assert list(tmp_path.iterdir()) == []

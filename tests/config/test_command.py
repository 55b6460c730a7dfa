"""The rung command where there is no desk, or a wrong setting."""

import os
import subprocess
from pathlib import Path

from tests.desk import RUNG, free_port


def refused(*words: str, **settings: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "RUNG_DATA"}}
    done = subprocess.run([*RUNG, *words], capture_output=True, text=True, env={**environment, **settings}, check=False)
    assert done.returncode == 1
    return done.stderr.strip()


def test_where_there_is_no_desk_it_says_so(tmp_path: Path) -> None:
    said = refused("person", "list", RUNG_DATA=str(tmp_path))
    assert said == f"There is no desk in {tmp_path}; start one with bin/up, or name its folder with --data."


def test_a_desk_that_is_not_running_is_told_from_none(tmp_path: Path) -> None:
    (tmp_path / "database-url").write_text(f"postgresql://rung@/rung?host={tmp_path}")
    said = refused("--data", str(tmp_path), "token", "list")
    assert said.startswith(f"The desk in {tmp_path} does not answer; is it running (bin/up), is --data right? (")


def test_a_wrong_setting_is_named_with_what_it_should_be() -> None:
    assert refused("person", "list", SMTP_PORT="smtp") == 'SMTP_PORT is "smtp"; it must be a number such as 587.'
    assert refused("person", "list", DATABASE_URL="rung at home").startswith("DATABASE_URL cannot be read (")
    missing = refused("person", "list", DATABASE_URL="postgresql://nobody@127.0.0.1:1/rung")
    assert missing.startswith("The database that DATABASE_URL names does not answer. (")


def test_what_keeps_a_desk_from_starting_is_one_sentence_and_nothing_is_kept(tmp_path: Path) -> None:
    def said(*words: str, **settings: str) -> str:
        return refused("up", "--port", "1", *words, **settings)

    file, folder = tmp_path / "file", tmp_path / "desk"
    file.touch()
    assert (
        said("--data", str(file)) == f"{file} is a file, not a folder; choose another place for the data with --data."
    )
    assert said("--data", str(file / "below")).startswith(
        f"The data folder {file}/below cannot be used (Not a directory)"
    )
    away = ["--data", str(folder), "--port", str(free_port())]
    nobody = refused("up", *away, DATABASE_URL="postgresql://nobody@127.0.0.1:1/rung")
    assert nobody.startswith("The database that DATABASE_URL names does not answer (")
    assert "\n" not in nobody
    assert refused("up", *away, DATABASE_URL="nonsense").startswith("DATABASE_URL cannot be read (")
    assert not (folder / "database-url").exists()
    assert refused("up", *away, "--host", "nowhere.invalid").startswith(
        "nowhere.invalid is no address of this machine;"
    )

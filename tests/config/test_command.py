"""The rung command where there is no desk, or a wrong setting."""

import os
import socket
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
    numbers = {"SMTP_PORT": ("smtp", 1, 65535), "RUNG_PORT": ("abc", 1, 65534), "RUNG_WEB_THREADS": ("many", 1, 256)}
    for name, (wrong, least, most) in numbers.items():
        said = f'{name} is "{wrong}"; it must be a whole number from {least} to {most}'
        assert refused("person", "list", **{name: wrong}).startswith(said)
        assert refused("up", **{name: wrong}).startswith(said)
    levels = 'LOG_LEVEL is "LOUD"; it must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL.'
    assert refused("web", LOG_LEVEL="LOUD") == levels
    assert refused("person", "list", RUNG_API_RATE="fast", RUNG_URL="desk") == (
        'RUNG_API_RATE is "fast"; it must be a number of requests per second, such as 300.\n'
        'RUNG_URL is "desk"; it must be an address such as https://desk.example.com.'
    )
    assert refused("person", "list", DATABASE_URL="rung at home").startswith("DATABASE_URL cannot be read (")
    missing = refused("person", "list", DATABASE_URL="postgresql://nobody@127.0.0.1:1/rung")
    assert missing.startswith("The database that DATABASE_URL names does not answer. (")


def test_a_part_over_a_folder_that_is_no_desk_says_so(tmp_path: Path) -> None:
    said = refused("ticker", RUNG_DATA=str(tmp_path / "nothing"))
    assert said.startswith(f"There is no desk in {tmp_path}/nothing for ticker to work on; start one with bin/up")
    assert not (tmp_path / "nothing").exists()


def test_a_web_part_does_not_share_a_port(tmp_path: Path) -> None:
    (tmp_path / "database-url").write_text("postgresql://nobody@127.0.0.1:1/rung")
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as taken:
        port = str(taken.getsockname()[1])
        said = refused("web", RUNG_DATA=str(tmp_path), RUNG_PORT=port)
    assert said == f"Port {port} of 127.0.0.1 cannot be used (Address already in use); choose another with RUNG_PORT."


def test_a_language_with_letters_of_another_set_hinders_nothing(tmp_path: Path) -> None:
    words = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    policy = tmp_path / "policy.yaml"
    policy.write_text("name: Größe …\ntimezone: UTC\n", encoding="utf-8")
    done = subprocess.run(
        [*RUNG, "policy", "check", str(policy)], capture_output=True, check=False, env={**os.environ, **words}
    )
    assert b"Traceback" not in done.stderr
    assert b"policy.yaml" in done.stdout + done.stderr


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

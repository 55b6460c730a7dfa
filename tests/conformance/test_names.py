"""No channel is named outside its folder."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rung.config import settings
from rung.hooks import Folder

ROOT = Path(__file__).parents[2] / "rung"
#: "email" alone is also a field of a person; as a channel it stands before a colon or behind `channel=`.
NAMED = re.compile(r"slack|webhook|mailbox|\bemail:|rung\.channels\.\w", re.I)
#: Where a name has another meaning than the channel.
ELSEWHERE = {
    "config/settings.py": "the one line, and what its settings are called",
    "config/environment.py": "what its settings may be",
    "intake/importers": "an export of Slack as a log of history: a file, read without the channel",
    "cli/import_.py": "the names of such files",
    "cli/replay.py": "the names of such files",
    "insights/sample_day/script.py": "a story that is told",
    "people/mail_domains.py": "the name of a provider of mail, mailbox.org",
}


def test_every_exception_is_still_there() -> None:
    assert [name for name in ELSEWHERE if not any(name in each for each, _line, _text in named())] == []


def test_no_code_outside_its_folder_names_a_channel() -> None:
    found = [f"{name}:{line}: {text}" for name, line, text in named() if not name.startswith(tuple(ELSEWHERE))]
    assert found == []


def test_no_template_outside_its_folder_names_a_channel() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted((ROOT / "web").rglob("*.html"))
        for line in path.read_text().splitlines()
        if NAMED.search(line)
    ]
    assert found == []


def test_no_channel_imports_another() -> None:
    for app in settings.CHANNELS:
        own = Folder(app).name
        others = {Folder(each).name for each in settings.CHANNELS} - {own}
        for path in (ROOT / "channels" / own).rglob("*.py"):
            for other in others:
                assert f"rung.channels.{other}" not in path.read_text(), path


@pytest.mark.parametrize("app", settings.CHANNELS)
def test_only_the_settings_name_the_app(app: str) -> None:
    assert app in (ROOT / "config" / "settings.py").read_text()


def named() -> Iterator[tuple[str, int, str]]:
    """(file, line, text) of every string, import and name in code outside the folders that names one."""
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith("channels/") or "/migrations/" in name:
            continue
        tree = ast.parse(path.read_text())
        prose = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
        for node in ast.walk(tree):
            for text in _texts(node):
                if id(node) not in prose and NAMED.search(text):
                    yield name, getattr(node, "lineno", 0), text.strip()[:80]


def _texts(node: ast.AST) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.ImportFrom(module=module, names=names):
            return [module or "", *(each.name for each in names)]
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.FunctionDef(name=name):
            return [name]
    return []

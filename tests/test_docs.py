"""The documentation is true to the tree: what it links to and names is there, and no setting or command is missing."""

import ast
import os
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer.main
from django.test import Client

from rung.cli import app as commands
from rung.config import command

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
SETTINGS = ROOT / "docs" / "reference" / "settings.md"
COMMANDS = ROOT / "docs" / "reference" / "commands.md"
MEANING = ROOT / "docs" / "reference" / "meaning.md"

#: Of the machine or of Django, not of Rung.
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "PYTHONUTF8", "PYTHONPATH", "PATH", "HOME", "USER", "LANG"}
OURS = re.compile(r"(RUNG|SMTP|MAIL|SLACK)_[A-Z][A-Z_]*[A-Z]")
#: `RUNG_OIDC_` and `RUNG_SAML_` stand in the code as prefixes.
DIRECTORIES = re.compile(r"RUNG_(OIDC|SAML)_")

each_page = pytest.mark.parametrize("page", PAGES, ids=NAMES)


def without_code(text: str) -> str:
    return re.sub(r"^( *)```.*?^\1```", "", text, flags=re.S | re.M)


def anchors(page: Path) -> set[str]:
    """As GitHub and others make them of headings."""
    headings = re.findall(r"^#+ (.*)$", without_code(page.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text()))


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    wrong = []
    for link in links(page):
        where, _, anchor = link.partition("#")
        if re.match(r"https?:|mailto:", link):
            continue
        target = (page.parent / where).resolve() if where else page
        there = target.exists() and target.is_relative_to(ROOT)
        if not there or (anchor and anchor not in anchors(target)):
            wrong.append(link)
    assert wrong == []


def test_every_page_is_found_from_the_index() -> None:
    found, waiting = set(), [ROOT / "docs" / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in found:
            continue
        found.add(page)
        for link in links(page):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.exists():
                waiting.append(target)
    assert [name for page, name in zip(PAGES, NAMES, strict=True) if page not in found] == []


def spans_of_code(page: Path) -> list[str]:
    return re.findall(r"`([^`\n]+)`", without_code(page.read_text()))


@each_page
def test_every_path_and_module_that_is_cited_exists(page: Path) -> None:
    cited = [
        span for span in spans_of_code(page) if re.fullmatch(r"(rung|tests|bin|packaging|docs|bench)/[\w./-]+", span)
    ]
    assert [path for path in cited if not (ROOT / path).exists()] == []
    modules = [span for span in spans_of_code(page) if re.fullmatch(r"rung(\.[a-z_]+)+", span)]
    assert [name for name in modules if not is_module(name)] == []


@each_page
def test_every_file_named_in_a_drawing_exists(page: Path) -> None:
    """Drawings write paths short: below the repository, the package, or the core."""
    drawings = "\n".join(re.findall(r"^ *```(?:text)?\n(.*?)^ *```", page.read_text(), re.S | re.M))
    named = set(re.findall(r"(?<![\w/.])([a-z_]+(?:/[a-z_]+)+\.py)", drawings))
    tops = (ROOT, ROOT / "rung", ROOT / "rung" / "core")
    assert [path for path in sorted(named) if not any((top / path).exists() for top in tops)] == []


@pytest.mark.parametrize("page", ["reckoning.md", "delivery.md"])
def test_a_line_of_a_drawing_names_something_of_the_file_at_its_end(page: str) -> None:
    text = (ROOT / "docs" / "explanation" / page).read_text()
    lines = re.findall(r"^(.*?)([a-z_]+(?:/[a-z_]+)+\.py)$", "\n".join(re.findall(r"```\n(.*?)```", text, re.S)), re.M)
    wrong = []
    for words, path in lines:
        file = next(top / path for top in (ROOT, ROOT / "rung", ROOT / "rung" / "core") if (top / path).exists())
        if words.strip() and not set(re.findall(r"\w+", words)) & (defined(file) | {file.stem}):
            wrong.append(words.strip() + path)
    assert len(lines) >= 5
    assert wrong == []


def is_module(name: str) -> bool:
    """A module, or a name within one."""
    above = name.rpartition(".")[0]
    return find_spec(name) is not None or (
        find_spec(above) is not None and name.rpartition(".")[2] in defined_in(above)
    )


def defined_in(module: str) -> set[str]:
    origin = find_spec(module)
    return defined(Path(origin.origin)) if origin and origin.origin else set()


@cache
def defined(path: Path) -> set[str]:
    """The names of a Python file: functions, classes, constants."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case _:
                pass
    return names


@each_page
def test_every_name_said_to_be_in_a_file_is_in_it(page: Path) -> None:
    wrong = []
    for names, path in re.findall(r"((?:`\w+`(?:, | and | or )?)+) (?:in|of) `(rung/[\w./]+\.py)`", page.read_text()):
        there = defined(ROOT / path)
        wrong += [f"{name} in {path}" for name in re.findall(r"`(\w+)`", names) if name not in there]
    assert wrong == []


def test_the_action_that_is_shown_to_contributors_is_one_of_ours() -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.S)
    shown = [block for block in blocks if not block.startswith("def test_")]
    code = "".join(path.read_text() for path in (ROOT / "rung" / "tickets" / "actions").glob("*.py"))
    assert shown
    assert [block for block in shown if block not in code] == []


@each_page
def test_nothing_is_cited_that_is_not_in_the_repository(page: Path) -> None:
    outside = r"\bDESIGN\b|\bHOUSE\b|STYLE\.md|\bMISSION\b|\bINTEGRATIONS\b|\.\./shared|/work/"
    assert re.findall(outside, page.read_text()) == []


def test_the_code_cites_the_law_and_not_a_design_outside() -> None:
    found = [
        str(path.relative_to(ROOT))
        for top in ("rung", "packaging", "bin")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and path.suffix in {"", ".py", ".html", ".service"}
        if re.search(r"\bDESIGN\b|\bINTEGRATIONS\b|STYLE\.md", path.read_text(errors="ignore"))
    ]
    assert found == []


def test_what_the_code_cites_of_the_docs_is_there() -> None:
    wrong = []
    for top in ("rung", "packaging", "bin", "tests"):
        for path in (ROOT / top).rglob("*"):
            if path.suffix in {"", ".py", ".html", ".service"} and path.is_file() and path != Path(__file__):
                for cited in re.findall(r"\bdocs/[\w./-]*\w", path.read_text(errors="ignore")):
                    there = ROOT / cited
                    if not there.exists() and not list(there.parent.glob(f"{there.name}*")):
                        wrong.append(f"{path.relative_to(ROOT)}: {cited}")
    assert wrong == []


#: Words of a dialect that only we spoke; a reader who knows other desks reads such a sentence twice.
OBSCURE = re.compile(
    r"\b(whoever|whomever|bookkeeping|errands?|as they chose|as it counts by now|one that is none)\b", re.I
)


@each_page
def test_pages_are_in_plain_words(page: Path) -> None:
    assert OBSCURE.findall(page.read_text()) == []


def test_the_help_of_commands_is_in_plain_words() -> None:
    said = {
        name: " ".join([each.help or "", *(getattr(param, "help", None) or "" for param in each.params)])
        for name, each in tree().items()
    }
    assert {name: text for name, text in said.items() if OBSCURE.search(text)} == {}


def test_the_words_of_pages_are_plain() -> None:
    catalogue = ROOT / "rung" / "web" / "locale" / "de" / "LC_MESSAGES" / "django.po"
    said = [line for line in catalogue.read_text().splitlines() if not line.startswith(("msgstr", "#"))]
    assert len(said) > 1000
    assert [line for line in said if OBSCURE.search(line)] == []


#: Words of other programs' pages.
ELSEWHERE = {"Create New App", "From a manifest", "Install to Workspace", "Manage Distribution"}


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.parent.name in {"how-to", "tutorial"} or page.name == "slack.md"]
)
def test_words_of_our_pages_are_on_our_pages(page: Path) -> None:
    """In these pages a word in *italics* that begins with a capital is on a page or in Slack."""
    said = re.findall(r"(?<![*\w])\*([A-Z][^*\n]+)\*(?!\*)", without_code(page.read_text()))
    words = [word for each in said for word in re.split(" › |, ", each)]
    assert [word for word in words if word not in ELSEWHERE and f'"{word}"' not in sources()] == []


@cache
def sources() -> str:
    paths = [path for kind in ("html", "py") for path in (ROOT / "rung").rglob(f"*.{kind}")]
    return "".join(path.read_text() for path in paths)


# --- settings -------------------------------------------------------------------------------------------------------


def settings_read() -> set[str]:
    """The environment variables that the code names."""
    found = set()
    for path in (ROOT / "rung").rglob("*.py"):
        if "/migrations/" in str(path):
            continue
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and OURS.fullmatch(node.value):
                found.add(node.value)
            elif isinstance(node, ast.Call | ast.Subscript):
                found |= set(asked_of_environment(node))
    return {name for name in found - NOT_OURS if not DIRECTORIES.match(name)}


def asked_of_environment(node: ast.Call | ast.Subscript) -> Iterator[str]:
    """Such as `os.environ["X"]`, `os.environ.get("X")`, and settings' own `_listed("X")`, `_number("X", 1)`."""
    called = ast.unparse(node.func if isinstance(node, ast.Call) else node.value)
    first = node.args[0] if isinstance(node, ast.Call) and node.args else getattr(node, "slice", None)
    reads = re.fullmatch(r"os\.environ(\.(get|pop|setdefault))?|os\.getenv|_listed|_number", called)
    if reads and isinstance(first, ast.Constant) and isinstance(first.value, str):
        yield first.value


def settings_documented() -> set[str]:
    return set(re.findall(r"`([A-Z][A-Z_]+)(?:=\w+)?`", SETTINGS.read_text()))


def test_every_setting_is_documented() -> None:
    assert settings_read() - settings_documented() == set()


def test_every_documented_setting_is_read() -> None:
    #: Read by a library or by the shell of bin/.
    elsewhere = {"SSL_CERT_FILE", "TMPDIR", "PYTHON", "RUNG_FUZZ"}
    levels = {"DEBUG", "INFO", "WARNING", "ERROR"}
    there = {name for name in settings_documented() if not DIRECTORIES.match(name)}
    assert there - settings_read() - elsewhere - levels == set()


@pytest.mark.parametrize("kind", ["OIDC", "SAML"])
def test_the_settings_of_directories_are_those_the_code_reads(kind: str) -> None:
    source = (ROOT / "rung" / "people" / "providers.py").read_text()
    read = {
        f"RUNG_{kind}_{word}"
        for word in re.findall(r'\{prefix\}([A-Z_]+)|"([A-Z_]+)"', source)
        for word in word
        if word
    }
    said = {name for name in settings_documented() if name.startswith(f"RUNG_{kind}_")}
    assert said
    assert said - read == set()


@pytest.mark.django_db
def test_every_gauge_of_metrics_is_documented(client: Client) -> None:
    gauges = set(re.findall(r"^# TYPE (rung_\w+)", client.get("/metrics").content.decode(), re.M))
    text = (ROOT / "docs" / "how-to" / "watch-a-desk.md").read_text()
    assert len(gauges) > 5
    assert [name for name in sorted(gauges) if f"`{name}`" not in text] == []


# --- commands -------------------------------------------------------------------------------------------------------


@cache
def tree() -> dict[str, Any]:
    """Every command that does something, by its words: `policy check`."""
    whole = commands.build()
    for add in (command._add_up, command._add_backup, command._add_parts):
        add(whole)
    found: dict[str, Any] = {}

    def walk(group: Any, words: tuple[str, ...]) -> None:
        below = getattr(group, "commands", None)
        if below is None or getattr(group, "invoke_without_command", False):
            found[" ".join(words)] = group
        for name, each in (below or {}).items():
            walk(each, (*words, name))

    walk(typer.main.get_command(whole), ())
    found.pop("", None)
    return found


def rows() -> dict[str, str]:
    """`policy check` -> its row of the reference."""
    text = COMMANDS.read_text()
    return {
        re.sub(r" \[?[A-Z]+\]?", "", name): row for row, name in re.findall(r"^(\| `rung ([^`]+)` \|.*)$", text, re.M)
    }


def test_every_command_is_documented() -> None:
    assert set(tree()) - set(rows()) == set()


def test_every_documented_command_and_option_exists() -> None:
    assert set(rows()) - set(tree()) == set()
    wrong = []
    for name, row in rows().items():
        known = {option for each in tree()[name].params for option in (*each.opts, *each.secondary_opts)}
        wrong += [f"{name} {option}" for option in re.findall(r"--[\w-]+", row) if option not in known]
    assert wrong == []


def test_every_program_of_the_working_copy_is_documented() -> None:
    text = COMMANDS.read_text() + (ROOT / "CONTRIBUTING.md").read_text()
    assert [path.name for path in sorted((ROOT / "bin").iterdir()) if f"bin/{path.name}" not in text] == []


@each_page
def test_commands_in_examples_exist_with_their_options(page: Path) -> None:
    if page.name == "CHANGELOG.md":
        return
    wrong = []
    for line in commands_of(page):
        words = line.split()
        name = next((" ".join(words[1 : 1 + n]) for n in (2, 1) if " ".join(words[1 : 1 + n]) in tree()), None)
        if name is None:
            wrong.append(line)
            continue
        known = {option for each in tree()[name].params for option in (*each.opts, *each.secondary_opts)}
        options = re.findall(r"(?<=\s)(--[\w-]+)", line)
        wrong += [line for option in options if option not in known | {"--help", "--data"}]
    assert wrong == []


def commands_of(page: Path) -> list[str]:
    """Lines `rung …` of shell examples, and spans such as `rung policy check`. In one tutorial `rung` is a function."""
    text = page.read_text()
    if "rung() {" in text:
        text = re.sub(r"^rung .*$", "", text, flags=re.M)
    blocks = "\n".join(re.findall(r"^ *```sh\n(.*?)^ *```", text, re.S | re.M))
    lines = re.findall(r"(?:^|[;&] )\s*(?:[A-Z_]+=\S+ )*(rung (?![(/'])[^;#\n]+)", blocks, re.M)
    spans = [span for span in spans_of_code(page) if span.startswith("rung ") and "…" not in span]
    return [
        re.sub(r"\s+", " ", line).strip()
        for line in [*lines, *spans]
        if not re.match(r"rung( [A-Z]+)+| ?rung --", line) and line != "rung "
    ]


# --- the law ---------------------------------------------------------------------------------------------------------


def test_the_law_knows_every_clock() -> None:
    from rung.core.vocabulary import ClockName

    table = set(re.findall(r"^\| `(\w+)` \|", MEANING.read_text(), re.M))
    assert {str(clock) for clock in ClockName} - table == set()


def test_the_container_and_the_units_name_what_is_there() -> None:
    for unit in (ROOT / "packaging" / "systemd").glob("*.service"):
        for path in re.findall(r"file:/opt/rung/(\S+)", unit.read_text()):
            assert (ROOT / path).exists(), f"{unit.name}: {path}"
    assert os.access(ROOT / "bin" / "up", os.X_OK)

"""What bin/check finds in a stylesheet."""

from pathlib import Path

import pytest

from tests.css import mistakes, sheet


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("a { color: red; colour }", "1: EOF reached before {} block"),
        ("a { color: red }\n} b { top: 0 }", "2: "),
        ("a {\n color: red;\n color: blue }", "3: color is set twice in one rule"),
        ("a { color: var(--inc) }", "1: nothing sets --inc"),
        ("@media print { a { color: var(--inc) } }", "1: nothing sets --inc"),
    ],
)
def test_what_cannot_be_meant_is_found_with_its_line(tmp_path: Path, written: str, found: str) -> None:
    file = tmp_path / "page.css"
    file.write_text(written)
    assert [each for each in mistakes([file]) if each.startswith(f"{file}:{found}")], list(mistakes([file]))


def test_what_is_meant_is_left_alone(tmp_path: Path) -> None:
    first, second = tmp_path / "first.css", tmp_path / "second.css"
    first.write_text(":root { --ink: #111; }\n@media (width > 600px) { a { color: var(--ink) } }")
    second.write_text("b { color: var(--ink); }\n@keyframes turn { from { opacity: 0 } 50% { opacity: .5 } }")
    assert list(mistakes([first, second])) == []
    assert [each.name for each in sheet(second.read_text()).declarations] == ["color", "opacity", "opacity"]
    assert sheet(first.read_text()).selectors == ((1, ":root"), (2, "a"))

"""Chromium knows every property, value and selector in the stylesheets."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.css import sheet

SHEETS = sorted((Path(__file__).parents[2] / "rung").rglob("*.css"))
pytestmark = pytest.mark.browser


#: Other browsers' own.
FOREIGN = ("-moz-", "::-moz-", "::-webkit-details-marker")
UNKNOWN = """([declared, selected]) => [
    ...declared.filter(([, name, value]) => !CSS.supports(name, value)),
    ...selected.filter(([, text]) => text.split(/,(?![^(]*\\))/).some((one) => !CSS.supports(`selector(${one})`))),
]"""


@pytest.mark.parametrize("file", SHEETS, ids=lambda file: file.name)
def test_a_browser_understands_every_line(chromium: Browser, file: Path) -> None:
    read = sheet(file.read_text())
    declared = [
        (each.line, each.name, each.value) for each in read.declarations if not each.name.startswith(("--", *FOREIGN))
    ]
    selected = [(line, text) for line, text in read.selectors if not any(own in text for own in FOREIGN)]
    page = chromium.new_page()
    assert page.evaluate(UNKNOWN, [[(1, "colour", "red")], [(2, "a:hoover, b")]]) == [
        [1, "colour", "red"],
        [2, "a:hoover, b"],
    ]
    assert page.evaluate(UNKNOWN, [declared, selected]) == []
    page.close()

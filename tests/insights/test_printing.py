"""The handbook on paper, and drawings as PNG."""

import re
import struct
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from rung.core.document.nodes import lines_by_place, parse
from rung.core.handbook.book import handbook
from rung.core.handbook.ladder_picture import ladder_svg
from rung.core.handbook.parts import Ladder
from rung.insights.fonts import fonts, shown
from rung.insights.printing import handbook_pdf, png
from rung.policies.reading import read_policy
from tests.reference import REFERENCE

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def printed(text: str) -> bytes:
    policy, findings = read_policy(text, "policy.yaml")
    root, _ = parse(text, "policy.yaml")
    assert policy is not None, findings
    assert root is not None
    return handbook_pdf(handbook(policy, NOW), lines_by_place(root), "policy.yaml", text, NOW)


def test_the_handbook_is_a_document_of_several_pages_whose_sentences_link_to_lines() -> None:
    pdf = printed(REFERENCE)
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 5
    # Nearly a hundred sentences of the reference policy name their line; each is a link inside the document.
    assert len(re.findall(rb"/Subtype\s*/Link", pdf)) > 90


def test_the_same_policy_prints_the_same_bytes() -> None:
    assert printed(REFERENCE) == printed(REFERENCE)


def test_words_of_the_policy_are_never_read_as_markup() -> None:
    awkward = "#panic() $x$ *bold* `raw` <label> @ref \\\\ // gone [box] Überlänge Привет"
    text = REFERENCE.replace("name: Acme support", f'name: "{awkward}"').replace("Ask once for everything", awkward)
    assert printed(text).startswith(b"%PDF-")


def test_letters_that_no_font_has_are_boxes_and_said_to_be() -> None:
    assert shown("Grüße, Привет, γειά, שלום, مرحبا → “ok”") == ("Grüße, Привет, γειά, שלום, مرحبا → “ok”", "")
    text, said = shown("Hello 中文, 中")
    assert text == "Hello ▯▯, ▯"
    assert said == "▯ stands for 2 letters that no font at hand has (U+4E2D, U+6587); RUNG_FONTS=FOLDER adds fonts."
    assert shown("▯")[1] == ""
    plain, boxed = (printed(REFERENCE.replace("Acme support", name)) for name in ("Acme", "Acme 中文"))
    assert plain.startswith(b"%PDF-")
    assert boxed.startswith(b"%PDF-")


def test_a_picture_says_below_itself_what_it_cannot_show() -> None:
    def tall(name: str) -> int:
        size = 'viewBox="0 0 300 40" width="300" height="40"'
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><text y="20">{name}</text></svg>'
        height: int = struct.unpack(">I", png(svg)[20:24])[0]
        return height

    assert tall("Acme") == 80
    assert tall("中文") > 80


def test_a_folder_of_fonts_is_looked_into(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    copied = Path(str(files("fontpkg_ibm_plex_sans_arabic"))) / "files" / "IBMPlexSansArabic-Regular.ttf"
    (tmp_path / "more.ttf").write_bytes(copied.read_bytes())
    monkeypatch.setenv("RUNG_FONTS", str(tmp_path))
    assert [font.path for font in fonts().fonts() if font.path == str(tmp_path / "more.ttf")]
    assert shown("中")[0] == "▯"


def test_a_ladder_as_png_has_two_pixels_for_each_unit() -> None:
    policy, _ = read_policy(REFERENCE, "policy.yaml")
    assert policy is not None
    blocks = [block for section in handbook(policy, NOW).sections for block in section.blocks]
    svg = ladder_svg(next(block for block in blocks if isinstance(block, Ladder)))
    size = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg)
    assert size is not None
    picture = png(svg)
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture[16:24]) == (2 * int(size[1]), 2 * int(size[2]))


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="no SVG picture"):
        png("<p>hello</p>")

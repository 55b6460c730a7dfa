"""What the server draws takes the colours of the page it stands on."""

from pathlib import Path
from typing import Any

import pytest

from rung.core.handbook.picture_colors import Color

STYLE = Path(__file__).parents[2] / "rung" / "web" / "static" / "rung" / "desk.css"


@pytest.mark.parametrize("color", list(Color))
def test_every_color_of_a_picture_has_its_own_on_a_page(color: Color) -> None:
    style = STYLE.read_text()
    assert f".fill-{color} {{ fill: var(--" in style
    assert f".stroke-{color} {{ stroke: var(--" in style


def test_a_picture_says_its_colors_by_name_and_for_paper(signed_in: Any) -> None:
    picture = signed_in("sam").get("/policy/coverage.svg").content.decode()
    assert 'fill="#ffffff" class="fill-paper"' in picture
    assert 'class="fill-ink"' in picture

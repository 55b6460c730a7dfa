"""The letters that our paper and our pictures can show, and what stands for those they cannot."""

import os
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from rung.insights.extras import extra

if TYPE_CHECKING:
    import typst

#: A sans-serif with Latin and Arabic letters, brought by a package; typst brings Latin, Greek, Cyrillic and Hebrew.
SANS = "IBM Plex Sans Arabic"
#: Folders with further fonts, for the letters of other scripts: `RUNG_FONTS=/usr/share/fonts/opentype/noto`.
MORE_FONTS = "RUNG_FONTS"
#: Stands for a letter that no font has.
UNSHOWN = "▯"
_NAMED = 5
#: Letters of these ranges are in the fonts that come along.
_SURE = (range(0x0250), range(0x0370, 0x0530))
#: Not drawn by themselves: marks, joiners, spaces, controls.
_UNSEEN = ("M", "Z", "C")
_ONE = "#set page(width: 20pt, height: 20pt, margin: 0pt)\n#text(size: 14pt, sys.inputs.letter)"
#: For private use, so that no font has it.
_NOBODYS = "\U0010fffd"


def fonts() -> "typst.Fonts":
    """Those of the typesetter itself, ours, and those of the folders named; none of this machine's own."""
    return _fonts(os.environ.get(MORE_FONTS, ""))


def shown(text: str) -> tuple[str, str]:
    """The text with a box for each letter that no font has, and a sentence that says so; empty: all have one."""
    missing = tuple(sorted(letter for letter in set(text) if not _is_shown(letter)))
    if not missing:
        return text, ""
    return text.translate(dict.fromkeys(map(ord, missing), UNSHOWN)), _said(missing)


def _said(missing: Sequence[str]) -> str:
    named = ", ".join(f"U+{ord(letter):04X}" for letter in missing[:_NAMED])
    more = " …" if len(missing) > _NAMED else ""
    letters = "1 letter" if len(missing) == 1 else f"{len(missing):,} letters"
    return f"{UNSHOWN} stands for {letters} that no font at hand has ({named}{more}); {MORE_FONTS}=FOLDER adds fonts."


def _is_shown(letter: str) -> bool:
    if any(ord(letter) in sure for sure in _SURE) or unicodedata.category(letter)[0] in _UNSEEN:
        return True
    more = os.environ.get(MORE_FONTS, "")
    return _drawn(letter, more) != _drawn(_NOBODYS, more)


@cache
def _fonts(more: str) -> "typst.Fonts":
    typesetter = extra("print", "typst")
    ours = str(files(extra("print", "fontpkg_ibm_plex_sans_arabic")) / "files")
    found: typst.Fonts = typesetter.Fonts(
        include_system_fonts=False, font_paths=[ours, *(folder for folder in more.split(os.pathsep) if folder)]
    )
    return found


@cache
def _drawn(letter: str, more: str) -> bytes:
    """The letter as a small picture: alike for all that no font has. Some 15 ms."""
    inputs = {"letter": letter}
    drawn: bytes = extra("print", "typst").compile(
        _ONE.encode(), format="png", ppi=36, sys_inputs=inputs, font_paths=_fonts(more)
    )
    return drawn

"""How large an image says it is, and which are shown."""

import pytest

from rung.core.files.previews import MOST_BYTES, is_previewed, is_small_enough, pixels

BEFORE = b"\xff\xd8\xff\xe1" + (20).to_bytes(2) + b"\0" * 18  # a JPEG's first segment: what the camera says
WEBP = b"RIFF\0\0\0\0WEBP"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (1200).to_bytes(4) + (800).to_bytes(4), 960_000),
        (b"GIF89a" + (320).to_bytes(2, "little") + (200).to_bytes(2, "little"), 64_000),
        (BEFORE + b"\xff\xc4\0\x04\0\0" + b"\xff\xc2\0\x11\x08" + (600).to_bytes(2) + (400).to_bytes(2), 240_000),
        (WEBP + b"VP8X" + b"\0" * 8 + (99).to_bytes(3, "little") + (49).to_bytes(3, "little"), 5_000),
        (WEBP + b"VP8L\0\0\0\0\x2f" + (99 | 49 << 14).to_bytes(4, "little") + b"\0" * 9, 5_000),
        (WEBP + b"VP8 " + b"\0" * 10 + (100).to_bytes(2, "little") + (50).to_bytes(2, "little"), 5_000),
        (BEFORE, None),
        (b"\xff\xd8\xff\xe1\0\0" + b"\0" * 40, None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"", None),
    ],
)
def test_an_image_says_how_large_it_is(head: bytes, expected: int | None) -> None:
    assert pixels(head) == expected


def test_what_unpacks_without_bounds_or_says_nothing_is_not_shown() -> None:
    enormous = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (65_000).to_bytes(4) + (65_000).to_bytes(4)
    assert not is_small_enough(enormous)
    assert not is_small_enough(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    assert is_small_enough(b"GIF89a\x01\0\x01\0")


@pytest.mark.parametrize(
    ("kind", "size", "shown"),
    [
        ("image/png", 1, True),
        ("image/webp", MOST_BYTES, True),
        ("image/png", MOST_BYTES + 1, False),
        ("image/svg+xml", 9, False),
        ("application/pdf", 9, False),
    ],
)
def test_only_raster_images_of_a_bounded_size_are_shown(kind: str, size: int, *, shown: bool) -> None:
    assert is_previewed(kind, size) is shown

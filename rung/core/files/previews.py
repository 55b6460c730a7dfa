"""Which files may be shown as a small picture: raster images, of bounded bytes and pixels, by what their bytes say."""

from collections.abc import Iterator

#: Media types as `attachments.kind_of` reads them off the first bytes. No SVG: that is a document that may run things.
KINDS = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
#: What a page may load to show something as large as a stamp.
MOST_BYTES = 4 * 1024 * 1024
#: A few bytes may unpack to more than a browser's memory.
MOST_PIXELS = 40_000_000
#: As many of a file's first bytes as `pixels` needs; a camera writes its own preview before the size.
HEAD = 256 * 1024
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def is_previewed(content_type: str, size: int) -> bool:
    """Whether a page offers a picture of this file. `size` in bytes."""
    return content_type in KINDS and 0 < size <= MOST_BYTES


def is_small_enough(head: bytes) -> bool:
    """Whether the image that begins so unpacks to a bounded size. One that does not say its size is not."""
    found = pixels(head)
    return found is not None and 0 < found <= MOST_PIXELS


def pixels(head: bytes) -> int | None:
    """Width times height; None where the beginning does not say."""
    if head[:8] == b"\x89PNG\r\n\x1a\n" and len(head) >= 24:
        return int.from_bytes(head[16:20]) * int.from_bytes(head[20:24])
    if head[:6] in (b"GIF87a", b"GIF89a") and len(head) >= 10:
        return int.from_bytes(head[6:8], "little") * int.from_bytes(head[8:10], "little")
    if head[8:12] == b"WEBP" and len(head) >= 30:
        return _webp(head)
    if head[:3] == b"\xff\xd8\xff":
        return next(_frames(head), None)
    return None


def _webp(head: bytes) -> int | None:
    match head[12:16]:
        case b"VP8 ":
            return (int.from_bytes(head[26:28], "little") & 0x3FFF) * (int.from_bytes(head[28:30], "little") & 0x3FFF)
        case b"VP8L":
            bits = int.from_bytes(head[21:25], "little")
            return ((bits & 0x3FFF) + 1) * ((bits >> 14 & 0x3FFF) + 1)
        case b"VP8X":
            return (int.from_bytes(head[24:27], "little") + 1) * (int.from_bytes(head[27:30], "little") + 1)
    return None


def _frames(head: bytes) -> Iterator[int]:
    """The pixels of each frame a JPEG announces: segments follow one another, each with its length."""
    place = 2
    while place + 9 <= len(head) and head[place] == 0xFF:
        if head[place + 1] in _FRAMES:
            yield int.from_bytes(head[place + 5 : place + 7]) * int.from_bytes(head[place + 7 : place + 9])
        place += 2 + int.from_bytes(head[place + 2 : place + 4])

"""Bodies on their way in: how long each may take, how much it may hold, how many at once. Without Django."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import IO

#: Seconds until a body must have begun in earnest, and bytes a second it must come with from then on.
BEGINS_WITHIN, SLOWEST = 10.0, 16 * 1024
#: Bodies that are on their way at once, and of one address.
MOST, OF_ONE = 512, 64


class Refused(Exception):
    """An answer instead of reading on."""

    def __init__(self, status: int, body: bytes, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers


class Gone(Exception):
    """The body ended early: nobody waits for an answer."""


class Incoming:
    """The bodies that are on their way."""

    def __init__(self) -> None:
        self._of: Counter[str] = Counter()

    @contextmanager
    def one_more(self, address: str) -> Iterator[None]:
        """While it comes in. Raises Refused (503) where there are too many, of this address or of all."""
        if self._of[address] >= OF_ONE or self._of.total() >= MOST:
            raise refused(503, "too many requests are still being sent; try again in a few seconds", retry_after=5)
        self._of[address] += 1
        try:
            yield
        finally:
            self._of[address] -= 1
            if self._of[address] <= 0:
                del self._of[address]


async def read(chunks: AsyncIterator[bytes], into: IO[bytes], *, most: int) -> int:
    """Write a body into a file. Returns its length. Raises Refused: 413 above `most` bytes, 408 when it is too slow."""
    begun, length = time.monotonic(), 0
    while True:
        left = BEGINS_WITHIN + length / SLOWEST - (time.monotonic() - begun)
        try:
            chunk = await asyncio.wait_for(anext(chunks), max(left, 0.001))
        except StopAsyncIteration:
            return length
        except TimeoutError:
            raise refused(408, "the body came too slowly; send it again") from None
        length += len(chunk)
        if length > most:
            raise too_much(most)
        into.write(chunk)


def too_much(most: int) -> Refused:
    """413."""
    size = f"{most // 2**20} MB" if most >= 2**20 else f"{most // 1024} kB"
    return refused(413, f"the body is longer than {size}")


def refused(status: int, sentence: str, *, retry_after: int = 0) -> Refused:
    """An answer in one sentence, as JSON, which is readable in a browser too."""
    said = sentence[:1].upper() + sentence[1:]
    headers = (("retry-after", str(retry_after)),) if retry_after else ()
    return Refused(status, f'{{"error": "{said}"}}'.encode(), (("content-type", "application/json"), *headers))

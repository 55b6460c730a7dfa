"""Slack's patience: calls a minute per method and workspace, one message a second per channel; and what was used."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable

from tests.fakes.slack import limits
from tests.fakes.slack.facts import METHODS


class RateLimits:
    """Sliding minutes per (method, workspace) and a bucket per channel. Refused calls count for nothing."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.enforced = True
        self.burst = limits.CHANNEL_BURST
        self.refused = 0
        self._calls: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._posts: dict[str, tuple[float, float]] = {}  # channel -> (posts left, when that was counted)
        self._peaks: dict[tuple[str, str], int] = defaultdict(int)

    def take(self, method: str, team_id: str) -> int | None:
        """None: go ahead; else the seconds after which the method may be called again in this workspace."""
        calls, now, most = self._calls[method, team_id], self.clock(), METHODS[method].a_minute
        while calls and calls[0] <= now - 60:
            calls.popleft()
        if self.enforced and most is not None and len(calls) >= most:
            self.refused += 1
            return max(1, math.ceil(calls[0] + 60 - now))
        calls.append(now)
        self._peaks[method, team_id] = max(self._peaks[method, team_id], len(calls))
        return None

    def take_post(self, channel_id: str) -> int | None:
        """As `take`, for one message into a channel."""
        now = self.clock()
        left, counted_at = self._posts.get(channel_id, (float(self.burst), now))
        left = min(float(self.burst), left + (now - counted_at) * limits.CHANNEL_POSTS_PER_SECOND)
        if self.enforced and left < 1:
            self._posts[channel_id] = (left, now)
            self.refused += 1
            return max(1, math.ceil((1 - left) / limits.CHANNEL_POSTS_PER_SECOND))
        self._posts[channel_id] = (left - 1, now)
        return None

    def busiest_minute(self, method: str, team_id: str) -> int:
        """The most calls of a method that any sixty seconds saw in a workspace."""
        return self._peaks[method, team_id]

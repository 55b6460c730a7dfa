"""Trouble on demand: documented errors, 429, 500, silence before or after the call took effect."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tests.fakes.slack.checks import check_error
from tests.fakes.slack.model import Json

Kind = Literal["error", "rate_limited", "http", "silence", "slow", "garbage"]


@dataclass
class Fault:
    """What goes wrong for the next `times` calls of `method` (`*`: any), for one channel or for all."""

    method: str
    kind: Kind
    times: int | None = 1  # None: until called off
    code: str = ""  # error: Slack's word for it
    status: int = 500
    retry_after: int = 30
    seconds: float = 0.0
    performed: bool = False  # the call took effect before the trouble
    channel: str | None = None
    hits: int = 0

    def fits(self, method: str, arguments: Json) -> bool:
        left = self.times is None or self.hits < self.times
        return (
            left
            and self.method in ("*", method)
            and self.channel in (None, arguments.get("channel"), arguments.get("channel_id"))
        )


@dataclass
class Faults:
    """The faults that wait, oldest first."""

    waiting: list[Fault] = field(default_factory=list)

    def error(self, method: str, code: str, *, times: int | None = 1, channel: str | None = None) -> Fault:
        check_error(method, code)
        return self._add(Fault(method, "error", times, code=code, channel=channel))

    def rate_limited(
        self, method: str, *, retry_after: int = 30, times: int | None = 1, channel: str | None = None
    ) -> Fault:
        return self._add(Fault(method, "rate_limited", times, retry_after=retry_after, channel=channel))

    def server_error(
        self, method: str = "*", *, status: int = 500, times: int | None = 1, performed: bool = False
    ) -> Fault:
        return self._add(Fault(method, "http", times, status=status, performed=performed))

    def silence(
        self, method: str = "*", *, performed: bool = False, times: int | None = 1, channel: str | None = None
    ) -> Fault:
        """The connection breaks without an answer; with `performed` the call took effect before."""
        return self._add(Fault(method, "silence", times, performed=performed, channel=channel))

    def slow(self, method: str, seconds: float, *, times: int | None = 1, performed: bool = True) -> Fault:
        """The answer comes after `seconds` of real time."""
        return self._add(Fault(method, "slow", times, seconds=seconds, performed=performed))

    def garbage(self, method: str, *, times: int | None = 1) -> Fault:
        """A page of HTML where JSON was expected, as proxies give it."""
        return self._add(Fault(method, "garbage", times))

    def clear(self) -> None:
        self.waiting.clear()

    def next(self, method: str, arguments: Json) -> Fault | None:
        """The fault that befalls this call, counted."""
        for fault in self.waiting:
            if fault.fits(method, arguments):
                fault.hits += 1
                return fault
        return None

    def _add(self, fault: Fault) -> Fault:
        self.waiting.append(fault)
        return fault

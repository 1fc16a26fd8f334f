"""The requests a minute that Alpaca lets through, and how many of them are kept for what.

The headers of every answer tell the limit, what is left, and when the minute is over.
Until one has told, nothing is held back. Questions leave a part for orders and cancels,
orders leave a part for cancels, and cancels take whatever there is. Market data is asked for
on a host with a limit of its own, and has a budget of its own.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from console.domain.connections import Allowance

MINUTE = 60.0
KEPT_BY_QUESTIONS = 0.25
"""The part of the limit that questions leave alone: 50 of Alpaca's 200."""
KEPT_BY_ORDERS = 0.1
"""The part that orders leave alone: 20 of 200, enough to cancel what is open."""

KEPT_BY_HISTORY = 0.05
"""The part of the market data's own limit that is left to other programs with these keys."""


class HeldBack(Exception):  # noqa: N818 - reads as what it is
    """Not asked: what is left of the minute's requests is kept for what is more urgent."""


@dataclass(frozen=True, slots=True)
class _Window:
    limit: int
    left: int
    ends_at: float


class Budget:
    """What is left of one account's minute. Used by many threads."""

    def __init__(
        self,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._monotonic = monotonic
        self._wall = wall
        self._lock = threading.Lock()
        self._window: _Window | None = None

    def allowance(self) -> Allowance | None:
        """Return what is left now; None until the broker has told."""
        with self._lock:
            window = self._now()
        return None if window is None else Allowance(limit=window.limit, remaining=window.left)

    def wait(self, keep: float) -> float:
        """Return the seconds until a request may go that leaves `keep` of the limit; 0 is now."""
        with self._lock:
            window = self._now()
            if not keep or window is None or window.left > window.limit * keep:
                return 0.0
            return max(window.ends_at - self._monotonic(), 0.0)

    def spend(self, keep: float = 0.0) -> None:
        """A request is about to go. HeldBack when it must not."""
        if self.wait(keep):
            raise HeldBack
        with self._lock:
            window = self._now()
            if window is not None:
                left = max(window.left - 1, 0)
                self._window = _Window(window.limit, left, window.ends_at)

    def heed(self, headers: Mapping[str, str]) -> None:
        """Take in what an answer told; answers overtake each other, so the least counts."""
        told = [_number(headers.get(f"X-RateLimit-{name}")) for name in _NAMES]
        limit, left, resets_at = told
        if limit is None or left is None or resets_at is None or not limit:
            return
        seconds = min(max(resets_at - self._wall(), 0.0), MINUTE)
        with self._lock:
            window, ends_at = self._now(), self._monotonic() + seconds
            if window is not None and window.limit == limit and ends_at - window.ends_at < 1.0:
                left, ends_at = min(left, window.left), min(ends_at, window.ends_at)
            self._window = _Window(limit, left, ends_at)

    def _now(self) -> _Window | None:
        """Return the window, renewed when its minute is over."""
        window = self._window
        if window is not None and self._monotonic() >= window.ends_at:
            window = self._window = _Window(window.limit, window.limit, self._monotonic() + MINUTE)
        return window


_NAMES = ("Limit", "Remaining", "Reset")


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None

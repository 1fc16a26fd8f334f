"""So many requests a minute for each account, as the headers of every answer tell."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

WINDOW_SECONDS = 60
UNLIMITED = 10_000
"""What the headers say when nothing is refused."""


class Allowance(msgspec.Struct, frozen=True, gc=False):
    """What is left of the running minute."""

    limit: int
    remaining: int
    resets_at: int
    is_spent: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """The rate-limit headers of an answer."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.resets_at),
        }


class RateLimit:
    """Counts the requests of each account in windows of a minute; `limit` None refuses nothing."""

    def __init__(self, limit: int | None, *, now: Callable[[], float] = time.time) -> None:
        self._limit = limit
        self._now = now
        self._windows: dict[str, _Window] = {}

    def spend(self, account: str) -> Allowance:
        """Count one request of an account, all its keys together, and say what is left."""
        now = self._now()
        window = self._windows.get(account)
        if window is None:
            window = self._windows[account] = _Window()
        if now >= window.resets_at:
            window.resets_at, window.used = int(now) + WINDOW_SECONDS, 0
        window.used += 1
        if self._limit is None:
            return Allowance(UNLIMITED, max(UNLIMITED - window.used, 1), window.resets_at)
        left = self._limit - window.used
        return Allowance(self._limit, max(left, 0), window.resets_at, is_spent=left < 0)


@dataclass(slots=True)
class _Window:
    """The running minute of one account."""

    resets_at: int = 0
    used: int = 0

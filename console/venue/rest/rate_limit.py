"""So many requests a minute, as the headers of every answer tell."""

import time
from collections.abc import Callable
from dataclasses import dataclass

WINDOW_SECONDS = 60
UNLIMITED = 10_000
"""What the headers say when nothing is refused."""


@dataclass(frozen=True, slots=True)
class Allowance:
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
    """Counts requests in windows of a minute; `limit` None refuses nothing."""

    def __init__(self, limit: int | None, *, now: Callable[[], float] = time.time) -> None:
        self._limit = limit
        self._now = now
        self._resets_at = 0
        self._used = 0

    def spend(self) -> Allowance:
        """Count one request and say what is left."""
        now = self._now()
        if now >= self._resets_at:
            self._resets_at = int(now) + WINDOW_SECONDS
            self._used = 0
        self._used += 1
        if self._limit is None:
            return Allowance(UNLIMITED, max(UNLIMITED - self._used, 1), self._resets_at)
        left = self._limit - self._used
        return Allowance(self._limit, max(left, 0), self._resets_at, is_spent=left < 0)

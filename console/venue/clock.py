"""The venue's one clock: where it starts and how fast it runs is given, all else follows."""

import time
from collections.abc import Callable

_SLEEPLESS: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""The clock that goes on while the computer sleeps: a market does not wait for a laptop."""


def elapsed_ns() -> int:
    """Return nanoseconds since some moment, sleep included."""
    return time.clock_gettime_ns(_SLEEPLESS)


class VenueClock:
    """Nanoseconds since the epoch: venue time = start + speed x elapsed."""

    def __init__(
        self,
        *,
        starts_at: int,
        speed: float = 1.0,
        monotonic_ns: Callable[[], int] = elapsed_ns,
    ) -> None:
        if not speed > 0:
            raise ValueError(f"the speed must be more than 0, it is {speed}")
        self.speed = speed
        self._starts_at = starts_at
        self._monotonic_ns = monotonic_ns
        self._origin = monotonic_ns()

    def now(self) -> int:
        """Return the venue's time."""
        return self._starts_at + int((self._monotonic_ns() - self._origin) * self.speed)

"""The venue's one clock: where it starts and how fast it runs is given, all else follows."""

import math
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
        self._speed = _checked(speed)
        self._starts_at = starts_at
        self._monotonic_ns = monotonic_ns
        self._origin = monotonic_ns()

    @property
    def speed(self) -> float:
        """Seconds of the venue in a second of the world."""
        return self._speed

    def now(self) -> int:
        """Return the venue's time."""
        return self._starts_at + int((self._monotonic_ns() - self._origin) * self._speed)

    def run_at(self, speed: float) -> None:
        """Go on from now at another speed. ValueError unless it is more than 0."""
        self._speed, at, elapsed = _checked(speed), self.now(), self._monotonic_ns()
        self._starts_at, self._origin = at, elapsed


def _checked(speed: float) -> float:
    if not (speed > 0 and math.isfinite(speed)):
        raise ValueError(f"the speed must be a number more than 0, it is {speed}")
    return speed

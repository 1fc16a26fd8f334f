"""Clocks that part: the time of day against the counter, and ours against the broker's."""

from collections import deque

from console.domain.market import MarketClock

WINDOW = 60.0
"""Seconds over which a jump adds up; slower than that a clock is being corrected, not set."""


class ClockJump:
    """Compares the time of day with the counter that cannot be set."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._apart: deque[tuple[float, float]] = deque()

    def look(self, apart: float, now: float) -> str:
        """Return why the jump pulls, with the figures; empty while it does not.

        `apart` is the time of day less the counter, `now` the counter, both in seconds.
        """
        while self._apart and now - self._apart[0][0] > WINDOW:
            self._apart.popleft()
        self._apart.append((now, apart))
        jumped = max((apart - before for _, before in self._apart), key=abs)
        # The counter is a float: a microsecond is noise, not time.
        if abs(round(jumped, 6)) < self._limit:
            return ""
        way = "on" if jumped > 0 else "back"
        return f"the clock jumped {way} by {abs(jumped):.1f} s; the limit is {self._limit:g}"

    def acknowledge(self) -> None:
        """Somebody has seen it: measure from here."""
        self._apart.clear()


def clock_apart(clock: MarketClock | None, limit: float, *, is_real: bool) -> str:
    """Return why our clock and the broker's pull, with the figures; empty while they do not.

    Where the broker's time is not the world's (a replayed tape, a market in a hurry) there
    is nothing to compare.
    """
    if clock is None or not is_real:
        return ""
    apart = (clock.received_at - clock.at).total_seconds()
    if abs(apart) < limit:
        return ""
    way = "ahead of" if apart > 0 else "behind"
    return f"our clock is {abs(apart):.1f} s {way} the broker's; the limit is {limit:g}"

"""Five timeframes from one stream of minute bars: each new bar is added to what stands.

Nothing is resampled anew: a bar costs the same however many came before it. A bar of a
longer frame is finished when a minute of the next one arrives, so nothing of an unfinished
bar is ever taken for its close.
"""

from collections import deque
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from console.domain.ledger import EXCHANGE
from console.domain.market import Bar, Timeframe

Minute: TypeAlias = tuple[float, float, float, float, float]
"""Open, high, low, close, volume."""
Row: TypeAlias = tuple[float, float, float, float, float, float]
"""The start before them, in seconds since the epoch."""

KEPT = 64
"""Finished bars of each frame that are kept."""


class Frame:
    """One timeframe: the finished bars, and the one that grows."""

    __slots__ = ("_end", "_growing", "_is_daily", "_seconds", "finished")

    def __init__(self, timeframe: Timeframe, kept: int = KEPT) -> None:
        self.finished: deque[Row] = deque(maxlen=kept)
        """Rows of start, open, high, low, close, volume; the newest last."""
        self._seconds = timeframe.seconds
        self._is_daily = timeframe is Timeframe.DAY_1
        self._end = -1.0
        self._growing: list[float] = []

    @property
    def growing(self) -> tuple[float, ...]:
        """The row of the unfinished bar; empty before the first one."""
        return tuple(self._growing)

    def add(self, at: float, bar: Minute) -> None:
        """Add one minute that is not older than the last."""
        growing = self._growing
        if at >= self._end:
            self._begin(at, bar)
            return
        _, high, low, close, volume = bar
        if high > growing[2]:  # noqa: PLR1730 - two calls a frame would double the cost of a bar
            growing[2] = high
        if low < growing[3]:  # noqa: PLR1730 - as above
            growing[3] = low
        growing[4] = close
        growing[5] += volume

    def _begin(self, at: float, bar: Minute) -> None:
        if self._growing:
            first, opened, high, low, close, volume = self._growing
            self.finished.append((first, opened, high, low, close, volume))
        start, self._end = _day(at) if self._is_daily else self._span(at)
        self._growing = [start, *bar]

    def _span(self, at: float) -> tuple[float, float]:
        start = at - at % self._seconds
        return start, start + self._seconds


class Frames:
    """The frames of one symbol: 1, 5 and 15 minutes, an hour and a day in New York."""

    def __init__(self, kept: int = KEPT) -> None:
        self._frames = {timeframe: Frame(timeframe, kept) for timeframe in Timeframe}
        self._each = tuple(self._frames.values())
        self._newest = -1.0

    def __getitem__(self, timeframe: Timeframe) -> Frame:
        return self._frames[timeframe]

    def add_bar(self, bar: Bar) -> None:
        """Add one finished minute bar."""
        self.add(bar.at.timestamp(), (bar.open, bar.high, bar.low, bar.close, bar.volume))

    def add(self, at: float, minute: Minute) -> None:
        """Add one finished minute that began at `at`, in seconds since the epoch.

        Raises:
            ValueError: when it is not later than the one before, or not a whole bar.
        """
        if not at > self._newest:
            raise ValueError(f"minutes must come in the order of time, {at:.0f} does not")
        opened, high, low, close, volume = minute
        # a NaN fails every comparison
        if not (low <= opened <= high and low <= close <= high and volume >= 0):
            raise ValueError(f"the minute at {at:.0f} is no bar: its numbers contradict each other")
        self._newest = at
        for frame in self._each:
            frame.add(at, minute)


def _day(at: float) -> tuple[float, float]:
    """Return the midnights in New York around a moment."""
    local = datetime.fromtimestamp(at, UTC).astimezone(EXCHANGE)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.timestamp(), (midnight + timedelta(days=1)).timestamp()

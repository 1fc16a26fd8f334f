"""What a strategy may see: the past, and nothing behind it.

`History` owns columns that are filled bar by bar, as they are live. What has not happened
is not in them, so neither a slice nor the array behind a slice can tell it.
"""

from dataclasses import dataclass

import numpy as np

from console.backtest.bars import Bars, Ordinals
from console.domain.market import Timeframe
from console.studies.columns import Column

FIRST_ROOM = 1_024
PRICES = ("at", "open", "high", "low", "close", "volume")


class LookAhead(IndexError):  # noqa: N818 - reads as what it is
    """A strategy asked for a bar that has not happened yet."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Window:
    """The columns up to now, oldest first, read-only; the last bar has just ended."""

    symbol: str
    frame: Timeframe
    at: Column
    day: Ordinals
    open: Column
    high: Column
    low: Column
    close: Column
    volume: Column
    held: int = 0
    """What is held now: 1 long, 0 nothing, -1 short."""
    entry_price: float | None = None
    """What was paid or got for it; None when flat."""

    def __len__(self) -> int:
        return len(self.at)

    @property
    def now(self) -> float:
        """When the newest bar ended, in seconds since the epoch."""
        return float(self.at[-1]) + self.frame.seconds

    def close_of(self, place: int) -> float:
        """Return the close of one bar, counted from the first.

        Raises:
            LookAhead: when that bar has not ended.
        """
        if place >= len(self):
            raise LookAhead(f"bar {place} has not ended: the window holds {len(self)}")
        return float(self.close[place])


class History:
    """Takes bars one at a time, and shows what came so far."""

    def __init__(self, symbol: str, frame: Timeframe) -> None:
        self._symbol, self._frame = symbol, frame
        self._columns = {name: np.full(FIRST_ROOM, np.nan) for name in PRICES}
        self._day = np.zeros(FIRST_ROOM, dtype=np.int64)
        self._count = 0

    def append(self, bars: Bars, place: int) -> None:
        """Take the bar at `place` of `bars`; nothing of those after it is looked at."""
        if self._count == len(self._day):
            self._grow()
        for name, column in self._columns.items():
            column[self._count] = getattr(bars, name)[place]
        self._day[self._count] = bars.day[place]
        self._count += 1

    def window(self, held: int = 0, entry_price: float | None = None) -> Window:
        """Return the past as it is now."""
        views = {name: _view(column[: self._count]) for name, column in self._columns.items()}
        day = self._day[: self._count]
        day.setflags(write=False)
        return Window(
            symbol=self._symbol,
            frame=self._frame,
            day=day,
            held=held,
            entry_price=entry_price,
            **views,
        )

    def _grow(self) -> None:
        for name, column in self._columns.items():
            self._columns[name] = np.concatenate((column, np.full(len(column), np.nan)))
        self._day = np.concatenate((self._day, np.zeros_like(self._day)))


def _view(column: Column) -> Column:
    column.setflags(write=False)
    return column

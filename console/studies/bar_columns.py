"""Bars made fit to compute on: columns in the order of time, NaN where nothing is known."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from console.domain.market import Bar
from console.studies.bounds import LEAST_PRICE, MOST_PRICE, MOST_SIZE
from console.studies.columns import Column


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class BarColumns:
    """Columns of one length; `at` is each bar's start, in seconds since the epoch."""

    at: Column
    open: Column
    high: Column
    low: Column
    close: Column
    volume: Column
    vwap: Column
    """The average price within the bar, where the source gives one."""

    def __len__(self) -> int:
        return len(self.at)

    def until(self, count: int) -> "BarColumns":
        """Return the first `count` bars alone."""
        return BarColumns(
            at=self.at[:count],
            open=self.open[:count],
            high=self.high[:count],
            low=self.low[:count],
            close=self.close[:count],
            volume=self.volume[:count],
            vwap=self.vwap[:count],
        )


def bar_columns(bars: Iterable[Bar]) -> BarColumns:
    """Return the bars as columns; a price or size no market can have becomes NaN.

    Raises:
        ValueError: when a bar is not later than the one before.
    """
    told = [
        (b.at.timestamp(), b.open, b.high, b.low, b.close, b.volume, _known(b.vwap)) for b in bars
    ]
    at, *prices, volume, vwap = np.array(told, dtype=np.float64).reshape(-1, 7).T
    in_order(at)
    price = [sound_prices(one) for one in (*prices, vwap)]
    return BarColumns(
        at=at,
        open=price[0],
        high=price[1],
        low=price[2],
        close=price[3],
        vwap=price[4],
        volume=np.where((volume >= 0) & (volume <= MOST_SIZE), volume, np.nan),
    )


def in_order(at: Column) -> Column:
    """Return the times as they are.

    Raises:
        ValueError: when one of them is not later than the one before, or is no number.
    """
    at = np.asarray(at, dtype=np.float64)
    wrong = np.flatnonzero(~(np.diff(at) > 0))
    if len(wrong) or (len(at) == 1 and not np.isfinite(at[0])):
        place = int(wrong[0]) + 1 if len(wrong) else 0
        raise ValueError(f"bars must come in the order of time, bar {place} does not: sort them")
    return at


def sound_prices(prices: Column) -> Column:
    """Return the prices with NaN in the place of those that no market can have."""
    return np.where((prices >= LEAST_PRICE) & (prices <= MOST_PRICE), prices, np.nan)


def _known(value: float | None) -> float:
    return np.nan if value is None else value

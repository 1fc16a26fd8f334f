"""The bars a back-test runs over: columns that nobody can write to, prices as traded.

Prices come unadjusted, with the splits beside them. They are adjusted *forward*: after a
4-for-1 split every price counts four times, so an adjusted price rests on splits that have
happened and never on one to come, as back-adjusted histories do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from console.backtest.sessions import exchange_days
from console.domain.market import Timeframe
from console.studies.columns import Column, is_price

Ordinals: TypeAlias = npt.NDArray[np.int64]
LEAST_BARS = 2


class BadBars(ValueError):  # noqa: N818 - reads as what they are
    """The columns are no history of a market; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """From `at` on (seconds since the epoch) one share is `ratio` shares."""

    at: float
    ratio: float

    def __post_init__(self) -> None:
        if not 0 < self.ratio < float("inf"):
            raise BadBars(f"a split makes one share into some shares, not into {self.ratio:g}")


class Columns(Protocol):
    """What a strategy sees of the market, oldest first: all columns have one length."""

    @property
    def at(self) -> Column:
        """When each bar begins, in seconds since the epoch."""

    @property
    def day(self) -> Ordinals:
        """The day in New York, counted from 1970-01-01."""

    @property
    def open(self) -> Column:
        """The first price of each bar, in dollars."""

    @property
    def high(self) -> Column:
        """The highest."""

    @property
    def low(self) -> Column:
        """The lowest."""

    @property
    def close(self) -> Column:
        """The last."""

    @property
    def volume(self) -> Column:
        """How many shares changed hands."""

    def __len__(self) -> int: ...


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Bars:
    """The history of one symbol at one timeframe; made by `make_bars`."""

    symbol: str
    frame: Timeframe
    at: Column
    day: Ordinals
    open: Column
    high: Column
    low: Column
    close: Column
    volume: Column
    factor: Column
    """How many of today's shares one of the first day's has become."""

    def __len__(self) -> int:
        return len(self.at)

    def between(self, first: int, end: int) -> "Bars":
        """Return the bars from place `first` up to, not including, `end`."""
        part = slice(first, end)
        return Bars(
            symbol=self.symbol,
            frame=self.frame,
            at=self.at[part],
            day=self.day[part],
            open=self.open[part],
            high=self.high[part],
            low=self.low[part],
            close=self.close[part],
            volume=self.volume[part],
            factor=self.factor[part],
        )

    def where(self, mask: npt.NDArray[np.bool_]) -> "Bars":
        """Return the bars that the mask lets through."""
        return Bars(
            symbol=self.symbol,
            frame=self.frame,
            at=_frozen(self.at[mask]),
            day=_frozen_days(self.day[mask]),
            open=_frozen(self.open[mask]),
            high=_frozen(self.high[mask]),
            low=_frozen(self.low[mask]),
            close=_frozen(self.close[mask]),
            volume=_frozen(self.volume[mask]),
            factor=_frozen(self.factor[mask]),
        )


def make_bars(
    symbol: str,
    frame: Timeframe,
    at: Sequence[float] | Column,
    *,
    prices: Sequence[Sequence[float] | Column],
    volume: Sequence[float] | Column,
    splits: Sequence[Split] = (),
) -> Bars:
    """Return the bars of these columns, checked, adjusted for splits, and frozen.

    Args:
        symbol: whose bars they are.
        frame: how long one bar lasts.
        at: when each begins, in seconds since the epoch, rising.
        prices: open, high, low and close, in dollars, as they were traded.
        volume: in shares, as they were traded.
        splits: in any order.

    Raises:
        BadBars: with the first row that no market can have made.
    """
    times = np.asarray(at, dtype=np.float64)
    columns = [np.asarray(column, dtype=np.float64) for column in (*prices, volume)]
    if any(column.shape != times.shape for column in columns):
        raise BadBars(f"the columns of {symbol} have different lengths")
    _check(symbol, times, columns)
    factor = _factor(times, splits)
    opens, highs, lows, closes = (column * factor for column in columns[:4])
    return Bars(
        symbol=symbol,
        frame=frame,
        at=_frozen(times),
        day=_frozen_days(exchange_days(times)),
        open=_frozen(opens),
        high=_frozen(highs),
        low=_frozen(lows),
        close=_frozen(closes),
        volume=_frozen(columns[4] / factor),
        factor=_frozen(factor),
    )


def _check(symbol: str, at: Column, columns: Sequence[Column]) -> None:
    opens, highs, lows, closes, volume = columns
    if len(at) < LEAST_BARS:
        raise BadBars(f"a back-test of {symbol} needs at least {LEAST_BARS} bars, it has {len(at)}")
    sound = is_price(opens) & is_price(highs) & is_price(lows) & is_price(closes)
    for trouble, bad in (
        ("has no time", ~np.isfinite(at)),
        ("does not begin after the row before", np.append(False, at[1:] <= at[:-1])),
        ("has a price that no market has", ~sound),
        ("has a low above its open or close", lows > np.minimum(opens, closes)),
        ("has a high below its open or close", highs < np.maximum(opens, closes)),
        ("has no volume, or one below 0", ~(volume >= 0)),
    ):
        if bad.any():
            raise BadBars(f"row {int(np.argmax(bad)) + 1} of {symbol} {trouble}")


def _factor(at: Column, splits: Sequence[Split]) -> Column:
    factor = np.ones_like(at)
    for split in splits:
        factor[at >= split.at] *= split.ratio
    return factor


def _frozen(column: Column) -> Column:
    kept = np.array(column, dtype=np.float64)
    kept.setflags(write=False)
    return kept


def _frozen_days(days: Ordinals) -> Ordinals:
    days.setflags(write=False)
    return days

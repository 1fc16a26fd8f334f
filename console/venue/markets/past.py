"""Bars of the synthetic market from before anybody watched, drawn from the same walk.

A minute's open and close stand on the walk, a bid-ask bounce apart; its high and
low are the extremes of a Brownian bridge between them; its prints follow the
same pace as live ones. Days are drawn only when somebody asks for them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from console.domain.market import Timeframe
from console.venue.markets import daytime
from console.venue.markets.daytime import MINUTE, day_of, midnight, next_day
from console.venue.markets.draws import side_by_side, widths
from console.venue.markets.intraday import mean_print, prints_a_second
from console.venue.markets.market import MarketBar
from console.venue.markets.universe import Stock
from console.venue.markets.walk import Walk

_Floats = NDArray[np.float64]

MINUTE_DAYS = 10
"""How many weekdays before the present one have minutes."""
_DAILY_PART = 260
"""How many daily bars are drawn at once; the older part only when somebody asks for it."""
DAILY_DAYS = MINUTE_DAYS + 2 * _DAILY_PART
"""How many weekdays before the present one have daily bars: a regime needs 452."""

MINUTES_KEPT = MINUTE_DAYS + 6
"""How many days' minutes stay drawn: the past ones, a weekend, and some a venue slept through."""
MERGED_KEPT = 128
"""How many days of longer bars stay drawn, which are small."""

_BOTH = (True, False)
_MINUTE_STREAM, _DAILY_STREAM = 3, 5


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """Bars of every stock, as columns of shape (bars, stocks); prices not yet rounded."""

    at: NDArray[np.int64]
    open: _Floats
    high: _Floats
    low: _Floats
    close: _Floats
    volume: _Floats
    trade_count: _Floats
    notional: _Floats

    def bars(self, column: int, start: int, end: int, shift: float) -> Iterator[MarketBar]:
        """Yield one stock's bars that start in [start, end], moved by `shift`."""
        rows = slice(*np.searchsorted(self.at, [start, end + 1]))
        factor = np.exp(shift)
        prices = [
            np.maximum(np.round(part[rows, column] * factor, 2), 0.01).tolist()
            for part in (self.open, self.high, self.low, self.close)
        ]
        volume = self.volume[rows, column]
        vwap = np.clip(self.notional[rows, column] * factor / volume, prices[2], prices[1])
        return map(
            MarketBar,
            self.at[rows].tolist(),
            *prices,
            volume.astype(np.int64).tolist(),
            self.trade_count[rows, column].astype(np.int64).tolist(),
            np.round(vwap, 6).tolist(),
        )

    def merged(self, length: int) -> "_Columns":
        """Return bars of `length` rows each made of these."""
        first = np.arange(0, self.at.size, length)
        last = np.minimum(first + length, self.at.size) - 1
        return _Columns(
            at=self.at[first],
            open=self.open[first],
            high=np.maximum.reduceat(self.high, first),
            low=np.minimum.reduceat(self.low, first),
            close=self.close[last],
            volume=np.add.reduceat(self.volume, first),
            trade_count=np.add.reduceat(self.trade_count, first),
            notional=np.add.reduceat(self.notional, first),
        )


class Past:
    """What the synthetic market did before `until`, up to two years back."""

    def __init__(self, stocks: Sequence[Stock], walk: Walk, *, seed: int, until: int) -> None:
        self._stocks = stocks
        self._walk = walk
        self._seed = seed
        self._rates = np.array([stock.rate for stock in stocks])
        self._sizes = {
            flag: np.array([mean_print(stock, is_regular=flag) for stock in stocks])
            for flag in _BOTH
        }
        self._days = _trading_days(day_of(until), MINUTE_DAYS)
        self._undrawn = list(self._days)
        self._widths = widths(stocks)
        self._early_days = _trading_days(self._days[0], DAILY_DAYS - MINUTE_DAYS)
        self._minutes = lru_cache(maxsize=MINUTES_KEPT)(self._draw_minutes)
        self._merged = lru_cache(maxsize=MERGED_KEPT)(self._merge)
        self._daily = lru_cache(maxsize=None)(self._draw_daily)

    def draw_ahead(self) -> None:
        """Draw one more day before anybody asks, so that no answer has to wait for all of them."""
        if self._undrawn:
            self._columns(self._undrawn.pop(), Timeframe.DAY_1)

    def bars(self, column: int, timeframe: Timeframe, start: int, end: int) -> list[MarketBar]:
        """Return whole bars of one stock that start in [start, end], oldest first."""
        found: list[MarketBar] = []
        if timeframe is Timeframe.DAY_1:
            for part in self._daily_parts(start, end):
                found.extend(self._daily(part).bars(column, start, end, 0.0))
        for day in self._days:
            if midnight(next_day(day)) > start and midnight(day) <= end:
                found.extend(self._columns(day, timeframe).bars(column, start, end, 0.0))
        return found

    def minutes(self, column: int, start: int, end: int, shift: float = 0.0) -> list[MarketBar]:
        """Return the minutes of one stock in [start, end], on whatever day, moved by `shift`."""
        found: list[MarketBar] = []
        day = day_of(start)
        while midnight(day) <= end:
            found.extend(self._columns(day, Timeframe.MIN_1).bars(column, start, end, shift))
            day = next_day(day)
        return found

    def _daily_parts(self, start: int, end: int) -> list[tuple[date, date]]:
        """Return the first day and the end of each part of the early days in [start, end]."""
        edges = self._early_days[::_DAILY_PART]
        return [
            (first, until)
            for first, until in pairwise(edges)
            if midnight(until) > start and midnight(first) <= end
        ]

    def _columns(self, day: date, timeframe: Timeframe) -> _Columns:
        if timeframe is Timeframe.MIN_1:
            return self._minutes(day)
        return self._merged(day, timeframe)

    def _merge(self, day: date, timeframe: Timeframe) -> _Columns:
        minutes = self._minutes(day)
        if timeframe is Timeframe.DAY_1:
            return minutes.merged(minutes.at.size)
        return minutes.merged(timeframe.seconds // 60)

    def _draw_minutes(self, day: date) -> _Columns:
        path = self._walk.day(day)
        regular = daytime.is_regular(day)[:, None]
        rate = self._rates * path.activity
        return self._draw(
            [self._seed, _MINUTE_STREAM, day.toordinal()],
            at=path.begins_at + np.arange(len(regular)) * MINUTE,
            log_open=path.log_price[:-1],
            log_close=path.log_price[1:],
            variance=path.variance,
            prints=60 * np.where(regular, *(prints_a_second(rate, is_regular=r) for r in _BOTH)),
            size=np.where(regular, *(self._sizes[flag] for flag in _BOTH)),
        )

    def _draw_daily(self, part: tuple[date, date]) -> _Columns:
        """Draw days that have no minutes; a weekend shows as a gap, as it does anywhere."""
        first, end = part
        days = [day for day in self._early_days if first <= day < end]
        rows = [(day - first).days for day in days]
        returns = self._walk.returns(first, end)
        variance = self._walk.variances(first, end)[rows]
        log_close = self._walk.opening(first) + np.cumsum(returns, axis=0)
        paces = self._day_paces(first, self._walk.loudness(first, end)[rows])
        prints = paces[True] + paces[False]
        return self._draw(
            [self._seed, _DAILY_STREAM, first.toordinal()],
            at=np.array([midnight(day) for day in days]),
            log_open=(log_close - returns)[rows],
            log_close=log_close[rows],
            variance=variance,
            prints=prints,
            size=sum(paces[flag] * self._sizes[flag] for flag in _BOTH) / prints,
        )

    def _day_paces(self, day: date, loudness: _Floats) -> dict[bool, _Floats]:
        """Return how many prints a day brings in the regular session (True) and outside it."""
        season, regular = daytime.activity_season(day), daytime.is_regular(day)
        paces = {}
        for flag in _BOTH:
            usual = season[regular == flag]
            rate = self._rates * usual.mean() * loudness
            paces[flag] = 60 * usual.size * prints_a_second(rate, is_regular=flag)
        return paces

    def _draw(self, seed: Sequence[int], *, at: NDArray[np.int64], **ends: _Floats) -> _Columns:
        """Draw bars between the given ends; every column of them from its stream."""
        drawn = side_by_side(
            seed,
            self._widths,
            lambda rng, part: _draw_bars(rng, **{k: table[:, part] for k, table in ends.items()}),
        )
        return _Columns(at, *drawn)


def _draw_bars(
    rng: np.random.Generator,
    *,
    log_open: _Floats,
    log_close: _Floats,
    variance: _Floats,
    prints: _Floats,
    size: _Floats,
) -> tuple[_Floats, ...]:
    """Draw the tables of bars between the given ends, with the usual prints of the usual size."""
    shape = log_open.shape
    middle = (log_open + log_close) / 2
    reach = [
        np.sqrt((log_close - log_open) ** 2 - 2 * variance * np.log(rng.uniform(0, 1, shape)))
        for _ in range(2)
    ]
    bounce = [rng.choice([-0.005, 0.005], shape) for _ in range(2)]
    begin, end = np.exp(log_open) + bounce[0], np.exp(log_close) + bounce[1]
    high = np.maximum(np.exp(middle + reach[0] / 2), np.maximum(begin, end))
    low = np.minimum(np.exp(middle - reach[1] / 2), np.minimum(begin, end))
    trade_count = np.maximum(rng.poisson(prints * rng.gamma(6.0, 1 / 6.0, shape)), 1)
    volume = np.maximum(np.round(trade_count * size * rng.lognormal(-0.08, 0.4, shape)), 1)
    notional = volume * (begin + high + low + end) / 4
    return begin, high, low, end, volume, trade_count.astype(np.float64), notional


def _trading_days(present: date, count: int) -> list[date]:
    """Return `count` weekdays before `present`, then the present weekend so far or the day."""
    friday = present
    while daytime.is_weekend(friday):
        friday -= timedelta(days=1)
    weekdays = [friday]
    while len(weekdays) <= count:
        earlier = weekdays[-1] - timedelta(days=1)
        while daytime.is_weekend(earlier):
            earlier -= timedelta(days=1)
        weekdays.append(earlier)
    weekend = [friday + timedelta(days=i + 1) for i in range((present - friday).days)]
    return weekdays[::-1] + weekend

"""Ten thousand more listings beside a market, to scan: drawn by a formula, when asked for.

They have bars of every length and nothing else: no quotes, no prints, so no order
fills in them. The same seed draws the same bars, whoever asks first.
"""

import math
import zlib
from collections.abc import Callable, Sequence
from typing import overload

from console.domain.market import Timeframe
from console.venue.markets.bars import bar_end, bar_start
from console.venue.markets.daytime import MINUTE, SECOND
from console.venue.markets.market import Listing, Market, MarketBar, Tick, TradeTick

_PERIOD = 37 * MINUTE
_SWING = 0.004
_RARELY = 40
"""One day in so many a stock opens far above the day before."""


class WideMarket:
    """A market and so many stocks more."""

    def __init__(self, market: Market, count: int, *, seed: int) -> None:
        self._market = market
        self._seed = seed
        names = [f"Z{number:05}" for number in range(1, count + 1)]
        self._drawn = frozenset(names)
        self.listings: Sequence[Listing] = (
            *market.listings,
            *(Listing(symbol=s, name=f"{s} Inc. Common Stock", exchange="NASDAQ") for s in names),
        )
        self.starts_at = market.starts_at

    def advance(self, now: int) -> Sequence[Tick]:
        """Return the ticks of the market; the drawn ones have none."""
        return self._market.advance(now)

    def late(self, now: int) -> Sequence[TradeTick]:
        """Return the late prints of the market."""
        return self._market.late(now)

    def pass_over(self, until: int) -> Sequence[Tick]:
        """Leave untold what happened in the market before `until`."""
        return self._market.pass_over(until)

    def move(self, symbol: str, price: float, now: int) -> Sequence[Tick]:
        """Move the market of a stock; a drawn one cannot be moved."""
        return () if symbol in self._drawn else self._market.move(symbol, price, now)

    def bars(self, symbol: str, timeframe: Timeframe, start: int, end: int) -> Sequence[MarketBar]:
        """Return the bars that start in [start, end], oldest first."""
        if symbol not in self._drawn:
            return self._market.bars(symbol, timeframe, start, end)
        return _Drawn(
            _starts(timeframe, start, end),
            lambda at: self._bar(symbol, at, min(bar_end(at, timeframe), end + SECOND)),
        )

    def _bar(self, symbol: str, at: int, until: int) -> MarketBar:
        """Draw one bar between the prices at both its ends; their extremes are its own."""
        begin, end = self._price(symbol, at), self._price(symbol, until - SECOND)
        minutes = max((until - at) // MINUTE, 1)
        chance = _chance(symbol, at, self._seed)
        pace = 4.0 * 10 ** (2.6 * _chance(symbol, 0, self._seed)) * (0.8 + 0.4 * chance)
        trades = max(round(pace * minutes), 1)
        return MarketBar(
            at=at,
            open=begin,
            high=max(begin, end),
            low=min(begin, end),
            close=end,
            volume=trades * 90,
            trade_count=trades,
            vwap=(begin + end) / 2,
        )

    def _price(self, symbol: str, at: int) -> float:
        day = bar_start(at, Timeframe.DAY_1)
        level = 4 + 300 * _chance(symbol, 1, self._seed)
        gap = 0.06 * _chance(symbol, day, self._seed) - 0.03
        if _hash(symbol, day, self._seed) % _RARELY == 0:
            gap += 0.2
        swing = _SWING * math.sin(math.tau * at / _PERIOD + level)
        return round(level * (1 + gap + swing), 2)


class _Drawn(Sequence[MarketBar]):
    """Bars that are drawn one by one: who asks for the last of four hours gets that one."""

    def __init__(self, starts: Sequence[int], draw: Callable[[int], MarketBar]) -> None:
        self._starts = starts
        self._draw = draw

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, index: int) -> MarketBar: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[MarketBar]: ...

    def __getitem__(self, index: int | slice) -> MarketBar | Sequence[MarketBar]:
        if isinstance(index, slice):
            return _Drawn(self._starts[index], self._draw)
        return self._draw(self._starts[index])


def _starts(timeframe: Timeframe, start: int, end: int) -> Sequence[int]:
    """Return when the bars begin that start in [start, end]."""
    if timeframe is not Timeframe.DAY_1:
        length = timeframe.seconds * SECOND
        return range(-(-start // length) * length, end + 1, length)
    days = []
    at = bar_start(start, timeframe)
    while at <= end:
        days += [at] if at >= start else []
        at = bar_end(at, timeframe)
    return days


def _hash(symbol: str, number: int, seed: int) -> int:
    return zlib.crc32(f"{symbol} {number} {seed}".encode())


def _chance(symbol: str, number: int, seed: int) -> float:
    return _hash(symbol, number, seed) / 2**32

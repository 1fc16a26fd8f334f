"""Bars of what has traded: minutes built print by print, longer ones from minutes.

Every bar starts on its own grid: minutes and hours on the clock's, days at
midnight in New York. Only the newest minute ever changes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter

from console.domain.market import Timeframe
from console.venue.daytime import MINUTE, SECOND, day_of, midnight, next_day
from console.venue.market import MarketBar, TradeTick

_at: Callable[[MarketBar], int] = attrgetter("at")


class BarBook:
    """The minute bars of each symbol, as far as it has traded."""

    def __init__(self, symbols: Iterable[str]) -> None:
        self._closed: dict[str, list[MarketBar]] = {symbol: [] for symbol in symbols}
        self._forming: dict[str, _Forming] = {}

    def add(self, trade: TradeTick) -> None:
        """Book a print; it is not older than the last one of its symbol."""
        forming = self._forming.get(trade.symbol)
        if forming is None or trade.at - forming.at >= MINUTE:
            if forming is not None:
                self._closed[trade.symbol].append(forming.bar)
            self._forming[trade.symbol] = _Forming(trade)
            return
        forming.add(trade.price, trade.size)

    def extend(self, symbol: str, bars: Iterable[MarketBar]) -> None:
        """Book finished minutes newer than all before them, told without their prints."""
        if forming := self._forming.pop(symbol, None):
            self._closed[symbol].append(forming.bar)
        self._closed[symbol].extend(bars)

    def minutes(self, symbol: str, start: int, end: int) -> list[MarketBar]:
        """Return the minute bars that start in [start, end], oldest first.

        Raises:
            KeyError: when nothing of that symbol is booked here.
        """
        closed = self._closed[symbol]
        found = closed[bisect_left(closed, start, key=_at) : bisect_right(closed, end, key=_at)]
        forming = self._forming.get(symbol)
        if forming is not None and start <= forming.at <= end:
            found.append(forming.bar)
        return found

    def bars(self, symbol: str, timeframe: Timeframe, start: int, end: int) -> list[MarketBar]:
        """Return the bars of any timeframe that start in [start, end], oldest first.

        Raises:
            KeyError: when nothing of that symbol is booked here.
        """
        first, last = window(timeframe, start, end)
        return aggregate(self.minutes(symbol, first, last), timeframe)


class _Forming:
    """The newest minute of one symbol, still open to prints."""

    __slots__ = ("at", "close", "high", "low", "notional", "open", "trade_count", "volume")

    def __init__(self, trade: TradeTick) -> None:
        self.at = trade.at - trade.at % MINUTE
        self.open = self.high = self.low = self.close = trade.price
        self.volume = trade.size
        self.trade_count = 1
        self.notional = trade.price * trade.size

    def add(self, price: float, size: int) -> None:
        self.high = max(self.high, price)
        self.low = min(self.low, price)
        self.close = price
        self.volume += size
        self.trade_count += 1
        self.notional += price * size

    @property
    def bar(self) -> MarketBar:
        return MarketBar(
            at=self.at,
            open=self.open,
            high=self.high,
            low=self.low,
            close=self.close,
            volume=self.volume,
            trade_count=self.trade_count,
            vwap=round(self.notional / self.volume, 6),
        )


def bar_start(at: int, timeframe: Timeframe) -> int:
    """Return when the bar that holds the instant `at` starts."""
    if timeframe is Timeframe.DAY_1:
        return midnight(day_of(at))
    return at - at % (timeframe.seconds * SECOND)


def bar_end(start: int, timeframe: Timeframe) -> int:
    """Return when the bar that starts at `start` ends, and the next begins."""
    if timeframe is Timeframe.DAY_1:
        return midnight(next_day(day_of(start)))
    return start + timeframe.seconds * SECOND


def window(timeframe: Timeframe, start: int, end: int) -> tuple[int, int]:
    """Return the first and last instant of the bars that start in [start, end]."""
    first = bar_start(start, timeframe)
    if first < start:
        first = bar_end(first, timeframe)
    return first, bar_end(bar_start(end, timeframe), timeframe) - 1


def aggregate(minutes: Sequence[MarketBar], timeframe: Timeframe) -> list[MarketBar]:
    """Return the bars of `timeframe` made of `minutes`, which are whole at the left edge."""
    if timeframe is Timeframe.MIN_1:
        return list(minutes)
    if timeframe is Timeframe.DAY_1:
        return [_merged(midnight(day), list(part)) for day, part in groupby(minutes, _day)]
    length = timeframe.seconds * SECOND
    slots = groupby(minutes, lambda bar: bar.at - bar.at % length)
    return [_merged(at, list(part)) for at, part in slots]


def _day(bar: MarketBar) -> date:
    return day_of(bar.at)


def _merged(at: int, parts: Sequence[MarketBar]) -> MarketBar:
    volume = sum(bar.volume for bar in parts)
    return MarketBar(
        at=at,
        open=parts[0].open,
        high=max(bar.high for bar in parts),
        low=min(bar.low for bar in parts),
        close=parts[-1].close,
        volume=volume,
        trade_count=sum(bar.trade_count for bar in parts),
        vwap=round(sum(bar.vwap * bar.volume for bar in parts) / volume, 6),
    )

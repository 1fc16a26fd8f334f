"""Bars of what has traded: minutes built print by print, longer ones from minutes.

Every bar starts on its own grid: minutes and hours on the clock's, days at
midnight in New York. Only the newest minute ever changes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from operator import attrgetter

from console.domain.market import Timeframe
from console.venue.markets.daytime import MINUTE, SECOND, day_of, midnight, next_day
from console.venue.markets.market import MarketBar, TradeTick
from console.venue.markets.minutes import Minutes, OldMinutes

_at: Callable[[MarketBar], int] = attrgetter("at")


class BarBook:
    """The bars of each symbol, as far as it has traded."""

    def __init__(self, symbols: Iterable[str]) -> None:
        old = OldMinutes()
        self._closed = {symbol: Minutes(old) for symbol in symbols}
        self._forming: dict[str, _Forming] = {}
        self._longer: dict[tuple[str, Timeframe], _Longer] = {}

    def add(self, trade: TradeTick) -> None:
        """Book a print; it is not older than the last one of its symbol."""
        forming = self._forming.get(trade.symbol)
        if forming is None or trade.at - forming.at >= MINUTE:
            if forming is not None:
                self._closed[trade.symbol].append(forming.bar)
            minute = trade.at - trade.at % MINUTE
            forming = self._forming[trade.symbol] = _Forming(minute, trade.price)
        forming.add_print(trade.price, trade.size)

    def extend(self, symbol: str, bars: Iterable[MarketBar]) -> None:
        """Book finished minutes newer than all before them, told without their prints."""
        if forming := self._forming.pop(symbol, None):
            self._closed[symbol].append(forming.bar)
        self._closed[symbol].extend(bars)

    def add_late(self, trade: TradeTick) -> None:
        """Book a print that is told after its minute ended: it closes no bar, it only counts."""
        forming = self._forming.get(trade.symbol)
        if forming and 0 <= trade.at - forming.at < MINUTE:
            forming.add_late(trade)
            return
        minutes = self._closed[trade.symbol]
        longer = [bars for (symbol, _), bars in self._longer.items() if symbol == trade.symbol]
        for bars in longer:
            bars.grow(minutes.after(bars.taken))
        if _count_in(minutes.at_hand, trade, MINUTE):
            for bars in longer:
                bars.add_late(trade)

    def bars(self, symbol: str, timeframe: Timeframe, start: int, end: int) -> list[MarketBar]:
        """Return the bars of any timeframe that start in [start, end], oldest first.

        Raises:
            KeyError: when nothing of that symbol is booked here.
        """
        minutes, forming = self._closed[symbol], self._forming.get(symbol)
        newest = [forming.bar] if forming else []
        if timeframe is Timeframe.MIN_1:
            found = minutes.between(start, end)
        else:
            longer = self._longer.setdefault((symbol, timeframe), _Longer(timeframe))
            longer.grow(minutes.after(longer.taken))
            newest = longer.newest(newest)
            found = longer.between(start, end)
        return found + [bar for bar in newest if start <= bar.at <= end]


class _Forming:
    """A bar that is still open."""

    __slots__ = ("at", "close", "high", "low", "notional", "open", "trade_count", "volume")

    def __init__(self, at: int, price: float) -> None:
        self.at = at
        self.open = self.high = self.low = self.close = price
        self.volume = self.trade_count = 0
        self.notional = 0.0

    def add_print(self, price: float, size: int) -> None:
        self.high = max(self.high, price)
        self.low = min(self.low, price)
        self.close = price
        self.volume += size
        self.trade_count += 1
        self.notional += price * size

    def add_late(self, trade: TradeTick) -> None:
        close = self.close
        self.add_print(trade.price, trade.size)
        self.close = close

    def add_bar(self, bar: MarketBar) -> None:
        self.high = max(self.high, bar.high)
        self.low = min(self.low, bar.low)
        self.close = bar.close
        self.volume += bar.volume
        self.trade_count += bar.trade_count
        self.notional += bar.vwap * bar.volume

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


class _Longer:
    """The bars of one timeframe, grown as minutes close: each minute is looked at once."""

    def __init__(self, timeframe: Timeframe) -> None:
        self.closed: list[MarketBar] = []
        self._timeframe = timeframe
        self._forming: _Forming | None = None
        self._ends_at = 0
        self.taken = 0
        """How many minutes it has looked at."""

    def between(self, start: int, end: int) -> list[MarketBar]:
        """Return the closed bars that start in [start, end], oldest first."""
        first = bisect_left(self.closed, start, key=_at)
        return self.closed[first : bisect_right(self.closed, end, key=_at)]

    def grow(self, minutes: Iterable[MarketBar]) -> None:
        """Take the minutes that came after those it has taken."""
        for minute in minutes:
            self.taken += 1
            if self._forming is None or minute.at >= self._ends_at:
                self._begin(minute)
            else:
                self._forming.add_bar(minute)

    def add_late(self, trade: TradeTick) -> None:
        """Count a late print of a minute that was taken."""
        if self._forming and self._forming.at <= trade.at < self._ends_at:
            self._forming.add_late(trade)
            return
        _count_in(self.closed, trade, self._timeframe.seconds * SECOND)

    def newest(self, minute: Sequence[MarketBar]) -> list[MarketBar]:
        """Return the bars not closed yet, as they are when one more minute counts or none."""
        after = _Longer(self._timeframe)
        after.grow([*([self._forming.bar] if self._forming else []), *minute])
        return [*after.closed, *([after._forming.bar] if after._forming else [])]

    def _begin(self, minute: MarketBar) -> None:
        if self._forming is not None:
            self.closed.append(self._forming.bar)
        at = bar_start(minute.at, self._timeframe)
        self._ends_at = bar_end(at, self._timeframe)
        self._forming = _Forming(at, minute.open)
        self._forming.add_bar(minute)


def _count_in(bars: list[MarketBar], trade: TradeTick, length: int) -> bool:
    """Count a late print in the bar it belongs to; False when there is none."""
    place = bisect_right(bars, trade.at, key=_at) - 1
    if place < 0 or trade.at - bars[place].at >= length:
        return False
    bar = bars[place]
    volume = bar.volume + trade.size
    bars[place] = replace(
        bar,
        high=max(bar.high, trade.price),
        low=min(bar.low, trade.price),
        volume=volume,
        trade_count=bar.trade_count + 1,
        vwap=round((bar.vwap * bar.volume + trade.price * trade.size) / volume, 6),
    )
    return True


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


def aggregate(bars: Sequence[MarketBar], timeframe: Timeframe) -> list[MarketBar]:
    """Return the bars of `timeframe` made of shorter ones, which are whole at the left edge."""
    if timeframe is Timeframe.MIN_1:
        return list(bars)
    longer = _Longer(timeframe)
    longer.grow(bars)
    return longer.closed + longer.newest([])

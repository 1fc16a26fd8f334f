"""How the stream becomes rows of a live dataset: a step's newest, every tick, or whole bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from console.domain.market import Quote, Timeframe, Trade
from console.domain.state import TradingState
from console.lab.live import LiveWriter

GRACE = 2.0
"""Seconds after a bar's end in which its last prints may still come."""


class Steps:
    """Writes what is new at each step; a symbol without news gets no row, and nothing is filled."""

    def __init__(self, writer: LiveWriter, symbols: Sequence[str]) -> None:
        self._writer = writer
        self._symbols = symbols
        self._told: dict[str, tuple[Quote | None, Trade | None]] = {}

    def take(self, state: TradingState, at: datetime) -> None:
        """Write one step."""
        for symbol in self._symbols:
            quote, trade = state.quotes.get(symbol), state.trades.get(symbol)
            before = self._told.get(symbol, (None, None))
            if quote is before[0] and trade is before[1]:
                continue
            self._told[symbol] = quote, trade
            figures = {} if quote is None else _quoted(quote)
            if trade is not None:
                figures |= _traded(trade)
            self._writer.append(at, symbol, figures)


class TickRows:
    """Writes a row a tick: of a quote its touch, of a print its price and size."""

    def __init__(self, writer: LiveWriter) -> None:
        self._writer = writer

    def take(self, tick: Quote | Trade) -> None:
        """Write one tick, at the market's time."""
        figures = _quoted(tick) if isinstance(tick, Quote) else _traded(tick)
        self._writer.append(tick.at, tick.symbol, figures)

    def close(self, now: datetime) -> None:
        """Do nothing: a tick is whole as it comes."""


@dataclass(slots=True, kw_only=True)
class _Bar:
    """A bar that is being made."""

    begins: int
    """Seconds since 1970."""
    open: float | None = None
    high: float | None = None
    low: float | None = None
    close: float | None = None
    volume: float = 0.0

    def take(self, trade: Trade) -> None:
        """Let a print count for what its conditions let it count for."""
        if trade.counts.has_volume:
            self.volume += trade.size
        if trade.counts.sets_range:
            self.high = trade.price if self.high is None else max(self.high, trade.price)
            self.low = trade.price if self.low is None else min(self.low, trade.price)
        if trade.counts.sets_last:
            self.open = trade.price if self.open is None else self.open
            self.close = trade.price


class BarRows:
    """Writes a row a bar once it is whole; what had begun before is left out.

    A print that comes after its bar was written is not in it, and changes nothing.
    """

    def __init__(self, writer: LiveWriter, timeframe: Timeframe, begun: datetime) -> None:
        self._writer = writer
        self._seconds = timeframe.seconds
        self._first = self._begin_of(begun) + self._seconds
        self._bars: dict[str, _Bar] = {}
        self._written: dict[str, int] = {}

    def take(self, tick: Quote | Trade) -> None:
        """Let a print into its bar; a quote makes none."""
        if isinstance(tick, Quote):
            return
        begins = self._begin_of(tick.at)
        bar = self._bars.get(tick.symbol)
        if begins < self._first or begins <= self._written.get(tick.symbol, 0):
            return
        if bar is not None and begins > bar.begins:
            self._write(tick.symbol, bar)
            bar = None
        if bar is None:
            bar = self._bars[tick.symbol] = _Bar(begins=begins)
        if begins == bar.begins:
            bar.take(tick)

    def close(self, now: datetime) -> None:
        """Write the bars that are over."""
        for symbol, bar in list(self._bars.items()):
            if now.timestamp() >= bar.begins + self._seconds + GRACE:
                self._write(symbol, bar)
                del self._bars[symbol]

    def _write(self, symbol: str, bar: _Bar) -> None:
        self._written[symbol] = bar.begins
        figures = {
            "open": bar.open,
            "high": bar.high,
            "low": bar.low,
            "close": bar.close,
            "volume": bar.volume,
        }
        self._writer.append(datetime.fromtimestamp(bar.begins, UTC), symbol, figures)

    def _begin_of(self, at: datetime) -> int:
        return int(at.timestamp()) // self._seconds * self._seconds


def _quoted(quote: Quote) -> dict[str, float]:
    return {
        "bid": quote.bid,
        "bid_size": quote.bid_size,
        "ask": quote.ask,
        "ask_size": quote.ask_size,
    }


def _traded(trade: Trade) -> dict[str, float]:
    return {"last": trade.price, "last_size": trade.size}

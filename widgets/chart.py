"""The chart: bars and volume of one symbol, with our own prices and chosen studies among them.

Drawn at most once a second, and only when a bar, a level or the size changed.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from console.domain.alerts import Direction
from console.domain.connections import Channel, Link
from console.domain.market import Bar, Timeframe, Trade
from console.domain.orders import Order, Side
from console.domain.state import TradingState
from widgets import figures
from widgets.candles import Level
from widgets.cells import Cell, Meaning
from widgets.chart_lines import Overlay
from widgets.chart_picture import picture
from widgets.lines import LinePane
from widgets.live_bars import with_trade

PACE = timedelta(seconds=1)
FRAMES = {
    Timeframe.MIN_1: "1 min",
    Timeframe.MIN_5: "5 min",
    Timeframe.MIN_15: "15 min",
    Timeframe.HOUR_1: "1 h",
    Timeframe.DAY_1: "1 day",
}
NO_SYMBOL = "Select a symbol to see its chart"
LEAST_WIDTH, LEAST_HEIGHT = 30, 5

Overlaid = Callable[[Timeframe, Sequence[Bar]], Overlay]
"""Returns what is to be drawn among the bars, of which the last may still grow."""


class Chart(LinePane, can_focus=True):
    """Bars of the symbol in focus."""

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
        overlaid: Overlaid = lambda _timeframe, _bars: Overlay(),
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._overlaid = overlaid
        self._symbol: str | None = None
        self._timeframe = Timeframe.MIN_1
        self._bars: Sequence[Bar] = ()
        self._words = NO_SYMBOL
        self._trade: Trade | None = None
        self._levels: tuple[Level, ...] = ()
        self._is_live = False
        self._drawn: tuple[object, ...] = ()
        self._drawn_at: datetime | None = None
        self.entitle("Chart")

    @property
    def symbol(self) -> str | None:
        """The symbol on the chart."""
        return self._symbol

    @property
    def timeframe(self) -> Timeframe:
        """How long one bar lasts."""
        return self._timeframe

    def expect(self, symbol: str, timeframe: Timeframe) -> None:
        """Turn to another symbol or timeframe, whose bars are being fetched."""
        if symbol != self._symbol:
            self._trade, self._levels = None, ()
        self._symbol, self._timeframe = symbol, timeframe
        self._bars, self._words = (), f"Loading {FRAMES[timeframe]} bars of {symbol}…"
        self.entitle(f"Chart {symbol} {FRAMES[timeframe]}")
        self._draw()

    def set_bars(self, symbol: str, timeframe: Timeframe, bars: Sequence[Bar]) -> None:
        """Show the bars, oldest first, unless others are expected by now."""
        if (symbol, timeframe) != (self._symbol, self._timeframe):
            return
        self._bars = bars
        self._words = f"No {FRAMES[timeframe]} bars of {symbol}"
        self._draw()

    def fail(self, symbol: str, timeframe: Timeframe, sentence: str) -> None:
        """Say why there are no bars, unless others are expected by now."""
        if (symbol, timeframe) == (self._symbol, self._timeframe):
            self._bars, self._words = (), sentence
            self._draw()

    def show(self, state: TradingState, now: datetime) -> None:
        """Follow the last trade, our orders and our average cost."""
        if self._symbol is None:
            return
        trade = state.trades.get(self._symbol)
        if trade is not None and trade is not self._trade and self._bars:
            self._bars = with_trade(self._bars, trade, self._timeframe)
            self._trade = trade
        self._levels = _levels(self._symbol, state)
        stream = state.connections.get(Channel.MARKET_DATA)
        self._is_live = stream is not None and stream.link is Link.LIVE
        is_due = self._drawn_at is None or not timedelta(0) <= now - self._drawn_at < PACE
        if is_due and self._facts() != self._drawn:
            self._drawn_at = now
            self._draw()

    def draw_anew(self) -> None:
        """Draw at once, for another choice of what is drawn among the bars."""
        self._draw()

    def on_resize(self) -> None:
        """Draw anew in the new size."""
        super().on_resize()
        self._draw()

    def _facts(self) -> tuple[object, ...]:
        return (id(self._bars), self._levels, self._is_live, self._words, self.room)

    def _draw(self) -> None:
        self._drawn = self._facts()
        width, height = self.room
        if not self._bars:
            self.set_lines([(), (Cell(f" {self._words}", "quiet"),)])
            return
        if width < LEAST_WIDTH or height < LEAST_HEIGHT:
            self.set_lines([(Cell("Too small for a chart", "quiet"),)])
            return
        shown = (self._bars, self._levels, self._timeframe)
        overlay = self._overlaid(self._timeframe, self._bars)
        self.set_lines(picture(*shown, width, height, is_live=self._is_live, overlay=overlay))


def _levels(symbol: str, state: TradingState) -> tuple[Level, ...]:
    """Return our own prices: alerts, average cost, and the orders that work."""
    levels = [
        _level(crossing.price, "alert ▲" if is_above else "alert ▼", "level", "╌")
        for crossing in state.crossings.values()
        if crossing.symbol == symbol and crossing.is_armed
        for is_above in (crossing.direction is Direction.ABOVE,)
    ]
    held = state.position_of(symbol)
    if held is not None:
        levels.append(_level(float(held.avg_entry_price), "avg", "average", "╌"))
    for order in state.open_orders:
        if order.request.symbol == symbol:
            levels += _levels_of(order)
    return tuple(levels)


def _levels_of(order: Order) -> list[Level]:
    """Return the limit of an order, and the price that triggers it."""
    request = order.request
    qty, side = figures.qty(order.leaves_qty), request.side
    meaning: Meaning = "bid" if side is Side.BUY else "ask"
    prices = ((request.limit_price, side.value), (request.stop_price, "stop"))
    return [
        _level(float(price), f"{word} {qty}", meaning, "┈")
        for price, word in prices
        if price is not None
    ]


def _level(price: float, label: str, meaning: Meaning, dash: str) -> Level:
    return Level(price=price, label=label, meaning=meaning, dash=dash)

"""The chart: bars and volume of one symbol, with our own prices drawn across.

Drawn at most once a second, and only when a bar, a level or the size changed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from console.domain.connections import Channel, Link
from console.domain.market import Bar, Timeframe, Trade
from console.domain.orders import Side
from console.domain.state import TradingState
from widgets import figures
from widgets.candles import Level, Scale, draw_prices, draw_volumes, joined, scale_of
from widgets.cells import Cell, Line, fit
from widgets.freshness import DEAD, deadened
from widgets.lines import LinePane
from widgets.live_bars import with_trade

AXIS = 20
"""Columns right of the plot: a price and a word."""
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
HEIGHT_WITH_VOLUME = 12
WIDE_PLOT = 80
"""From here on bars stand apart."""


class Chart(LinePane, can_focus=True):
    """Bars of the symbol in focus."""

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
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
        self.set_lines(picture(*shown, width, height, is_live=self._is_live))


def picture(
    bars: Sequence[Bar],
    levels: Sequence[Level],
    timeframe: Timeframe,
    width: int,
    height: int,
    *,
    is_live: bool = True,
) -> list[Line]:
    """Return the whole chart as `height` lines of `width` columns."""
    plot = width - AXIS
    step = 2 if len(bars) * 2 <= plot or plot >= WIDE_PLOT else 1
    shown = bars[-(plot // step) :]
    volume_rows = height // 6 if height >= HEIGHT_WITH_VOLUME else 0
    rows = height - volume_rows - 2
    last = shown[-1]
    marks = [
        *levels,
        Level(price=last.close, label="last", meaning="last", dash="·")
        if is_live
        else Level(price=last.close, label=f"{DEAD} last", meaning="stale", dash="·"),
    ]
    scale = scale_of(shown, marks, rows)
    axis: list[Line] = [_tick(scale.price(row), row, rows) for row in range(rows)]
    for row, mark in _tagged(marks, scale).items():
        axis[row] = (_tag(mark, scale.low, scale.high),)
    prices = draw_prices(shown, marks, scale, plot, step)
    volumes = draw_volumes(shown, volume_rows, plot, step)
    lines = [_legend(last) if is_live else deadened(_legend(last))]
    lines += [(*joined(cells), *axis[row]) for row, cells in enumerate(prices)]
    lines += [joined(cells) for cells in volumes]
    return [*lines, _times(shown, timeframe, plot, step)]


def _tagged(marks: Sequence[Level], scale: Scale) -> dict[int, Level]:
    """Give each mark a row of its own, as near to its price as there is one free."""
    taken: dict[int, Level] = {}
    for mark in reversed(marks):
        wanted = scale.row(mark.price)
        free = [row for row in range(scale.rows) if row not in taken]
        if free:
            taken[min((abs(row - wanted), row) for row in free)[1]] = mark
    return taken


def _levels(symbol: str, state: TradingState) -> tuple[Level, ...]:
    levels: list[Level] = []
    held = state.position_of(symbol)
    if held is not None:
        price = float(held.avg_entry_price)
        levels.append(Level(price=price, label="avg", meaning="average", dash="╌"))
    for order in state.open_orders:
        request = order.request
        price_of_order = request.limit_price or request.stop_price
        if request.symbol != symbol or price_of_order is None:
            continue
        label = f"{request.side} {figures.qty(order.leaves_qty)}"
        meaning = "bid" if request.side is Side.BUY else "ask"
        price = float(price_of_order)
        levels.append(Level(price=price, label=label, meaning=meaning, dash="┈"))  # type: ignore[arg-type] # one of two meanings
    return tuple(levels)


def _legend(bar: Bar) -> Line:
    cells = []
    for letter, value in zip("OHLC", (bar.open, bar.high, bar.low, bar.close), strict=True):
        cells += [Cell(f" {letter} ", "quiet"), Cell(figures.price(value), "words")]
    change = (bar.close / bar.open - 1) * 100 if bar.open else None
    text = figures.percent(change)
    return (
        *cells,
        Cell("  "),
        figures.change(text, change),
        Cell("  V ", "quiet"),
        Cell(figures.volume(bar.volume)),
    )


def _tick(price: float, row: int, rows: int) -> Line:
    if row % 4 or row == rows - 1:
        return ()
    return (Cell(f" {figures.price(price):>9}", "quiet"),)


def _tag(mark: Level, low: float, high: float) -> Cell:
    beyond = "↑" if mark.price > high else "↓" if mark.price < low else " "
    text = f"{beyond}{figures.price(mark.price):>9} {mark.label}"
    return Cell(fit(text, AXIS), mark.meaning, bold=mark.meaning == "last")


def _times(bars: Sequence[Bar], timeframe: Timeframe, width: int, step: int) -> Line:
    """Write times below the bars they begin at, from the right, without touching."""
    form = "%d %b" if timeframe is Timeframe.DAY_1 else "%H:%M"
    text = [" "] * width
    free = width
    for back, bar in enumerate(reversed(bars)):
        column = width - (back + 1) * step
        label = bar.at.astimezone(figures.NEW_YORK).strftime(form)
        is_round = timeframe is Timeframe.DAY_1 or bar.at.minute % 15 == 0
        if is_round and column + len(label) <= free - 4:
            text[column : column + len(label)] = label
            free = column
    return (Cell("".join(text), "quiet"),)

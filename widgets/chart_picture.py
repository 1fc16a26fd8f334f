"""One picture of a chart: bars and volumes, what is drawn among them, prices and times beside."""

from collections.abc import Sequence

from console.domain.market import Bar, Timeframe
from widgets import figures
from widgets.candles import (
    Level,
    Scale,
    draw_bars,
    draw_volumes,
    empty_rows,
    joined,
    scale_of,
)
from widgets.cells import Cell, Line, fit
from widgets.chart_lines import Overlay, draw_marks, draw_traces, legend_of
from widgets.freshness import DEAD, deadened

AXIS = 20
"""Columns right of the plot: a price and a word."""
HEIGHT_WITH_VOLUME = 12
WIDE_PLOT = 80
"""From here on bars stand apart."""
NOTHING_MORE = Overlay()


def picture(
    bars: Sequence[Bar],
    levels: Sequence[Level],
    timeframe: Timeframe,
    width: int,
    height: int,
    *,
    is_live: bool = True,
    overlay: Overlay = NOTHING_MORE,
) -> list[Line]:
    """Return the whole chart as `height` lines of `width` columns."""
    plot = width - AXIS
    step = 2 if len(bars) * 2 <= plot or plot >= WIDE_PLOT else 1
    shown = bars[-(plot // step) :]
    among = overlay.of_newest(len(shown))
    legends = [_legend(shown[-1])] + ([legend_of(among)] if legend_of(among) else [])
    volume_rows = height // 6 if height >= HEIGHT_WITH_VOLUME else 0
    rows = height - volume_rows - len(legends) - 1
    marks = [*levels, _last(shown[-1], is_live=is_live)]
    scale = scale_of(shown, marks, rows, among.prices)
    prices = empty_rows(marks, scale, plot)
    draw_traces(prices, among, scale, plot, step)
    draw_bars(prices, shown, scale, plot, step)
    draw_marks(prices, among, scale, plot, step)
    axis = _axis(marks, scale)
    lines = legends if is_live else [deadened(line) for line in legends]
    lines += [(*joined(cells), *axis[row]) for row, cells in enumerate(prices)]
    lines += [joined(cells) for cells in draw_volumes(shown, volume_rows, plot, step)]
    return [*lines, _times(shown, timeframe, plot, step)]


def _last(bar: Bar, *, is_live: bool) -> Level:
    if is_live:
        return Level(price=bar.close, label="last", meaning="last", dash="·")
    return Level(price=bar.close, label=f"{DEAD} last", meaning="stale", dash="·")


def _axis(marks: Sequence[Level], scale: Scale) -> list[Line]:
    """Return what stands beside each row: a price, or a mark's own."""
    axis = [_tick(scale.price(row), row, scale.rows) for row in range(scale.rows)]
    for row, mark in _tagged(marks, scale).items():
        axis[row] = (_tag(mark, scale.low, scale.high),)
    return axis


def _tagged(marks: Sequence[Level], scale: Scale) -> dict[int, Level]:
    """Give each mark a row of its own, as near to its price as there is one free."""
    taken: dict[int, Level] = {}
    for mark in reversed(marks):
        wanted = scale.row(mark.price)
        free = [row for row in range(scale.rows) if row not in taken]
        if free:
            taken[min((abs(row - wanted), row) for row in free)[1]] = mark
    return taken


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

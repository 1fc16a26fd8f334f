"""Bars drawn with box characters at half a row's resolution.

A bar that rose has a slim body, one that fell a full one, so that the direction
is seen without colour. plotext draws 200x60 in more than 35 ms after 130 ms of
import; this takes about a quarter of that and imports nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from console.domain.market import Bar
from widgets.cells import Cell, Line, Meaning

NOTHING, WICK, BODY = 0, 1, 2
ROSE = {
    (NOTHING, NOTHING): " ",
    (WICK, WICK): "│",
    (BODY, BODY): "┃",
    (WICK, NOTHING): "╵",
    (NOTHING, WICK): "╷",
    (BODY, NOTHING): "╹",
    (NOTHING, BODY): "╻",
    (WICK, BODY): "╽",
    (BODY, WICK): "╿",
}
FELL = {
    **ROSE,
    (BODY, BODY): "█",
    (BODY, NOTHING): "▀",
    (NOTHING, BODY): "▄",
    (WICK, BODY): "▄",
    (BODY, WICK): "▀",
}
EIGHTHS = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A price drawn across the chart, with a word at its end."""

    price: float
    label: str
    meaning: Meaning
    dash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How prices map to half rows, counted from the bottom."""

    low: float
    high: float
    rows: int

    def half(self, price: float) -> int:
        """Return the half row of a price, at the edge when it lies beyond."""
        span = (self.high - self.low) or 1.0
        exact = (price - self.low) / span * (2 * self.rows - 1)
        return min(max(round(exact), 0), 2 * self.rows - 1)

    def third(self, price: float) -> int:
        """Return the third of a row of a price, counted from the bottom."""
        span = (self.high - self.low) or 1.0
        exact = (price - self.low) / span * (2 * self.rows - 1)
        return min(max(round((exact + 0.5) * 1.5 - 0.5), 0), 3 * self.rows - 1)

    def row(self, price: float) -> int:
        """Return the row of a price, counted from the top."""
        return self.rows - 1 - self.half(price) // 2

    def price(self, row: int) -> float:
        """Return the price at the middle of a row counted from the top."""
        share = (2 * (self.rows - 1 - row) + 0.5) / max(2 * self.rows - 1, 1)
        return self.low + share * (self.high - self.low)


def scale_of(
    bars: Sequence[Bar], levels: Sequence[Level], rows: int, also: Sequence[float] = ()
) -> Scale:
    """Return a scale that holds every bar, and the levels and prices that are not far away."""
    low = min(bar.low for bar in bars)
    high = max(bar.high for bar in bars)
    reach = (high - low) or max(high, 1.0) * 0.001
    prices = [*(level.price for level in levels), *also]
    near = [price for price in prices if low - reach / 2 <= price <= high + reach / 2]
    low, high = min([low, *near]), max([high, *near])
    margin = (high - low or reach) * 0.03
    return Scale(low=low - margin, high=high + margin, rows=rows)


def empty_rows(levels: Sequence[Level], scale: Scale, width: int) -> list[list[Cell]]:
    """Return the rows of the price area with nothing but the levels drawn across."""
    rows = [[Cell(" ", "quiet")] * width for _ in range(scale.rows)]
    for level in levels:
        if scale.low <= level.price <= scale.high:
            rows[scale.row(level.price)] = [Cell(level.dash, level.meaning)] * width
    return rows


def draw_bars(
    rows: list[list[Cell]], bars: Sequence[Bar], scale: Scale, width: int, step: int
) -> None:
    """Draw the bars into the rows of the price area, over what is there."""
    for index, bar in enumerate(bars):
        _draw_bar(rows, width - (len(bars) - index) * step, bar, scale)


def draw_volumes(bars: Sequence[Bar], rows: int, width: int, step: int) -> list[list[Cell]]:
    """Return the rows of the volume area, in eighths of a row."""
    most = max((bar.volume for bar in bars), default=0.0) or 1.0
    drawn = [[Cell(" ", "quiet")] * width for _ in range(rows)]
    for index, bar in enumerate(bars):
        eighths = round(bar.volume / most * rows * 8)
        column = width - (len(bars) - index) * step
        for row in range(rows):
            filled = min(max(eighths - (rows - 1 - row) * 8, 0), 8)
            if filled:
                drawn[row][column] = Cell(EIGHTHS[filled], "volume")
    return drawn


def joined(cells: Sequence[Cell]) -> Line:
    """Return the cells with neighbours of one meaning made one."""
    runs = groupby(cells, key=itemgetter(1, 2, 3))
    return tuple(Cell("".join(cell.text for cell in run), *look) for look, run in runs)


def _draw_bar(rows: list[list[Cell]], column: int, bar: Bar, scale: Scale) -> None:
    rose = bar.close >= bar.open
    glyphs, meaning = (ROSE, "gain") if rose else (FELL, "loss")
    top, bottom = scale.half(bar.high), scale.half(bar.low)
    body_top = scale.half(max(bar.open, bar.close))
    body_bottom = scale.half(min(bar.open, bar.close))

    def part(half: int) -> int:
        if body_bottom <= half <= body_top:
            return BODY
        return WICK if bottom <= half <= top else NOTHING

    for upward in range(bottom // 2, top // 2 + 1):
        glyph = glyphs[part(2 * upward + 1), part(2 * upward)]
        if glyph != " ":
            rows[scale.rows - 1 - upward][column] = Cell(glyph, meaning)  # type: ignore[arg-type] # one of two meanings

"""What is drawn among the bars: lines through them, and marks above and below them.

A line has three heights to a row, in signs that every font has (not so braille); a bar covers
it. Lines differ in texture and are named in the legend, and so told apart without colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from widgets import figures
from widgets.candles import Scale
from widgets.cells import Cell, Line, Meaning

HEIGHTS = "▁─▔"
"""The thirds of a row, from the lowest up."""
SAMPLE = 3
"""Columns of a line that stand for it in the legend."""


class Texture(StrEnum):
    """How a line is dotted."""

    SOLID = "solid"
    DOTTED = "dotted"
    DASHED = "dashed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A line of one value for each bar, None where there is none."""

    label: str
    """Its name in the legend; one without is not named."""
    meaning: Meaning
    texture: Texture
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A sign beyond the high or low of one bar."""

    back: int
    """How many bars it stands before the newest one."""
    price: float
    glyph: str
    meaning: Meaning
    is_above: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """Everything drawn among some bars."""

    traces: Sequence[Trace] = ()
    marks: Sequence[Mark] = ()
    notes: Sequence[str] = field(default=())
    """What the legend says besides."""

    def of_newest(self, count: int) -> "Overlay":
        """Return what belongs to the newest `count` bars."""
        return replace(
            self,
            traces=tuple(replace(one, values=one.values[-count:]) for one in self.traces),
            marks=tuple(mark for mark in self.marks if mark.back < count),
        )

    @property
    def prices(self) -> list[float]:
        """Every price a line goes through."""
        return [value for trace in self.traces for value in trace.values if value is not None]


def draw_traces(
    rows: list[list[Cell]], overlay: Overlay, scale: Scale, width: int, step: int
) -> None:
    """Draw the lines into the rows of the price area; bars are drawn over them."""
    for trace in overlay.traces:
        first = width - len(trace.values) * step
        for place, value in enumerate(trace.values):
            if value is None or not scale.low <= value <= scale.high:
                continue
            height = scale.third(value)
            row = rows[scale.rows - 1 - height // len(HEIGHTS)]
            for column in range(first + place * step, first + (place + 1) * step):
                if _is_inked(trace.texture, column):
                    row[column] = Cell(HEIGHTS[height % len(HEIGHTS)], trace.meaning)


def draw_marks(
    rows: list[list[Cell]], overlay: Overlay, scale: Scale, width: int, step: int
) -> None:
    """Draw the marks over everything else, in the row beyond their price if there is one."""
    for mark in overlay.marks:
        row = scale.row(mark.price) + (-1 if mark.is_above else 1)
        column = width - (mark.back + 1) * step
        rows[min(max(row, 0), scale.rows - 1)][column] = Cell(mark.glyph, mark.meaning, bold=True)


def legend_of(overlay: Overlay) -> Line:
    """Name each line after a piece of it, with its newest value."""
    cells: list[Cell] = []
    for trace in reversed(overlay.traces):
        if not trace.label:
            continue
        piece = "".join("─" if _is_inked(trace.texture, n) else " " for n in range(SAMPLE))
        value = trace.values[-1] if trace.values else None
        cells += [
            Cell(f" {piece} ", trace.meaning),
            Cell(f"{trace.label} ", "quiet"),
            figures.known(figures.price(value), trace.meaning),
        ]
    cells += [Cell(f" {note}", "quiet") for note in overlay.notes]
    return tuple(cells)


def _is_inked(texture: Texture, column: int) -> bool:
    if texture is Texture.SOLID:
        return True
    return column % 2 == 0 if texture is Texture.DOTTED else column % 4 < 2  # noqa: PLR2004 - half of it

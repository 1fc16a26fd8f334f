"""Sections of a text: a heading, and below it lines, or cells that stand in columns."""

import textwrap
from collections.abc import Sequence

from widgets.cells import Align, Cell, Line, Meaning, fit, width_of

GAP = 2
MARGIN = Cell(" ")


def section(heading: str, *bodies: Sequence[Line], aside: str = "") -> list[Line]:
    """Return a heading, the lines below it, and a blank one."""
    head = (Cell(f" {heading}", "strong", bold=True), Cell(f"  {aside}" if aside else "", "quiet"))
    return [head, *(line for body in bodies for line in body), ()]


def tabulated(rows: Sequence[Line], aligns: Sequence[Align]) -> list[Line]:
    """Return the rows with each column as wide as its widest cell."""
    widths = [max(width_of(cell.text) for cell in column) for column in zip(*rows, strict=True)]
    shapes = list(zip(widths, aligns, strict=True))
    return [(MARGIN, *_placed(row, shapes)) for row in rows]


def headings(*names: str) -> Line:
    """Return the names of columns as cells."""
    return tuple(Cell(name, "quiet") for name in names)


def wrapped(text: str, width: int, meaning: Meaning = "words") -> list[Line]:
    """Return a sentence on as many lines as it needs."""
    return [(Cell(f" {part}", meaning),) for part in textwrap.wrap(text, max(width - 2, 10))]


def _placed(row: Line, shapes: Sequence[tuple[int, Align]]) -> Line:
    gaps = [" " * GAP] * (len(row) - 1) + [""]
    return tuple(
        cell._replace(text=fit(cell.text, *shape) + gap)
        for cell, shape, gap in zip(row, shapes, gaps, strict=True)
    )

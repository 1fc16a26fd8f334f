"""One line of a grid: how it is drawn, and which of it changed."""

from collections.abc import Iterator, Sequence

from rich.segment import Segment
from textual.strip import Strip

from widgets.cells import BLANK, Line, fit
from widgets.columns import Placed
from widgets.ink import Ground, Ink

GUTTER = 1
"""Columns before the first cell: room for the mark of the selected row."""
MERGED = 20
"""Changed cells nearer than this are drawn as one: moving the cursor costs as many bytes."""


def grid_strip(
    row: Line,
    placed: Sequence[Placed],
    width: int,
    ink: Ink,
    *,
    ground: Ground = "",
    mark: str = " ",
) -> Strip:
    """Draw a line; neighbours of one style become one segment, so few bytes are sent."""
    style_of = ink.style
    blank = style_of(BLANK, ground)
    segments: list[Segment] = []
    text, style, end = mark, blank, GUTTER
    for column in placed:
        cell = row[column.index]
        left = column.left + GUTTER
        body = fit(cell.text, column.width, column.align)
        own = blank if body.isspace() and not cell.reverse else style_of(cell, ground)
        text += " " * (left - end)
        if own is not style and text:
            segments.append(Segment(text, style))
            text = ""
        style = own
        text += body
        end = left + column.width
        if cell.reverse:
            segments.append(Segment(text, style))
            text, style = "", blank
    text += " " * (width - end)
    if text:
        segments.append(Segment(text, style))
    return Strip(segments).adjust_cell_length(width, blank)


def changed_spans(old: Line, new: Line, placed: Sequence[Placed]) -> Iterator[tuple[int, int]]:
    """Return where a line changed, as its first column and the one behind its last."""
    left = right = 0
    for column in placed:
        if old[column.index] == new[column.index]:
            continue
        if right == 0 or column.left - right > MERGED:
            if right > left:
                yield left + GUTTER, right + GUTTER
            left = column.left
        right = column.left + column.width
    if right > left:
        yield left + GUTTER, right + GUTTER

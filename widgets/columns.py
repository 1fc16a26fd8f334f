"""The columns of a grid, and how they share the width there is."""

from collections.abc import Sequence
from dataclasses import dataclass

from widgets.cells import Align


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: the highest priority number goes first, all of one number together."""

    label: str
    width: int
    """What it takes at least; it grows with what it holds."""
    align: Align = "left"
    priority: int = 0
    """0 stays whatever happens."""
    stretches: bool = False
    """Whether it takes the width nobody else wants, and gives it back first."""
    least: int = 0
    """How narrow a stretching column may become, instead of `width`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A column with its place on the line."""

    index: int
    left: int
    width: int
    align: Align


GAPS = (2, 1)
"""Blanks between columns: the wide one where every column fits with it."""


def place(columns: Sequence[Column], widths: Sequence[int], room: int) -> tuple[Placed, ...]:
    """Return the columns that fit into `room`, in order, from left to right."""
    shown = list(range(len(columns)))
    gap = next((gap for gap in GAPS if _needed(columns, widths, shown, gap) <= room), GAPS[-1])
    while shown and _needed(columns, widths, shown, gap) > room:
        least_needed = max(columns[index].priority for index in shown)
        if not least_needed:
            break
        shown = [index for index in shown if columns[index].priority != least_needed]
    spare = room - _needed(columns, widths, shown, gap)
    stretching = [index for index in shown if columns[index].stretches]
    placed, left = [], 0
    for index in shown:
        width = _least(columns[index], widths[index])
        if stretching and index == stretching[-1]:
            width = max(width + spare, 1)
        placed.append(Placed(index=index, left=left, width=width, align=columns[index].align))
        left += width + gap
    return tuple(placed)


def _needed(
    columns: Sequence[Column], widths: Sequence[int], shown: Sequence[int], gap: int
) -> int:
    taken = sum(_least(columns[index], widths[index]) for index in shown)
    return taken + gap * max(len(shown) - 1, 0)


def _least(column: Column, width: int) -> int:
    return (column.least or column.width) if column.stretches else width

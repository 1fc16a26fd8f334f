"""The piece everything is drawn from: a short text and what it means."""

from functools import lru_cache
from typing import Literal, NamedTuple

from rich.cells import cell_len, set_cell_size

from widgets.outside import neutral

Meaning = Literal[
    "words",
    "strong",
    "quiet",
    "gain",
    "loss",
    "flat",
    "bid",
    "ask",
    "working",
    "filled",
    "unknown",
    "denied",
    "rejected",
    "stale",
    "fresh",
    "active",
    "reducing",
    "halted",
    "demo",
    "paper",
    "live",
    "info",
    "caution",
    "critical",
    "average",
    "level",
    "last",
    "vwap",
    "short-average",
    "long-average",
    "band",
    "volume",
]
Align = Literal["left", "right"]


class Cell(NamedTuple):
    """Text with a meaning; the palette decides its colour."""

    text: str
    meaning: Meaning = "words"
    bold: bool = False
    reverse: bool = False


Line = tuple[Cell, ...]
BLANK = Cell("")
UNKNOWN = Cell("—", "quiet")
"""What is shown for a value nobody knows; never a zero."""


def harmless(cell: Cell) -> Cell:
    """Return the cell with nothing in its text that could act on a terminal."""
    text = neutral(cell.text)
    return cell if text == cell.text else cell._replace(text=text)


def width_of(text: str) -> int:
    """Return how many columns a terminal needs for `text`."""
    return len(text) if text.isascii() else cell_len(text)


@lru_cache(8192)
def fit(text: str, width: int, align: Align = "left") -> str:
    """Return `text` at exactly `width` columns; what is cut ends in an ellipsis."""
    room = width - width_of(text)
    if room == 0:
        return text
    if room > 0:
        return text + " " * room if align == "left" else " " * room + text
    return "" if width <= 0 else set_cell_size(text, width - 1) + "…"

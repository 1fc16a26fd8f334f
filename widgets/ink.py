"""What colours the cells: meanings resolved to styles, once for each theme."""

from collections.abc import Mapping
from typing import Literal

from rich.style import Style

from widgets.cells import Cell

Ground = Literal["", "cursor", "cursor-idle"]


class Ink:
    """Styles for cells on one background, made when first needed and kept."""

    def __init__(self, variables: Mapping[str, str], background: str) -> None:
        self._variables = variables
        self._background = background
        self._styles: dict[tuple[str, bool, bool, Ground], Style] = {}

    def style(self, cell: Cell, ground: Ground = "") -> Style:
        """Return the style of `cell` on `ground`."""
        key = (cell.meaning, cell.bold, cell.reverse, ground)
        style = self._styles.get(key)
        if style is None:
            style = self._styles[key] = self._mix(*key)
        return style

    def _mix(self, meaning: str, bold: bool, reverse: bool, ground: Ground) -> Style:  # noqa: FBT001 - a cell's own fields
        text = self._variables.get(meaning, self._variables["foreground"])
        below = self._variables.get(ground, self._background) if ground else self._background
        if reverse:
            text, below = self._background, text
        return Style(color=text, bgcolor=below, bold=bold)

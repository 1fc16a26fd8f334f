"""A picture that was drawn elsewhere: lines of text, each part with the number of its line."""

from collections.abc import Sequence

from widgets.cells import Cell, Line, Meaning
from widgets.lines import LinePane

TONES: tuple[Meaning, ...] = (
    *("quiet", "info", "average", "level", "filled", "volume", "working"),
    "words",
)
"""Axes and labels, then one line after the other; the last, which is also -1, is what is said."""

Part = tuple[str, int]


class Plot(LinePane, can_focus=True):
    """One picture, and what is to be said of it below."""

    def show(self, picture: Sequence[Sequence[Part]], words: Sequence[str] = ()) -> None:
        """Draw it."""
        drawn: list[Line] = [
            tuple(Cell(text, TONES[tone % len(TONES)]) for text, tone in line) for line in picture
        ]
        self.set_lines([*drawn, *((Cell(f" {word}", "words"),) for word in words)])

    def say(self, text: str) -> None:
        """Write a sentence where the picture will be."""
        self.set_lines([(), (Cell(f" {text}", "quiet"),)])

"""What a run of code made: text, tables and figures, line by line."""

from collections.abc import Sequence
from typing import get_args

from widgets.cells import Cell, Meaning
from widgets.lines import LinePane

MEANINGS = frozenset(get_args(Meaning))
Part = tuple[str, str]


class CodeOutput(LinePane, can_focus=True):
    """Everything the last run printed, showed and gave back."""

    def show(self, lines: Sequence[Sequence[Part]], title: str, aside: str = "") -> None:
        """Draw it from its beginning."""
        self.set_lines(
            [
                tuple(
                    Cell(text, meaning if meaning in MEANINGS else "words")  # type: ignore[arg-type] # looked up
                    for text, meaning in line
                )
                for line in lines
            ]
        )
        self.entitle(title, aside)
        self.scroll_home(animate=False)

    def say(self, text: str) -> None:
        """Write a sentence where the output will be."""
        self.set_lines([(), (Cell(f" {text}", "quiet"),)])

"""What a run of code made: text, tables and figures, line by line."""

from collections.abc import Sequence
from typing import get_args, overload

from widgets.cells import Cell, Line, Meaning, harmless
from widgets.lines import LinePane

MEANINGS = frozenset(get_args(Meaning))
Part = Sequence[str]
"""A text and what it means."""


class Lent(Sequence[Line]):
    """Lines of a stranger, each made harmless when it is looked at: only a few ever are."""

    def __init__(self, told: Sequence[Sequence[Part]]) -> None:
        self._told = told

    def __len__(self) -> int:
        return len(self._told)

    @overload
    def __getitem__(self, place: int) -> Line: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Line]: ...

    def __getitem__(self, place: int | slice) -> Line | Sequence[Line]:
        if isinstance(place, slice):
            return Lent(self._told[place])
        return tuple(
            harmless(Cell(text, meaning if meaning in MEANINGS else "words"))  # type: ignore[arg-type] # looked up
            for text, meaning in self._told[place]
        )


class CodeOutput(LinePane, can_focus=True):
    """Everything the last run printed, showed and gave back."""

    def show(self, lines: Sequence[Sequence[Part]], title: str, aside: str = "") -> None:
        """Draw it from its beginning; what is not seen is not even read."""
        self.lend_lines(Lent(lines))
        self.entitle(title, aside)
        self.scroll_home(animate=False)

    def say(self, text: str) -> None:
        """Write a sentence where the output will be."""
        self.set_lines([(), (Cell(f" {text}", "quiet"),)])

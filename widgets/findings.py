"""What was found in a dataset: a picture, and the table it was drawn from below it."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical

from widgets.cells import UNKNOWN, Cell, Line, width_of
from widgets.lines import LinePane
from widgets.paged_grid import Heading, PagedGrid
from widgets.plot import Plot

ROOM_FOR_BOTH = 14
"""Lines below which the table takes them all."""
DIGITS = "1234567890"


class Findings(Vertical):
    """A picture, a table, or one above the other where there is room for both."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.plot = Plot(id=f"{id}-plot")
        self.words = LinePane(id=f"{id}-words")
        self.table = PagedGrid(id=f"{id}-table", numbers="#")
        self._has_plot = self._has_table = True

    def compose(self) -> ComposeResult:
        """Stand the picture above the words and the table."""
        yield self.plot
        yield self.words
        yield self.table

    @property
    def is_drawn(self) -> bool:
        """Whether there is room for the picture now."""
        return self._has_plot and (not self._has_table or self.size.height >= ROOM_FOR_BOTH)

    @property
    def active(self) -> Plot | PagedGrid:
        """What takes the keys."""
        return self.table if self._has_table else self.plot

    def say(self, words: Sequence[str]) -> None:
        """Write what there is to say of the table above it."""
        self.words.set_lines([(Cell(f" {line}", "words"),) for line in words])

    def show_table(self, headings: Sequence[Heading], rows: Sequence[Sequence[str]]) -> None:
        """Show what was found."""
        self.table.fill(headings, rows)

    def go_to_first_number(self) -> None:
        """Put the cursor on the first row whose last cell is known, unless it was moved."""
        rows = range(self.table.rows)
        known = (row for row in rows if self.table.texts(row)[-1] != UNKNOWN.text)
        if self.table.cursor == 0:
            self.table.go_to(next(known, 0))

    def clear(self, words: str = "") -> None:
        """Show nothing but a sentence."""
        self.table.fill((), ())
        self.say([words] if words and self._has_table else ())
        self.plot.say(words)

    def show_parts(self, *, has_plot: bool, has_table: bool) -> None:
        """Show a picture, a table or both."""
        self._has_plot, self._has_table = has_plot, has_table
        self._arrange()

    def on_resize(self) -> None:
        """Give the table all the room where there is little."""
        self._arrange()

    def _arrange(self) -> None:
        self.plot.display = self.is_drawn
        self.table.display = self._has_table


class NumberedTabs(LinePane):
    """Which views there are, each behind its digit, and which one is shown."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._names: Sequence[str] = ()
        self._chosen = self._aside = ""

    def show(self, names: Sequence[str], chosen: str, aside: str = "") -> None:
        """Draw the names; the chosen one stands out without colour too."""
        self._names, self._chosen, self._aside = names, chosen, aside
        self._draw()

    def on_resize(self) -> None:
        """Break the line anew."""
        super().on_resize()
        self._draw()

    def _draw(self) -> None:
        pieces: list[Line] = [
            (Cell(f" {digit}", "info"), _name(name, is_chosen=name == self._chosen))
            for digit, name in zip(DIGITS, self._names, strict=False)
        ]
        if self._aside:
            pieces.append((Cell(f"  {self._aside}", "words"),))
        self.set_lines(_broken(pieces, self.size.width))


def _name(name: str, *, is_chosen: bool) -> Cell:
    if is_chosen:
        return Cell(f" {name} ", "strong", bold=True, reverse=True)
    return Cell(f" {name} ", "quiet")


def _broken(pieces: Sequence[Line], width: int) -> list[Line]:
    """Return the pieces on as few lines as they need; none is broken in itself."""
    lines: list[list[Cell]] = [[]]
    room = width
    for piece in pieces:
        needed = sum(width_of(cell.text) for cell in piece)
        if needed > room and lines[-1]:
            lines.append([])
            room = width
        lines[-1] += piece
        room -= needed
    return [tuple(line) for line in lines]

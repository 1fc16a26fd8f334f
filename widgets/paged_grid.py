"""A table of any length: rows are asked for where one looks, and drawn when they come.

It holds only the stretches that were looked at last. A row that has not come yet is shown by
its number and dots; no key waits for it.
"""

from collections import OrderedDict
from collections.abc import Sequence

from rich.segment import Segment
from textual.events import Blur, Click, Focus
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from widgets.cells import BLANK, Align, Cell, fit, width_of
from widgets.ink import Ground
from widgets.lines import LineView, strip_of
from widgets.outside import neutral

STRETCH = 256
"""How many rows are asked for at once; fewer of a table with many columns."""
CELLS = 8_192
"""How many cells are asked for at once, so that none of them is felt as they come."""
KEPT = 16
"""How many stretches are held."""
WIDEST = 32
HEADER = 1
GAP = 2
NOT_READ = "…"
MARKER = "▸"
MORE = " >"
"""Stands where there are more columns to the right."""

Heading = tuple[str, Align]


class PagedGrid(LineView, can_focus=True):
    """Rows by their number, one of them under the cursor."""

    class Wanted(Message):
        """Rows are looked at that have not come yet."""

    class Moved(Message):
        """The cursor stands on another row."""

        def __init__(self, grid: "PagedGrid", row: int) -> None:
            super().__init__()
            self.grid = grid
            self.row = row

        @property
        def control(self) -> "PagedGrid":
            """The grid it happened in, for `@on` selectors."""
            return self.grid

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
        numbers: str = "row",
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.cursor = 0
        self._numbers = Cell(numbers, "quiet")
        self.rows = 0
        self._headings: tuple[Heading, ...] = ()
        self._told: Sequence[Heading] = ()
        self._widths: list[int] = []
        self._left = 0
        self._stretch = STRETCH
        self._stretches: OrderedDict[int, Sequence[Sequence[str]]] = OrderedDict()
        self._stale: set[int] = set()
        """Stretches that are shown and have become others meanwhile."""
        self._strips: dict[int, Strip] = {}

    def open(self, headings: Sequence[Heading], rows: int) -> None:
        """Show another table; nothing of it has come yet."""
        self._told = headings
        self._headings = tuple((neutral(label), align) for label, align in headings)
        self._widths = [min(width_of(label), WIDEST) for label, _ in self._headings]
        self.rows, self.cursor, self._left = rows, 0, 0
        self._stretch = max(min(STRETCH, CELLS // max(len(self._headings), 1)), 1)
        self._stretches.clear()
        self._stale.clear()
        self.virtual_size = Size(self.room.width, rows + HEADER)
        self.scroll_to(y=0, animate=False, force=True)
        self._redraw()
        self._ask()

    def lengthen(self, rows: int) -> None:
        """Show that there are more rows now, or other ones; what is shown stays until they come."""
        self.rows = rows
        self.cursor = max(min(self.cursor, rows - 1), 0)
        self._stale = set(self._stretches)
        self.virtual_size = Size(self.room.width, rows + HEADER)
        self._ask()

    def missing(self) -> tuple[int, int] | None:
        """Return the first stretch that is looked at and not there: its row, and how many."""
        first = self.scroll_offset.y
        last = min(first + max(self.room.height - HEADER, 1), self.rows)
        size = self._stretch
        for stretch in range(first // size, -(-last // size)):
            if stretch not in self._stretches or stretch in self._stale:
                return stretch * size, min(size, self.rows - stretch * size)
        return None

    def fill(self, headings: Sequence[Heading], rows: Sequence[Sequence[str]]) -> None:
        """Show a table that is here already, all of it."""
        if headings == self._told:
            self.lengthen(len(rows))
            self._stretches.clear()
        else:
            self.open(headings, len(rows))
        self._stretch = max(len(rows), 1)
        if rows:
            self.give(0, rows)
        self._redraw()

    def texts(self, row: int) -> Sequence[str]:
        """Return what stands in a row; nothing where it has not come yet."""
        return self._row_texts(row) or ()

    def give(self, first: int, rows: Sequence[Sequence[str]]) -> None:
        """Take rows that have come; `first` is the row they begin at."""
        stretch = first // self._stretch
        self._stretches[stretch] = rows
        self._stale.discard(stretch)
        self._stretches.move_to_end(stretch)
        while len(self._stretches) > KEPT:
            self._stretches.popitem(last=False)
        self._widen(rows)
        self._redraw()

    @property
    def plain(self) -> str:
        """What can be seen, as text without colour."""
        return "\n".join(self.render_line(y).text.rstrip() for y in range(self.room.height))

    def go_to(self, row: int) -> None:
        """Put the cursor on a row, counted from 0, and show it."""
        row = max(min(row, self.rows - 1), 0)
        before, self.cursor = self.cursor, row
        if row != before:
            self.post_message(self.Moved(self, row))
        for changed in (before, row):
            self._refresh_row(changed)
        shown = max(self.room.height - HEADER, 1)
        top = self.scroll_offset.y
        if not top <= row < top + shown:
            top = row if row < top else row - shown + 1
            self.scroll_to(y=top, animate=False, force=True)

    def move(self, rows: int) -> None:
        """Move the cursor down, or up."""
        self.go_to(self.cursor + rows)

    def page(self, pages: int) -> None:
        """Move the cursor by what can be seen at once."""
        self.move(pages * max(self.room.height - HEADER - 1, 1))

    def shift(self, columns: int) -> None:
        """Begin with a column farther to the right, or left."""
        left = max(min(self._left + columns, len(self._headings) - 1), 0)
        if left != self._left:
            self._left = left
            self._redraw()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for what is looked at now."""
        super().watch_scroll_y(old_value, new_value)
        self._ask()

    def on_resize(self) -> None:
        """Draw anew in the new size, and ask for what is seen more."""
        self.virtual_size = Size(self.room.width, self.rows + HEADER)
        self._redraw()
        self._ask()

    def on_click(self, event: Click) -> None:
        """Put the cursor on the row under the mouse."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y >= HEADER:
            self.go_to(offset.y - HEADER + self.scroll_offset.y)

    def on_focus(self, event: Focus) -> None:
        """Show the cursor in the colour of the focused pane."""
        del event
        self._refresh_row(self.cursor)

    def on_blur(self, event: Blur) -> None:
        """Show the cursor in the quiet colour."""
        del event
        self._refresh_row(self.cursor)

    def forget_strips(self) -> None:
        """Throw away what was drawn in another width or ink."""
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """Return one line: the header, a row, or nothing."""
        if y < HEADER:
            labels = [Cell(label, "quiet") for label, _ in self._headings]
            return self._strip(self._numbers, labels, "")
        row = y - HEADER + self.scroll_offset.y
        if row >= self.rows:
            is_told = y == HEADER and not self.rows and self._headings
            hint = (Cell("  No rows", "quiet"),) if is_told else ()
            return strip_of(hint, self.room.width, self.ink)
        strip = self._strips.get(row)
        if strip is None:
            strip = self._row(row)
            if self._row_texts(row) is not None:
                self._strips[row] = strip
        return strip

    def _row_texts(self, row: int) -> Sequence[str] | None:
        stretch = self._stretches.get(row // self._stretch)
        place = row % self._stretch
        return None if stretch is None or place >= len(stretch) else stretch[place]

    def _row(self, row: int) -> Strip:
        texts = self._row_texts(row)
        if texts is None:
            cells = [Cell(NOT_READ, "quiet") for _ in self._headings]
        else:
            cells = [Cell(text, "quiet" if text == "—" else "words") for text in texts]
        ground: Ground = ""
        if row == self.cursor:
            ground = "cursor" if self.has_focus else "cursor-idle"
        return self._strip(Cell(f"{row + 1:,}", "quiet"), cells, ground, row == self.cursor)

    def _strip(
        self,
        number: Cell,
        cells: Sequence[Cell],
        ground: Ground,
        is_marked: bool = False,  # noqa: FBT001, FBT002 - the cursor's row
    ) -> Strip:
        style_of, gap = self.ink.style, " " * GAP
        digits = max(len(f"{self.rows:,}"), 3)
        segments = [
            Segment(MARKER if is_marked else " ", style_of(BLANK, ground)),
            Segment(fit(number.text, digits, "right"), style_of(number, ground)),
        ]
        width = self.room.width
        room = width - digits - width_of(MARKER)
        for place in range(self._left, len(cells)):
            room -= GAP + self._widths[place]
            if room < 0 and place > self._left:
                # half a figure would be another figure: what does not fit is farther to the right
                segments.append(Segment(MORE, style_of(Cell(MORE, "quiet"), ground)))
                break
            align = self._headings[place][1]
            text = fit(cells[place].text, self._widths[place], align)
            segments.append(Segment(gap + text, style_of(cells[place], ground)))
        return Strip(segments).adjust_cell_length(width, style_of(BLANK, ground))

    def _widen(self, rows: Sequence[Sequence[str]]) -> None:
        for place in range(len(self._widths)):
            widest = max((width_of(row[place]) for row in rows), default=0)
            self._widths[place] = min(max(self._widths[place], widest), WIDEST)

    def _refresh_row(self, row: int) -> None:
        self._strips.pop(row, None)
        y = row + HEADER - self.scroll_offset.y
        if HEADER <= y < self.room.height:
            self.refresh(Region(0, y, self.room.width, 1))

    def _redraw(self) -> None:
        self._strips.clear()
        self.refresh()

    def _ask(self) -> None:
        if len(self._strips) > STRETCH * 2:
            self._strips.clear()
        if self.is_attached and self.missing() is not None:
            self.post_message(self.Wanted())

"""A table that draws what changed and nothing else.

Rows are tuples of cells under a key. A row handed over again as the same object
costs a comparison; one with a new cell costs that cell's region on the screen.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.events import Blur, Click, Focus
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from widgets.cells import BLANK, Cell, Line, harmless, width_of
from widgets.columns import Column, Placed, place
from widgets.grid_line import GUTTER, changed_spans, grid_strip
from widgets.ink import Ground
from widgets.lines import LineView, strip_of

MARKER = "▸"
"""Points at the selected row, so that it is found without colour."""
HEADER = 1


class Grid(LineView, can_focus=True):
    """Rows under a header line, one of them selected by its key."""

    class Selected(Message):
        """Another row was selected, by key or by mouse."""

        def __init__(self, grid: "Grid", key: str) -> None:
            super().__init__()
            self.grid = grid
            self.key = key

        @property
        def control(self) -> "Grid":
            """The grid it happened in, for `@on` selectors."""
            return self.grid

    COLUMNS: ClassVar[tuple[Column, ...]] = ()

    def __init__(
        self,
        columns: Sequence[Column] | None = None,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns = tuple(columns or self.COLUMNS)
        self.selected: str | None = None
        self._rows: Mapping[str, Line] = {}
        self._keys: tuple[str, ...] = ()
        self._places: dict[str, int] = {}
        self._placeholder = BLANK
        self._footer: Line | None = None
        self._widths = [max(column.width, width_of(column.label)) for column in self.columns]
        self._placed: tuple[Placed, ...] = ()
        self._strips: dict[str, Strip] = {}
        self._header: Strip | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the rows, from top to bottom."""
        return self._keys

    def row(self, key: str) -> Line:
        """Return the cells of a row. KeyError when there is none."""
        return self._rows[key]

    def set_rows(
        self,
        rows: Mapping[str, Line],
        *,
        footer: Line | None = None,
        placeholder: Cell = BLANK,
    ) -> None:
        """Show these rows in their order; only cells that differ are drawn.

        The placeholder stands where there are no rows, the footer on the last line.
        """
        keys = tuple(rows)
        known = self._rows
        told = {key: _take(known.get(key), row) for key, row in rows.items()}
        fresh = [row for key, row in told.items() if row is not known.get(key)]
        total = None if footer is None else _take(self._footer, footer)
        grown = self._widen(fresh if total is None else [*fresh, total])
        self._rows = told
        if grown or (total is None) != (self._footer is None) or placeholder != self._placeholder:
            self._footer, self._placeholder = total, placeholder
            self._rearrange(keys)
            return
        if total != self._footer:
            self._footer = total
            self._refresh_line(self.room.height - 1)
        if len(keys) != len(self._keys):
            self._rearrange(keys)
            return
        if keys != self._keys:
            self._reorder(keys)
        for key in keys:
            old, new = known.get(key), told[key]
            if old is not new and old is not None:
                self._refresh_cells(key, old, new)

    def select(self, key: str | None) -> None:
        """Select a row, scroll to it and say so; an unknown key selects nothing."""
        key = key if key in self._places else None
        if key == self.selected:
            return
        before, self.selected = self.selected, key
        for changed in (before, key):
            if changed is not None:
                self._refresh_row(changed)
        if key is not None:
            self._scroll_to_row(self._places[key])
            self.post_message(self.Selected(self, key))

    def select_next(self) -> None:
        """Select the row below, the first if none is selected."""
        self._select_at(self._index() + 1)

    def select_previous(self) -> None:
        """Select the row above."""
        self._select_at(max(self._index(), 0) - 1 if self.selected else 0)

    def select_first(self) -> None:
        """Select the first row."""
        self._select_at(0)

    def select_last(self) -> None:
        """Select the last row."""
        self._select_at(len(self._keys) - 1)

    def on_click(self, event: Click) -> None:
        """Select the row under the mouse."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y < HEADER:
            return
        index = offset.y - HEADER + self.scroll_offset.y
        if index < len(self._keys) and not self._is_footer(offset.y):
            self.select(self._keys[index])

    def on_focus(self, event: Focus) -> None:
        """Show the selected row in the colour of the focused pane."""
        del event
        self._refresh_selected()

    def on_blur(self, event: Blur) -> None:
        """Show the selected row in the quiet colour."""
        del event
        self._refresh_selected()

    def on_resize(self) -> None:
        """Place the columns anew; draw all."""
        self._rearrange(self._keys)
        if self.selected is not None:
            self._scroll_to_row(self._places[self.selected])

    def forget_strips(self) -> None:
        """Throw away what was drawn in another width or ink."""
        self._strips.clear()
        self._header = None

    def render_line(self, y: int) -> Strip:
        """Return one line: the header, a row, the footer or nothing."""
        if y < HEADER:
            return self._header_strip()
        if self._footer is not None and self._is_footer(y):
            return self._strip(self._footer)
        index = y - HEADER + self.scroll_offset.y
        if index < len(self._keys):
            return self._row_strip(self._keys[index])
        is_hint = y == HEADER and not self._keys
        hint = (Cell(" "), self._placeholder) if is_hint else ()
        return strip_of(hint, self.room.width, self.ink)

    def _widen(self, rows: Sequence[Line]) -> bool:
        """Let columns grow with what they hold, so that no figure is ever cut."""
        grown = False
        for row in rows:
            for index, cell in enumerate(row):
                if width_of(cell.text) > self._widths[index]:
                    self._widths[index] = width_of(cell.text)
                    grown |= not self.columns[index].stretches
        return grown

    def _rearrange(self, keys: tuple[str, ...]) -> None:
        self._set_keys(keys)
        width = self.room.width
        self._placed = place(self.columns, self._widths, width - GUTTER)
        fixed = HEADER + (self._footer is not None)
        self.virtual_size = Size(width, len(keys) + fixed)
        self.forget_strips()
        self.refresh()

    def _reorder(self, keys: tuple[str, ...]) -> None:
        before = self._keys
        self._set_keys(keys)
        for index, (old, new) in enumerate(zip(before, keys, strict=True)):
            if old != new:
                self._refresh_line(index + HEADER - self.scroll_offset.y)

    def _set_keys(self, keys: tuple[str, ...]) -> None:
        if keys == self._keys:
            return
        index = self._index()
        self._keys = keys
        self._places = {key: place for place, key in enumerate(keys)}
        self._strips = {key: strip for key, strip in self._strips.items() if key in self._places}
        if self.selected is not None and self.selected not in self._places:
            self.selected = None
            self._select_at(min(index, len(keys) - 1))

    def _index(self) -> int:
        return -1 if self.selected is None else self._places.get(self.selected, -1)

    def _select_at(self, index: int) -> None:
        if 0 <= index < len(self._keys):
            self.select(self._keys[index])

    def _is_footer(self, y: int) -> bool:
        return self._footer is not None and y == self.room.height - 1

    def _scroll_to_row(self, index: int) -> None:
        shown = self.room.height - HEADER - (self._footer is not None)
        if shown <= 0:
            return
        top = self.scroll_offset.y
        if index < top:
            self.scroll_to(y=index, animate=False, force=True)
        elif index >= top + shown:
            self.scroll_to(y=index - shown + 1, animate=False, force=True)

    def _refresh_selected(self) -> None:
        if self.selected is not None:
            self._refresh_row(self.selected)

    def _refresh_row(self, key: str) -> None:
        self._strips.pop(key, None)
        if key in self._places:
            self._refresh_line(self._places[key] + HEADER - self.scroll_offset.y)

    def _refresh_line(self, y: int) -> None:
        if 0 <= y < self.room.height:
            self.refresh(Region(0, y, self.room.width, 1))

    def _refresh_cells(self, key: str, old: Line, new: Line) -> None:
        self._strips.pop(key, None)
        y = self._places[key] + HEADER - self.scroll_offset.y
        if not HEADER <= y < self.room.height or self._is_footer(y):
            return
        for left, right in changed_spans(old, new, self._placed):
            self.refresh(Region(left, y, right - left, 1))

    def _header_strip(self) -> Strip:
        if self._header is None:
            labels = tuple(Cell(column.label, "quiet") for column in self.columns)
            self._header = self._strip(labels)
        return self._header

    def _row_strip(self, key: str) -> Strip:
        strip = self._strips.get(key)
        if strip is None:
            ground: Ground = ""
            if key == self.selected:
                ground = "cursor" if self.has_focus else "cursor-idle"
            marker = MARKER if key == self.selected else " "
            strip = self._strips[key] = self._strip(self._rows[key], ground, marker)
        return strip

    def _strip(self, row: Line, ground: Ground = "", mark: str = " ") -> Strip:
        return grid_strip(row, self._placed, self.room.width, self.ink, ground=ground, mark=mark)


def _take(known: Line | None, told: Line) -> Line:
    """Return the known row where it is the same, else the told one made harmless."""
    if known is told:
        return told
    clean = tuple(harmless(cell) for cell in told)
    if clean == known:
        return known
    return told if clean == told else clean

"""Panes drawn line by line: only a line that changed is drawn again."""

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from widgets.cells import BLANK, Cell, Line, Meaning, fit, harmless, width_of
from widgets.ink import Ground, Ink
from widgets.outside import neutral

INDENT = "  "


def paragraph(text: str, width: int, meaning: Meaning, indent: str = INDENT) -> list[Line]:
    """Return a text as lines of `width` columns behind the indent."""
    return [(Cell(f"{indent}{row}", meaning),) for row in wrap(text, width)]


def strip_of(line: Line, width: int, ink: Ink, ground: Ground = "") -> Strip:
    """Return a line of cells as Textual draws it, filled to `width` columns."""
    segments: list[Segment] = []
    room = width
    for cell in line:
        needed = width_of(cell.text)
        text = cell.text if needed <= room else fit(cell.text, room)
        if text:
            segments.append(Segment(text, ink.style(cell, ground)))
        room -= min(needed, room)
    if room:
        segments.append(Segment(" " * room, ink.style(BLANK, ground)))
    return Strip(segments, width)


class LineView(ScrollView, inherit_bindings=False):
    """The common ground of our Line-API widgets: their ink, and when it must be mixed anew."""

    DEFAULT_CSS = """
    LineView {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        scrollbar-gutter: stable;
    }
    """
    ALLOW_SELECT = False
    HEADING: ClassVar[str] = ""
    """The title in the border until another is written."""

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._ink: Ink | None = None
        self._inked_for: tuple[str, str] | None = None
        self._titles: tuple[str, str] = ("", "")
        self._number = ""
        self.entitle(self.HEADING)

    @property
    def room(self) -> Size:
        """What can be written on: the pane without border, padding and scrollbar."""
        return self.scrollable_content_region.size

    @property
    def ink(self) -> Ink:
        """The styles of this widget under the present theme."""
        if self._ink is None:
            base, own = self.background_colors
            background = (base + own).hex6
            self._ink = Ink(self.app.theme_variables, background)
            self._inked_for = (self.app.theme, background)
        return self._ink

    def notify_style_update(self) -> None:
        """Mix the ink anew when the theme or the background changed, not at each focus."""
        super().notify_style_update()
        if self._ink is None or not self.is_attached:
            return
        base, own = self.background_colors
        if self._inked_for != (self.app.theme, (base + own).hex6):
            self._ink = None
            self.forget_strips()
            self.refresh()

    def forget_strips(self) -> None:
        """Throw away what was drawn in another width or ink."""

    def number(self, number: str) -> None:
        """Write the key that goes to this pane before its title."""
        self._number = number
        titles, self._titles = self._titles, ("", "")
        self.entitle(*titles)

    def entitle(self, title: str, aside: str = "") -> None:
        """Write a title into the border and an aside below it; never read as markup."""
        if (title, aside) == self._titles:
            return
        self._titles = (title, aside)
        numbered = f"{self._number} {title}" if self._number else title
        self.border_title = Content(neutral(numbered))
        self.border_subtitle = Content(neutral(aside)) if aside else None


class LinePane(LineView):
    """Lines of cells, scrolled when there are more than fit."""

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: Sequence[Line] = ()
        self._strips: dict[int, Strip] = {}

    @property
    def plain(self) -> str:
        """Everything the pane holds, as text without colour."""
        return "\n".join("".join(cell.text for cell in line).rstrip() for line in self._lines)

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Show these lines; only those that differ from what is shown are drawn."""
        told = [tuple(harmless(cell) for cell in line) for line in lines]
        known, self._lines = self._lines, told
        if len(told) != len(known):
            self.virtual_size = Size(self.room.width, len(told))
            self.forget_strips()
            self.refresh(layout=self.styles.is_auto_height)
            return
        top = self.scroll_offset.y
        for y, (old, new) in enumerate(zip(known, told, strict=True)):
            if old != new:
                self._strips.pop(y, None)
                self.refresh(Region(0, y - top, self.room.width, 1))

    def lend_lines(self, lines: Sequence[Line]) -> None:
        """Show lines that are looked at only when they are drawn, and are harmless then."""
        self._lines = lines
        self.virtual_size = Size(self.room.width, len(lines))
        self.forget_strips()
        self.refresh(layout=self.styles.is_auto_height)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Be as high as there are lines, where the stylesheet asks for `auto`."""
        del container, viewport, width
        return len(self._lines)

    def on_resize(self) -> None:
        """Draw anew in the new width."""
        self.virtual_size = Size(self.room.width, len(self._lines))
        self.forget_strips()

    def forget_strips(self) -> None:
        """Throw away what was drawn in another width or ink."""
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """Return one line of the pane."""
        at = y + self.scroll_offset.y
        strip = self._strips.get(at)
        if strip is None:
            line = self._lines[at] if at < len(self._lines) else ()
            strip = self._strips[at] = strip_of(line, self.room.width, self.ink)
        return strip

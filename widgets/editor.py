"""Where code is written: Textual's editor, its text harmless and in the palette's colours."""

from rich.style import Style
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from widgets.cells import Meaning
from widgets.outside import neutral
from widgets.python_words import pieces

MEANINGS: dict[str, Meaning] = {
    "comment": "quiet",
    "string": "gain",
    "number": "level",
    "keyword": "info",
    "name": "strong",
    "decorator": "working",
    "builtin": "working",
    "mistake": "loss",
}
BOLD = frozenset({"keyword", "name"})
INDENT = 4
MOST_COLOURED = 32 * 1024
"""A longer text is not coloured: each key would wait for all of it to be read again."""


class Editor(TextArea):
    """Python with line numbers; escape leaves it, tab indents."""

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        self._wrong_line: int | None = None
        super().__init__(
            id=id,
            theme="css",
            tab_behavior="indent",
            show_line_numbers=True,
            soft_wrap=False,
            highlight_cursor_line=True,
        )

    def open(self, text: str) -> None:
        """Show another text from its beginning; what it was before can not be undone to."""
        self._wrong_line = None
        self.load_text(harmless(text))

    def edit(self, edit: Edit) -> EditResult:
        """Take what is typed or pasted, without what would act on a terminal."""
        edit.text = harmless(edit.text)
        self._wrong_line = None
        return super().edit(edit)

    def mark(self, line: int | None) -> None:
        """Show which line is wrong, counted from 1, and go to it."""
        count = self.document.line_count
        self._wrong_line = None if line is None or not 0 < line <= count else line - 1
        if self._wrong_line is not None:
            self.move_cursor((self._wrong_line, 0), center=True)
        self._build_highlight_map()
        self.refresh()

    def _build_highlight_map(self) -> None:
        """Colour by our own reading: the editor's needs parsers that are no part of Killcord."""
        self._line_cache.clear()
        self._highlights.clear()
        text = self.text
        for piece in pieces(text) if len(text) <= MOST_COLOURED else ():
            self._highlights[piece.line].append((piece.first, piece.end, piece.kind))
        if self._wrong_line is not None:
            self._highlights[self._wrong_line] = [(0, None, "mistake")]

    def _set_theme(self, theme: str) -> None:
        super()._set_theme(theme)
        colours = self.app.theme_variables
        self._theme.syntax_styles = {
            name: Style(
                color=colours.get(meaning, colours["foreground"]), bold=name in BOLD or None
            )
            for name, meaning in MEANINGS.items()
        }


def harmless(text: str) -> str:
    """Return text line by line without anything that acts; tabs become blanks."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(neutral(line.expandtabs(INDENT)) for line in lines)

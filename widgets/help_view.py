"""Help: every action by group with its keys, as the action table tells them."""

from collections.abc import Sequence
from typing import NamedTuple

from widgets.cells import Cell, Line
from widgets.lines import LinePane

NAMES = {
    "slash": "/",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "colon": ":",
    "space": "Space",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
}
KEYS = 14
COLUMN = 38
"""Columns of one group; as many groups stand side by side as fit."""


class HelpRow(NamedTuple):
    """One action as help lists it."""

    group: str
    keys: str
    """Textual's key names, separated by commas."""
    label: str


class HelpView(LinePane, can_focus=True):
    """The keys, group by group."""

    HEADING = "Keys"

    def __init__(
        self,
        rows: Sequence[HelpRow] = (),
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._rows = tuple(rows)

    def set_rows(self, rows: Sequence[HelpRow]) -> None:
        """Show other actions."""
        self._rows = tuple(rows)
        self._draw()

    def on_resize(self) -> None:
        """Set the groups anew side by side."""
        super().on_resize()
        self._draw()

    def _draw(self) -> None:
        across = max((self.room.width - 1) // COLUMN, 1)
        self.set_lines(_beside(_columns(_groups(self._rows), across)))


def key_names(keys: str) -> str:
    """Return the keys as they are printed on a keyboard: `/ t` for `slash,t`."""
    return " ".join(_name(key.strip()) for key in keys.split(","))


def _name(key: str) -> str:
    if key in NAMES:
        return NAMES[key]
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+').upper()}"
    return key.upper() if key[:1] == "f" and key[1:].isdigit() else key


def _groups(rows: Sequence[HelpRow]) -> list[list[Line]]:
    groups: dict[str, list[Line]] = {}
    for row in rows:
        lines = groups.setdefault(row.group, [(Cell(f" {row.group}", "info", bold=True),)])
        keys = Cell(f"  {key_names(row.keys):<{KEYS}}", "strong", bold=True)
        lines.append((keys, Cell(row.label)))
    return [[*lines, ()] for lines in groups.values()]


def _columns(groups: Sequence[list[Line]], across: int) -> list[list[Line]]:
    """Fill each column to about the same height without breaking a group."""
    height = -(-sum(map(len, groups)) // across)
    columns: list[list[Line]] = [[]]
    for group in groups:
        is_full = columns[-1] and len(columns[-1]) + len(group) > height + 2
        if is_full and len(columns) < across:
            columns.append([])
        columns[-1].extend(group)
    return columns


def _beside(columns: Sequence[list[Line]]) -> list[Line]:
    lines: list[Line] = []
    for y in range(max(map(len, columns), default=0)):
        line: list[Cell] = []
        for column in columns:
            cells = column[y] if y < len(column) else ()
            room = COLUMN - sum(len(cell.text) for cell in cells)
            line += [*cells, Cell(" " * max(room, 0))]
        lines.append(tuple(line))
    return lines

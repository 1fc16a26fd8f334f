"""The last line: which keys do something here, the cord first; read from the action table."""

from collections.abc import Iterable, Sequence

from console.actions import ACTIONS, BY_ID
from widgets.cells import Cell, width_of
from widgets.help_view import key_names
from widgets.lines import LinePane

Keys = Sequence[tuple[str, str]]
"""Keys as printed on a keyboard, and what they do."""

WRITING: Keys = (("Enter", "Arm, then send"), ("Esc", "Disarm, leave"), ("↑ ↓", "History"))


def key_of(action_id: str) -> str:
    """Return the first key of an action as a person reads it."""
    return key_names(BY_ID[action_id].keys.split(",")[0])


def keys_of(actions: Iterable[str]) -> Keys:
    """Return the keys of some actions that belong on the line, in the table's order."""
    wanted = frozenset(actions)
    return [
        (key_of(action.id), action.label)
        for action in ACTIONS
        if action.in_footer and action.id in wanted
    ]


class KeyLine(LinePane):
    """One line of keys; those that do not fit are left out whole, the last ones first."""

    DEFAULT_CSS = """
    KeyLine {
        dock: bottom;
        height: 1;
        background: $panel;
        overflow: hidden;
    }
    """

    def __init__(self, keys: Keys) -> None:
        super().__init__()
        self._keys = keys

    def set_keys(self, keys: Keys) -> None:
        """Show other keys."""
        if keys != self._keys:
            self._keys = keys
            self._draw()

    def on_resize(self) -> None:
        """Choose anew what fits."""
        super().on_resize()
        self._draw()

    def _draw(self) -> None:
        line: list[Cell] = []
        room = self.size.width
        for key, label in self._keys:
            pair = (Cell(f" {key} ", "info", bold=True), Cell(f"{label} ", "words"))
            room -= sum(width_of(cell.text) for cell in pair)
            if room < 0:
                break
            line += pair
        self.set_lines([tuple(line)])

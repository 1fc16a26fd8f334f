"""Help over the screen: every key, or those of one pane; all read from the action table."""

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from console.actions import ACTIONS
from widgets.help_view import HelpRow, HelpView

ORDER_LINE = (
    HelpRow("Order line", "enter", "Arm, then send"),
    HelpRow("Order line", "escape", "Disarm, then leave"),
    HelpRow("Order line", "up,down", "Lines written before"),
    HelpRow("Order line", "ctrl+u", "Clear; up brings it back"),
)
GROUPS_OF: Mapping[str, tuple[str, ...]] = {
    "watchlist": ("Watchlist", "Trading", "Moving"),
    "chart": ("Chart", "Trading"),
    "positions": ("Trading", "Moving"),
    "orders": ("Trading", "Moving"),
    "alerts": ("Alerts", "Moving"),
    "analytics": ("Analytics", "Moving"),
    "ticket": ("Order line", "Trading"),
}
"""Which groups of the action table matter in a pane; halt is always told."""


class HelpScreen(ModalScreen[None]):
    """Shows help until a key closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "close", "Close", priority=True),
        Binding("j,down", "scroll(+1)", "Down", show=False),
        Binding("k,up", "scroll(-1)", "Up", show=False),
    ]

    def __init__(self, pane: str | None = None) -> None:
        super().__init__()
        self._pane = pane

    def compose(self) -> ComposeResult:
        """Show the help."""
        yield HelpView(rows_for(self._pane), id="help")

    def action_close(self) -> None:
        """Go back."""
        self.dismiss()

    def action_scroll(self, lines: int) -> None:
        """Show what lies below or above."""
        self.query_one(HelpView).scroll_relative(y=lines, animate=False)


def rows_for(pane: str | None) -> list[HelpRow]:
    """Return what help lists for a pane, everything for None."""
    rows = [*(HelpRow(a.group, a.keys, a.label) for a in ACTIONS), *ORDER_LINE]
    if pane is None:
        return rows
    groups = ("Safety", *GROUPS_OF.get(pane, ()))
    return sorted((row for row in rows if row.group in groups), key=lambda r: groups.index(r.group))

"""A screen of numbered panes: going from one to the other, and moving inside one."""

from collections.abc import Callable
from typing import Final

from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Input

from console.screens.keys import AT_ONCE
from widgets.grid import Grid

PANES: Final = ("watchlist", "chart", "positions", "orders", "alerts", "analytics", "ticket")
"""The ids of the panes, in the order of their number keys."""

PANE_OF: Final = {**{name: name for name in PANES}, "newest-run": "analytics"}
"""In which pane what has an id stands: the analytics pane has two pages."""

ALWAYS_SHOWN: Final = frozenset({"watchlist", "ticket"})


def pane_of(node: DOMNode | None) -> str | None:
    """Return the pane that something on the screen belongs to."""
    nodes = () if node is None else node.ancestors_with_self
    return next((PANE_OF[one.id] for one in nodes if one.id in PANE_OF), None)


class PaneScreen(Screen[None]):
    """Shows all panes where there is room, else those always shown and one more."""

    def __init__(self) -> None:
        super().__init__()
        self._shown_pane = ""

    def show_pane(self, name: str) -> None:
        """Let a pane take the place of the one shown on a small screen."""
        if name in ALWAYS_SHOWN:
            return
        self.remove_class(f"-shows-{self._shown_pane}")
        self._shown_pane = name
        self.add_class(f"-shows-{name}")

    def focus_pane(self, name: str) -> None:
        """Give a pane the keys."""
        self.set_focus(self.query_one(f"#{name}"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let no key act before a field that is written in has heard it."""
        del parameters
        return action != AT_ONCE or not isinstance(self.focused, Input)

    async def action_at_once(self, action: str) -> None:
        """Do what a key says before the next key is looked at."""
        await self.run_action(action)

    def follow_row(self, grid: Grid) -> None:
        """Do at once what the row now selected in `grid` means."""

    def action_focus_pane(self, name: str) -> None:
        """Go to a pane; on a small screen it takes the place of the one shown."""
        self.show_pane(name)
        self.focus_pane(name)

    def action_next_pane(self) -> None:
        """Go to the pane with the next number."""
        self._step_pane(+1)

    def action_previous_pane(self) -> None:
        """Go to the pane with the number before."""
        self._step_pane(-1)

    def _step_pane(self, places: int) -> None:
        pane = pane_of(self.focused)
        here = -1 if pane is None else PANES.index(pane)
        self.action_focus_pane(PANES[(here + places) % len(PANES)])

    def action_row_down(self) -> None:
        """Select the row below, or scroll."""
        self._move(Grid.select_next, "scroll_down")

    def action_row_up(self) -> None:
        """Select the row above, or scroll."""
        self._move(Grid.select_previous, "scroll_up")

    def action_row_first(self) -> None:
        """Select the first row, or scroll to the top."""
        self._move(Grid.select_first, "scroll_home")

    def action_row_last(self) -> None:
        """Select the last row, or scroll to the end."""
        self._move(Grid.select_last, "scroll_end")

    def _move(self, select: Callable[[Grid], None], scroll: str) -> None:
        if isinstance(self.focused, Grid):
            select(self.focused)
            self.follow_row(self.focused)
        elif self.focused is not None:
            getattr(self.focused, scroll)(animate=False)

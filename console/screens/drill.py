"""A halt drill from the console: it runs on a floor of its own, and its figures are shown here."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from console.screens.beside import run_beside
from widgets.outside import neutral

Drill = Callable[[], Awaitable[str]]
"""Runs a drill and returns what it told."""


class DrillScreen(ModalScreen[None]):
    """Drills while it is open; Escape ends both."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "back", "Back")]

    def __init__(self, drill: Drill) -> None:
        super().__init__()
        self._drill = drill

    def compose(self) -> ComposeResult:
        """Show what is being done until there is something to tell."""
        with Vertical(id="box") as box:
            box.border_title = "Halt drill"
            yield Static(
                "Pulling the cord on a venue and a desk of its own, by command, signal and key.\n"
                "Your profile, its latch and its orders are not touched.\n"
                "This takes up to a minute. Esc ends it.",
                markup=False,
                id="answer",
            )

    def on_mount(self) -> None:
        """Begin at once."""
        run_beside(self, self._run, "drill")

    async def _run(self) -> None:
        told = await self._drill()
        lines = "\n".join(neutral(line) for line in told.splitlines())
        self.query_one("#answer", Static).update(lines)

    def action_back(self) -> None:
        """Go back; a drill that runs is ended."""
        self.dismiss()

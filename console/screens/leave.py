"""What is asked before the console ends: leave the desk alone, or stop it too?"""

from collections.abc import Callable
from enum import StrEnum
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from console.domain.state import TradingState


class Leaving(StrEnum):
    """How to go."""

    DETACH = "detach"
    STOP_DESK = "stop the desk"


class LeaveScreen(ModalScreen[Leaving | None]):
    """Asks how to go; Escape stays."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d,enter", "detach", "Detach"),
        Binding("s", "stop_desk", "Stop the desk"),
        Binding("escape,q", "stay", "Stay"),
    ]

    def __init__(self, state: Callable[[], TradingState]) -> None:
        super().__init__()
        self._state = state

    def compose(self) -> ComposeResult:
        """Show the choices and what stays behind."""
        with Vertical(id="box") as box:
            box.border_title = "Leave"
            yield Static(self._sentence(), markup=False, id="sentence")
            yield Static(
                "d  detach: the desk goes on without a console (Enter)\n"
                "s  stop the desk: nothing watches the market any more\n"
                "Esc  stay",
                markup=False,
            )

    def _sentence(self) -> str:
        count = len(self._state().open_orders)
        if not count:
            return "No order is open."
        orders = "order stays" if count == 1 else "orders stay"
        return f"{count} open {orders} at the broker, whichever you choose."

    def action_detach(self) -> None:
        """Go, and leave the desk running."""
        self.dismiss(Leaving.DETACH)

    def action_stop_desk(self) -> None:
        """Go, and end the desk."""
        self.dismiss(Leaving.STOP_DESK)

    def action_stay(self) -> None:
        """Go on trading."""
        self.dismiss(None)

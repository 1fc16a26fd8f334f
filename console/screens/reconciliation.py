"""The reconciliation screen: what the last comparison with the broker found, and a new one."""

from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from console.domain.state import TradingState
from console.screens import errands
from console.screens.beside import run_beside
from console.screens.desk_link import DeskLink
from console.screens.key_line import KeyLine, keys_of
from console.screens.keys import ON_THE_APP, ON_THE_RECONCILIATION_SCREEN, reconciliation_bindings
from console.screens.status_screen import StatusScreen
from widgets.outside import neutral
from widgets.reconciliation_view import ReconciliationView


class ReconciliationScreen(StatusScreen):
    """Shows whether our picture and the broker's agree."""

    BINDINGS: ClassVar[list[BindingType]] = [*reconciliation_bindings()]

    def __init__(self, link: DeskLink, profile: str) -> None:
        super().__init__(link, profile)
        self._view = ReconciliationView(id="reconciliation")
        self._answer = Static(id="answer", markup=False)

    def compose(self) -> ComposeResult:
        """Stand the report under the header; below it the answer to the key."""
        yield from (self._status, self._view, self._answer)
        yield KeyLine(keys_of(ON_THE_RECONCILIATION_SCREEN | ON_THE_APP))

    def draw_state(self, state: TradingState, now: datetime) -> None:
        """Show the newest report."""
        self._view.show(state, now)

    def action_compare_now(self) -> None:
        """Have the desk ask the broker."""
        run_beside(self.app, self._compare, "reconcile")

    async def _compare(self) -> None:
        self._answer.update("Asking the broker …")
        receipt = await errands.ask(self._link, lambda desk: desk.reconcile())
        self._answer.update(neutral(f"{receipt.outcome.value.upper()}: {receipt.detail}"))

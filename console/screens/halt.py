"""The halt screen: what the cord has done so far, step by step, and the way back."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from console.domain.flatten import Extent
from console.domain.halt import Halt
from console.domain.receipts import Receipt
from console.domain.state import TradingState
from console.screens import errands
from console.screens.beside import run_beside
from console.screens.desk_link import DeskLink
from console.screens.flatten import FlattenScreen
from console.screens.key_line import KeyLine, keys_of
from console.screens.keys import ON_THE_APP, ON_THE_HALT_SCREEN, halt_bindings
from console.screens.rearm import RearmScreen
from console.screens.receipt_export import export_receipt
from console.screens.status_screen import StatusScreen
from widgets.halt_view import HaltView
from widgets.outside import neutral


class HaltScreen(StatusScreen):
    """Shows the halt until it is confirmed, and after."""

    BINDINGS: ClassVar[list[BindingType]] = [*halt_bindings()]

    def __init__(self, link: DeskLink, profile: str) -> None:
        super().__init__(link, profile)
        self._view = HaltView(id="halt")
        self._answer = Static(id="answer", markup=False)
        self._shown = ""
        """The halt that was drawn last, by id; empty when there was none."""

    def compose(self) -> ComposeResult:
        """Stand the checklist under the header; below it the answer to the key."""
        yield from (self._status, self._view, self._answer)
        yield KeyLine(keys_of(ON_THE_HALT_SCREEN | ON_THE_APP))

    def draw_state(self, state: TradingState, now: datetime) -> None:
        """Show how far the halt has come."""
        self._forget_the_answer(state.halt)
        self._view.tell_attached(is_attached=self._link.is_attached)
        self._view.show(state, now)

    def _forget_the_answer(self, halt: Halt | None) -> None:
        """Drop what was answered to a key once the halt that it belonged to is over."""
        was, self._shown = self._shown, "" if halt is None else halt.id
        if was and was != self._shown:
            self._answer.update("")

    def answer(self, receipt: Receipt) -> None:
        """Say what came of the key."""
        self._answer.update(neutral(f"{receipt.outcome.value.upper()}: {receipt.detail}"))

    def action_rearm(self) -> None:
        """Ask for the reason to trade again."""
        self.app.push_screen(RearmScreen(self._link), self._go_on)

    def action_flatten(self) -> None:
        """Ask whether every position is to be closed."""
        self.app.push_screen(FlattenScreen(self._link, Extent.ALL), self._tell_begun)

    def action_flatten_losing(self) -> None:
        """Ask whether the positions that lose too much are to be closed."""
        self.app.push_screen(FlattenScreen(self._link, Extent.LOSING), self._tell_begun)

    def _tell_begun(self, receipt: Receipt | None) -> None:
        if receipt is not None:
            self.answer(receipt)

    def action_fence(self) -> None:
        """Set the fence, which leaves the positions as they are; lift it when it stands."""
        halt = self._link.state.halt
        is_set = halt is None or not halt.is_fenced

        async def put() -> None:
            self.answer(await errands.ask(self._link, lambda desk: desk.fence(is_set=is_set)))

        run_beside(self, put, "fence")

    def action_export_receipt(self) -> None:
        """Write the receipt into the folder the console was started in."""
        halt, welcome = self._link.state.halt, self._link.welcome
        if halt is None or welcome is None:
            self._answer.update("There is no halt, so there is no receipt to export.")
            return
        folder, name = Path(welcome.state_folder), halt.id

        async def export() -> None:
            told = await asyncio.to_thread(export_receipt, folder, name, Path.cwd())
            self._answer.update(neutral(told))

        run_beside(self, export, "export")

    def _go_on(self, is_lifted: bool | None) -> None:  # noqa: FBT001 - Textual calls it
        """Go back to trading once the halt is lifted."""
        if is_lifted:
            self.dismiss()

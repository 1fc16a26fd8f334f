"""The halt screen: what the cord has done so far, step by step, and the way back."""

from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Footer, Static

from console.domain.receipts import Receipt
from console.screens.desk_link import DeskLink
from console.screens.keys import halt_bindings
from console.screens.rearm import RearmScreen
from widgets.halt_view import HaltView
from widgets.outside import neutral
from widgets.status_bar import StatusBar


class HaltScreen(Screen[None]):
    """Shows the halt until it is confirmed, and after."""

    BINDINGS: ClassVar[list[BindingType]] = [*halt_bindings()]

    def __init__(self, link: DeskLink, profile: str) -> None:
        super().__init__()
        self._link = link
        self._profile = profile

    def compose(self) -> ComposeResult:
        """Stand the checklist under the header; below it the answer to the key."""
        yield StatusBar(self._profile, id="status")
        yield HaltView(id="halt")
        yield Static(id="answer", markup=False)
        yield Footer(show_command_palette=False, compact=True)

    def draw(self, now: datetime) -> None:
        """Show how far the halt has come."""
        status = self.query_one(StatusBar)
        status.tell_attached(is_attached=self._link.is_attached)
        status.show(self._link.state, now)
        self.query_one(HaltView).show(self._link.state, now)

    def waits(self) -> None:
        """Say that the cord was pulled and no answer has come yet."""
        self._say("The cord is pulled: waiting for the desk to say that the latch is set.")

    def answer(self, receipt: Receipt) -> None:
        """Say what came of the key."""
        self._say(f"{receipt.outcome.value.upper()}: {receipt.detail}")

    def _say(self, sentence: str) -> None:
        self.query_one("#answer", Static).update(neutral(sentence))

    def action_rearm(self) -> None:
        """Ask for the reason to trade again."""
        self.app.push_screen(RearmScreen(self._link))

    def action_back(self) -> None:
        """Go back; the halt stays."""
        self.dismiss()

"""Holding back: from now on only orders pass that reduce, until somebody re-arms."""

from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from console.domain.receipts import Outcome
from console.screens import errands
from console.screens.beside import run_beside
from console.screens.desk_link import DeskLink
from widgets.outside import neutral

LONGEST_REASON = 200


class ReduceScreen(ModalScreen[None]):
    """Asks why, and asks the desk to let only orders through that reduce."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "stay", "Stay as it is")]

    def __init__(self, link: DeskLink) -> None:
        super().__init__()
        self._link = link
        self._is_asking = False

    def compose(self) -> ComposeResult:
        """Show what will happen, a line for the reason, and the answer."""
        with Vertical(id="box") as box:
            box.border_title = "Reduce only"
            words = "Until a re-arm only orders that reduce, and cancels, will pass. Why?"
            yield Static(words, id="sentence")
            yield Input(placeholder="reason", max_length=LONGEST_REASON, id="reason")
            yield Static("Enter holds back, Esc leaves all as it is.", markup=False, id="answer")

    @on(Input.Submitted)
    def reduce(self, event: Input.Submitted) -> None:
        """Ask the desk, once at a time; unlike a re-arm it needs no reason to be safe."""
        event.stop()
        if not self._is_asking:
            self._is_asking = True
            self._say("Asking the desk…")
            run_beside(self, partial(self._ask, event.value.strip()), "reduce")

    async def _ask(self, reason: str) -> None:
        receipt = await errands.ask(self._link, lambda desk: desk.reduce(reason))
        self._is_asking = False
        if receipt.outcome is Outcome.ACCEPTED:
            self.app.notify(neutral(receipt.detail), title="Reducing", markup=False)
            self.dismiss(None)
            return
        self._say(f"{receipt.outcome.value.upper()}: {receipt.detail}")

    def _say(self, sentence: str) -> None:
        self.query_one("#answer", Static).update(neutral(sentence))

    def action_stay(self) -> None:
        """Leave the mode as it is."""
        self.dismiss(None)

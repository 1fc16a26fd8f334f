"""Lifting a halt: it needs a reason, which the audit keeps."""

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


class RearmScreen(ModalScreen[bool]):
    """Asks why trading may go on, and asks the desk to lift the halt."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "stay", "Stay halted")]

    def __init__(self, link: DeskLink) -> None:
        super().__init__()
        self._link = link
        self._is_asking = False

    def compose(self) -> ComposeResult:
        """Show the question, a line for the reason, and the answer."""
        with Vertical(id="box") as box:
            box.border_title = "Re-arm"
            yield Static("Why may trading go on? The audit keeps the reason.", id="sentence")
            yield Input(placeholder="reason", max_length=LONGEST_REASON, id="reason")
            yield Static("Enter re-arms, Esc stays halted.", markup=False, id="answer")

    @on(Input.Submitted)
    def rearm(self, event: Input.Submitted) -> None:
        """Ask the desk, once at a time."""
        event.stop()
        reason = event.value.strip()
        if not reason:
            self._say("A reason is needed: write what was wrong and why it is right now.")
            return
        if not self._is_asking:
            self._is_asking = True
            self._say("Asking the desk…")
            run_beside(self, partial(self._ask, reason), "rearm")

    async def _ask(self, reason: str) -> None:
        receipt = await errands.ask(self._link, lambda desk: desk.rearm(reason))
        self._is_asking = False
        if receipt.outcome is Outcome.ACCEPTED:
            self.app.notify(neutral(receipt.detail), title="Re-armed", markup=False)
            self.dismiss(True)  # noqa: FBT003 - whether it was lifted is the screen's answer
            return
        self._say(f"{receipt.outcome.value.upper()}: {receipt.detail}")

    def _say(self, sentence: str) -> None:
        self.query_one("#answer", Static).update(neutral(sentence))

    def action_stay(self) -> None:
        """Stay halted."""
        self.dismiss(False)  # noqa: FBT003 - as above

"""A question for a reason: why the desk is to do something."""

from abc import abstractmethod
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from console.domain.receipts import Outcome, Receipt
from console.screens import errands
from console.screens.beside import run_beside
from console.screens.desk_link import Commands, DeskLink
from widgets.outside import neutral

LONGEST_REASON = 200


class ReasonScreen(ModalScreen[bool]):
    """Asks why and then the desk; closes with whether the desk did it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "stay", "Stay as it is")]

    TITLE_OF_BOX: ClassVar[str]
    QUESTION: ClassVar[str]
    KEYS: ClassVar[str]
    DONE: ClassVar[str]
    """The title of what the desk says when it has done it."""
    WANTED: ClassVar[str] = ""
    """What is said to who gives no reason; empty where none is needed."""

    def __init__(self, link: DeskLink) -> None:
        super().__init__()
        self._link = link
        self._is_asking = False

    @abstractmethod
    async def put(self, desk: Commands, reason: str) -> Receipt:
        """Ask the desk."""

    def compose(self) -> ComposeResult:
        """Show the question, a line for the reason, and the answer."""
        with Vertical(id="box") as box:
            box.border_title = self.TITLE_OF_BOX
            yield Static(self.QUESTION, id="sentence")
            yield Input(placeholder="reason", max_length=LONGEST_REASON, id="reason")
            yield Static(self.KEYS, markup=False, id="answer")

    @on(Input.Submitted)
    def take_reason(self, event: Input.Submitted) -> None:
        """Ask the desk, once at a time."""
        event.stop()
        reason = event.value.strip()
        if not reason and self.WANTED:
            self._say(self.WANTED)
            return
        if not self._is_asking:
            self._is_asking = True
            self._say("Asking the desk…")
            run_beside(self, partial(self._ask, reason), "ask")

    async def _ask(self, reason: str) -> None:
        receipt = await errands.ask(self._link, lambda desk: self.put(desk, reason))
        self._is_asking = False
        if receipt.outcome is Outcome.ACCEPTED:
            self.app.notify(neutral(receipt.detail), title=self.DONE, markup=False)
            self.dismiss(True)  # noqa: FBT003 - whether it was done is the screen's answer
            return
        self._say(f"{receipt.outcome.value.upper()}: {receipt.detail}")

    def _say(self, sentence: str) -> None:
        self.query_one("#answer", Static).update(neutral(sentence))

    def action_stay(self) -> None:
        """Leave all as it is."""
        self.dismiss(False)  # noqa: FBT003 - as above

"""Lifting a halt: it needs a reason, which the audit keeps."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from console.domain.receipts import Receipt
from console.screens.desk_link import Commands
from console.screens.reason import ReasonScreen


class RearmScreen(ReasonScreen):
    """Asks why trading may go on, and asks the desk to lift the halt."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "stay", "Stay halted")]

    TITLE_OF_BOX = "Re-arm"
    QUESTION = "Why may trading go on? The audit keeps the reason."
    KEYS = "Enter re-arms, Esc stays halted."
    DONE = "Re-armed"
    WANTED = "A reason is needed: write what was wrong and why it is right now."

    async def put(self, desk: Commands, reason: str) -> Receipt:
        """Lift the halt."""
        return await desk.rearm(reason)

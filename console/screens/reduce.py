"""Holding back: from now on only orders pass that reduce, until somebody re-arms."""

from console.domain.receipts import Receipt
from console.screens.desk_link import Commands
from console.screens.reason import ReasonScreen


class ReduceScreen(ReasonScreen):
    """Asks why, and asks the desk to let only orders through that reduce.

    Unlike a re-arm it needs no reason to be safe.
    """

    TITLE_OF_BOX = "Reduce only"
    QUESTION = "Until a re-arm only orders that reduce, and cancels, will pass. Why?"
    KEYS = "Enter holds back, Esc leaves all as it is."
    DONE = "Reducing"

    async def put(self, desk: Commands, reason: str) -> Receipt:
        """Hold back."""
        return await desk.reduce(reason)

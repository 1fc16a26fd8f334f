"""The order entry's view: the ticket pane, its order line and its borders."""

from textual.content import Content

from console.domain.receipts import Preview, Receipt
from console.domain.words import Problem
from console.screens.arming import Armed
from console.screens.prefills import Prefill
from widgets.order_line import OrderLine
from widgets.outside import neutral
from widgets.ticket import TicketPane

TITLE = "7 Ticket"
"""The pane's number key and name."""


class EntryPane:
    """Shows what the order entry decides: hints below, what is on its way above."""

    def __init__(self, pane: TicketPane) -> None:
        self._pane = pane
        self._text_sent = ""
        self._entitle("")

    @property
    def text(self) -> str:
        """What is written in the order line."""
        return self._pane.line.value

    def write(self, prefill: Prefill) -> None:
        """Put a beginning into the line and the cursor where it goes on."""
        self._pane.line.write(prefill.text)
        self._pane.line.cursor_position = prefill.cursor

    def clear(self) -> None:
        """Take the text away and keep it in the history."""
        line = self._pane.line
        with line.prevent(OrderLine.Changed):
            line.remember(line.value)

    def guide(self, text: str) -> None:
        """Show what may be written next."""
        self._pane.border_subtitle = Content(neutral(text))

    def complain(self, problem: Problem) -> None:
        """Show what is wrong, and where."""
        self._pane.complain(problem.text, problem.at[0])
        self.guide("")

    def preview(self, preview: Preview | None) -> None:
        """Show what the gate says of the ticket."""
        self._entitle("")
        self._pane.preview(preview)

    def offer(self, terms: str) -> None:
        """Show what Enter is about to do, where that is no order of its own."""
        self._pane.offer(terms)

    def arm(self, armed: Armed | None) -> None:
        """Show what is armed, and what changed since."""
        if armed is None:
            self._entitle("")
            self._pane.disarm()
            return
        self._entitle(armed.summary)
        terms = armed.summary if armed.preview is None else ""
        self._pane.arm([armed.difference] if armed.difference else [], terms)
        self.guide("Enter sends · Esc goes back")

    def wait(self, what: str, seconds: float) -> None:
        """Show that an answer is awaited, and since when."""
        self._entitle(f"sending… {seconds:.1f} s: {what}")
        if seconds == 0:
            self._text_sent = self.text
            self.guide("")
        if self.text == self._text_sent:
            self._pane.sending()

    def answer(self, receipt: Receipt) -> None:
        """Show what came of it."""
        self._entitle("")
        self.guide("")
        self._pane.preview(None)
        self._pane.done(receipt)

    def _entitle(self, words: str) -> None:
        self._pane.border_title = Content(neutral(f"{TITLE}  {words}" if words else TITLE))

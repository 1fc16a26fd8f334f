"""The order line: one line of the order language, with its history; the text is never lost."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Key
from textual.widgets import Input

from widgets.outside import neutral

REMEMBERED = 100
"""How many sent lines the arrows bring back."""


class OrderLine(Input):
    """Where orders are written."""

    class Submitted(Input.Submitted):
        """Enter was pressed; `text` is the line, which stays where it is."""

        @property
        def text(self) -> str:
            """The line as written."""
            return self.value

    class Changed(Input.Changed):
        """The line was edited; `text` is the line now."""

        @property
        def text(self) -> str:
            """The line as written."""
            return self.value

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "earlier", "Earlier line", show=False),
        Binding("down", "later", "Later line", show=False),
        Binding("ctrl+u", "put_away", "Clear the line", show=False),
    ]

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(
            placeholder="buy 100 AAPL @ 190.10 day", id=id, classes=classes, compact=True
        )
        self._history: list[str] = []
        self._draft = ""
        self._place = 0

    def validate_value(self, value: str) -> str:
        """Take nothing invisible, however it was typed, pasted or set."""
        return neutral(value)

    async def on_key(self, event: Key) -> None:
        """Submit at once, to the screen: a key that looks for its binding passes every pane."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.screen.post_message(self.Submitted(self, self.value))

    def write(self, text: str) -> None:
        """Put a text into the line, ready to be gone on with."""
        self.value = text
        self.cursor_position = len(self.value)

    def remember(self, text: str) -> None:
        """Keep a line that was sent, and clear the place for the next."""
        if text and (not self._history or self._history[-1] != text):
            self._history = [*self._history, text][-REMEMBERED:]
        self._place, self._draft = len(self._history), ""
        self.value = ""

    def action_put_away(self) -> None:
        """Clear the whole line, wherever the cursor stands; up brings it back."""
        self.remember(self.value)

    def action_earlier(self) -> None:
        """Bring back the line sent before; what is written now is kept."""
        if self._place == 0:
            return
        if self._place == len(self._history):
            self._draft = self.value
        self._place -= 1
        self.write(self._history[self._place])

    def action_later(self) -> None:
        """Go forward in the history, at its end to what was being written."""
        if self._place >= len(self._history):
            return
        self._place += 1
        at_end = self._place == len(self._history)
        self.write(self._draft if at_end else self._history[self._place])

"""A screen under the status bar, which shows at each frame what the desk knows now."""

from datetime import datetime

from textual.screen import Screen

from console.domain.state import TradingState
from console.screens.desk_link import DeskLink
from widgets.status_bar import StatusBar


class StatusScreen(Screen[None]):
    """Draws its status bar, then what it shows itself."""

    def __init__(self, link: DeskLink, profile: str) -> None:
        super().__init__()
        self._link = link
        self._status = StatusBar(profile, id="status")

    def draw(self, now: datetime) -> None:
        """Show the newest state of the desk."""
        if not self.is_running:
            return
        self._status.tell_attached(is_attached=self._link.is_attached)
        self._status.show(self._link.state, now)
        self.draw_state(self._link.state, now)

    def draw_state(self, state: TradingState, now: datetime) -> None:
        """Show what is below the status bar; nothing where that does not follow the state."""

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()

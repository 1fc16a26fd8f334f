"""What is painted first, while everything that knows of trading is still being imported."""

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static


class CoverScreen(Screen[None]):
    """Says what starts, and that the cord works already."""

    CSS = """
    CoverScreen #profile { color: $accent; text-style: bold reverse; width: auto; }
    CoverScreen #words { height: 1fr; content-align: center middle; color: $secondary; }
    CoverScreen #keys { background: $panel; }
    """

    def __init__(self, profile: str) -> None:
        super().__init__()
        self._profile = profile

    def compose(self) -> ComposeResult:
        """Show the profile, one sentence and the keys that work."""
        yield Static(f" {self._profile.upper()} ", id="profile", markup=False)
        yield Static("Killcord is starting", id="words", markup=False)
        yield Static(" ^G Halt   q Leave", id="keys", markup=False)

"""What the app's keys open: screens of the session, once there is one."""

from typing import TYPE_CHECKING

from textual.app import App

from console.screens.lab_link import Lab

if TYPE_CHECKING:
    from console.screens.session import Session


class Doors(App[None]):
    """Hands the keys that work on every screen to the session; before it is open, to nobody."""

    def __init__(self, lab: Lab) -> None:
        super().__init__()
        self.session: Session | None = None
        self.lab = lab

    def action_reduce(self) -> None:
        """Ask why only orders that reduce may pass from now on."""
        from console.screens.reduce import ReduceScreen  # noqa: PLC0415 - rarely needed

        if self.session is not None:
            self.push_screen(ReduceScreen(self.session.link))

    def action_show_halt(self) -> None:
        """Show the halt screen."""
        if self.session is not None:
            self.session.show_halt()

    def action_show_reconciliation(self) -> None:
        """Show the reconciliation screen."""
        if self.session is not None:
            self.session.show_reconciliation()

    def action_show_scanner(self) -> None:
        """Show the scanner screen."""
        if self.session is not None:
            self.session.show_scanner()

    def action_show_insight(self) -> None:
        """Show the insight screen."""
        if self.session is not None:
            self.session.show_insight()

    def action_show_datasets(self) -> None:
        """Show the dataset screen."""
        if self.session is not None:
            self.session.show_datasets(self.lab)

    def action_show_code(self) -> None:
        """Show the code screen."""
        if self.session is not None:
            self.session.show_code(self.lab)

    def action_show_backtests(self) -> None:
        """Show the back-test screen."""
        if self.session is not None:
            self.session.show_backtests(self.lab)

    def action_help(self) -> None:
        """Show every key."""
        if self.session is not None:
            self.session.help()

    def action_pane_help(self) -> None:
        """Show the keys of the focused pane."""
        if self.session is not None:
            self.session.help_on_pane()

    def action_restart_desk(self) -> None:
        """Start the desk again when it is gone."""
        if self.session is not None:
            self.session.restart_desk()

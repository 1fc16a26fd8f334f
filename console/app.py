"""The Textual App: it draws frames of the newest state and pulls the cord from anywhere.

It is given the way to a desk and knows no broker. Nothing here waits for the desk:
what asks it runs in a worker.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import App
from textual.binding import BindingType
from textual.screen import ModalScreen, Screen

from console.domain.receipts import Outcome, Receipt
from console.screens import errands
from console.screens.beside import run_beside
from console.screens.crash import record_crash
from console.screens.desk_link import DeskLink
from console.screens.halt import HaltScreen
from console.screens.help import HelpScreen
from console.screens.keys import app_bindings
from console.screens.late_link import LateLink
from console.screens.leave import LeaveScreen, Leaving
from console.screens.main import MainScreen
from console.screens.pane_screen import PANES
from themes.palettes import FIRST, load_themes, stylesheet

if TYPE_CHECKING:
    from textual.command import Provider

FRAME_SECONDS = 0.1
HALT_ANSWER_SECONDS = 1.0
"""How long the desk has to say that the latch is set, before the console sets it alone."""

HALT_REASON = "halt key pressed at the console"

HaltAlone = Callable[[str], Awaitable[Receipt]]
"""Pulls the cord without the desk."""


def _actions() -> "type[Provider]":
    from console.screens.palette import ActionProvider  # noqa: PLC0415 - not before it is opened

    return ActionProvider


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Killcord(App[None]):
    """The console of one desk."""

    TITLE = "Killcord"
    CSS = stylesheet()
    CSS_PATH = "screens/layout.tcss"
    COMMANDS: ClassVar = {_actions}
    BINDINGS: ClassVar[list[BindingType]] = [*app_bindings()]

    def __init__(
        self,
        connect: Callable[[], DeskLink],
        *,
        profile: str,
        halt_alone: HaltAlone,
        log_file: Path,
        palettes: Path | None = None,
        now: Callable[[], datetime] = _utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.link = LateLink(connect, self._on_desk_change)
        self._profile = profile
        self._halt_alone = halt_alone
        self._log_file = log_file
        self._now = now
        self._monotonic = monotonic
        self._drawn = (self.link.state, self.link.is_attached)
        ours = load_themes(palettes)
        for theme in ours:
            self.register_theme(theme)
        self._palettes = [theme.name for theme in ours]
        self.theme = FIRST

    def get_default_screen(self) -> Screen[None]:
        """Begin with the main screen, painted before there is a desk."""
        return MainScreen(
            self.link, profile=self._profile, monotonic=self._monotonic, now=self._desk_time
        )

    def on_ready(self) -> None:
        """Look for the desk now that the screen stands."""
        run_beside(self, self.link.run, "link")
        self.set_interval(FRAME_SECONDS, self.draw_frame)

    def draw_frame(self) -> None:
        """Show the newest state on every screen that can be seen."""
        self._drawn = (self.link.state, self.link.is_attached)
        now = self._desk_time()
        for screen in self.screen_stack:
            if isinstance(screen, MainScreen | HaltScreen):
                screen.draw(now)

    def _on_desk_change(self) -> None:
        """Draw at once what a trader waits for; quotes wait for the next frame."""
        drawn, was_attached = self._drawn
        state = self.link.state
        is_news = state.orders is not drawn.orders or state.halt is not drawn.halt
        if is_news or self.link.is_attached is not was_attached:
            self._drawn = (state, self.link.is_attached)
            self.call_next(self.draw_frame)

    def _desk_time(self) -> datetime:
        return self.link.now() or self._now()

    def action_halt(self) -> None:
        """Pull the cord at once, then show what it does."""
        run_beside(self, self._halt, "halt")
        self.action_show_halt()

    async def _halt(self) -> None:
        """Ask the desk; a desk that is gone or stuck is not waited for."""
        asked = errands.ask(self.link, lambda desk: desk.halt(HALT_REASON))
        try:
            receipt = await asyncio.wait_for(asked, HALT_ANSWER_SECONDS)
        except TimeoutError:
            receipt = Receipt(outcome=Outcome.UNKNOWN, detail="the desk does not answer")
        if receipt.outcome is not Outcome.ACCEPTED:
            receipt = await self._halt_alone(HALT_REASON)
        for screen in self.screen_stack:
            if isinstance(screen, HaltScreen):
                screen.answer(receipt)

    def action_show_halt(self) -> None:
        """Show the halt screen, over whatever asked for something."""
        while isinstance(self.screen, ModalScreen):
            self.pop_screen()
        if not isinstance(self.screen, HaltScreen):
            self.push_screen(HaltScreen(self.link, self._profile))

    def action_help(self) -> None:
        """Show every key."""
        self.push_screen(HelpScreen())

    def action_pane_help(self) -> None:
        """Show the keys of the focused pane."""
        if not isinstance(self.screen, ModalScreen):
            self.push_screen(HelpScreen(self._focused_pane()))

    def _focused_pane(self) -> str | None:
        nodes = () if self.focused is None else self.focused.ancestors_with_self
        return next((node.id for node in nodes if node.id in PANES), None)

    def action_palette(self) -> None:
        """Find an action by its words."""
        self.action_command_palette()

    def action_next_theme(self) -> None:
        """Wear the next of the palettes."""
        place = self._palettes.index(self.theme) + 1
        self.theme = self._palettes[place % len(self._palettes)]

    def action_leave(self) -> None:
        """Ask whether the desk goes on."""
        self.push_screen(LeaveScreen(lambda: self.link.state), self._leave)

    def _leave(self, leaving: Leaving | None) -> None:
        if leaving is Leaving.DETACH:
            self.exit()
        elif leaving is Leaving.STOP_DESK:
            run_beside(self, self._stop_desk, "leave")

    async def _stop_desk(self) -> None:
        receipt = await errands.ask(self.link, lambda desk: desk.stop_desk())
        self.exit(message=receipt.detail)

    def _fatal_error(self) -> None:
        """Say one sentence instead of Textual's traceback, which prints local variables."""
        error = self._exception or RuntimeError("no exception was kept")
        self.bell()
        self._exit_renderables.append(Text(record_crash(error, self._log_file)))
        self._close_messages_no_wait()

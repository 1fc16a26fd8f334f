"""The Textual App: it paints at once, then opens the session; the cord works from the start.

It knows no broker and nothing of trading. What does is imported only after the first
paint, which is why the session and its types are named here but not imported.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.screen import Screen

from console.screens.beside import run_beside
from console.screens.cord_line import CordLine, NoCord, latches
from console.screens.cover import CoverScreen
from console.screens.crash import record_crash
from console.screens.doors import Doors
from console.screens.keys import app_bindings
from console.screens.lab_link import Lab, NoLab
from themes.palettes import FIRST, load_themes

if TYPE_CHECKING:
    from textual.command import Provider

    from console.domain.receipts import Receipt
    from console.screens.desk_link import DeskLink
    from console.screens.session import Session
    from console.studies.study_rules import StudyRules

HALT_REASON = "halt key pressed at the console"

Connect = Callable[[], "DeskLink"]  # called in a thread
HaltAlone = Callable[[str], Awaitable["Receipt"]]  # pulls the cord without the desk
RunDrill = Callable[[], Awaitable[str]]  # returns what the drill told
ReadRules = Callable[[], "StudyRules"]  # called in a thread
StartDesk = Callable[[], str]  # called in a thread; says why not, or nothing


def _actions() -> "type[Provider]":
    from console.screens.palette import ActionProvider  # noqa: PLC0415 - not before it is opened

    return ActionProvider


UTC_NOW = partial(datetime.now, UTC)


class Killcord(Doors):
    """The console of one desk."""

    TITLE = "Killcord"
    COMMANDS: ClassVar = {_actions}
    BINDINGS: ClassVar[list[BindingType]] = [*app_bindings()]

    def __init__(
        self,
        connect: Connect,
        *,
        profile: str,
        halt_alone: HaltAlone,
        log_file: Path,
        start_desk: StartDesk | None = None,
        cord: CordLine | None = None,
        run_drill: RunDrill | None = None,
        lab: Lab | None = None,
        rules: ReadRules | None = None,
        palettes: Path | None = None,
        now: Callable[[], datetime] = UTC_NOW,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(lab or NoLab())
        self.profile = profile
        self.connect = connect
        self.halt_alone = halt_alone
        self.start_desk = start_desk
        self.cord = cord or NoCord()
        self.run_drill = run_drill
        self.rules = rules
        self.now = now
        self.monotonic = monotonic
        self._log_file = log_file
        self._is_halted_early = False
        ours = load_themes(palettes)
        for theme in ours:
            self.register_theme(theme)
        self._palettes = [theme.name for theme in ours]
        self.theme = FIRST

    def get_default_screen(self) -> Screen[None]:
        """Begin with the cover."""
        return CoverScreen(self.profile)

    def on_ready(self) -> None:
        """Open the session now that something is painted."""
        run_beside(self, self._open, "session")

    async def on_unmount(self) -> None:
        """End the processes beside the console."""
        await self.lab.close()

    async def _open(self) -> None:
        """Import the session in a thread, so that keys are heard meanwhile."""
        module = await asyncio.to_thread(import_module, "console.screens.session")
        session: Session = module.Session(
            self,
            connect=self.connect,
            halt_alone=self.halt_alone,
            start_desk=self.start_desk,
            cord=self.cord,
            rules=self.rules,
            profile=self.profile,
            now=self.now,
            monotonic=self.monotonic,
            lab=self.lab,
        )
        await session.open()
        self.session = session
        if self._is_halted_early:
            session.show_halt()

    def action_halt(self) -> None:
        """Pull at once, unless the cord has seen the key and pulled; then show what it does."""
        is_pulled = self.cord.takes_the_key()
        if self.session is not None:
            self.session.halt(HALT_REASON, is_pulled=is_pulled)
            return
        self._is_halted_early = True
        run_beside(self, partial(self._halt_early, is_pulled), "halt")

    async def _halt_early(self, is_pulled: bool) -> None:  # noqa: FBT001 - partial gives it by place
        """Pull the cord before there is a session; it shows the halt when it opens."""
        if not (is_pulled and await latches(self.cord)):
            await self.halt_alone(HALT_REASON)
        self.cord.tell_shown()
        self.notify("The cord is pulled: nothing will be sent.", severity="error", markup=False)

    def action_drill(self) -> None:
        """Drill the halt on a floor of its own."""
        if self.run_drill is None:
            self.notify("This console cannot drill: run killcord halt --drill.", markup=False)
            return
        from console.screens.drill import DrillScreen  # noqa: PLC0415 - rarely needed

        self.push_screen(DrillScreen(self.run_drill))

    def action_palette(self) -> None:
        """Find an action by its words."""
        self.action_command_palette()

    def action_next_theme(self) -> None:
        """Wear the next of our palettes."""
        place = self._palettes.index(self.theme) + 1
        self.theme = self._palettes[place % len(self._palettes)]

    def action_leave(self) -> None:
        """Ask whether the desk goes on."""
        if self.session is None:
            self.exit()
            return
        self.session.leave()

    def _fatal_error(self) -> None:
        """Say one sentence instead of Textual's traceback, which prints local variables."""
        error = self._exception or RuntimeError("no exception was kept")
        self.bell()
        self._exit_renderables.append(Text(record_crash(error, self._log_file)))
        self._close_messages_no_wait()

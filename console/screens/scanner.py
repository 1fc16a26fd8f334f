"""The scanner screen: choose a rule, scan, and put who satisfies it on the watchlist."""

import os
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from console.domain.receipts import Outcome, Receipt
from console.domain.scans import Scan, ScanRule
from console.folders import settings_file
from console.scanning.rule_file import BadRules, known_rules
from console.scanning.rules import RULES
from console.scanning.symbol_file import BadSymbolFile, read_symbols
from console.screens import errands
from console.screens.beside import run_beside
from console.screens.desk_link import Commands, DeskLink
from console.screens.key_line import KeyLine, keys_of
from console.screens.keys import ON_THE_APP, ON_THE_SCANNER_SCREEN, scanner_bindings
from console.screens.status_screen import StatusScreen
from widgets.outside import neutral
from widgets.scan_view import ScanGrid, ScanHead, ScanRemarks

ALL = "all tradable"
LOOK_SECONDS = 0.5
"""How often the desk is asked how far a scan is."""


class ScannerScreen(StatusScreen):
    """Chooses, begins and shows scans."""

    BINDINGS: ClassVar[list[BindingType]] = [*scanner_bindings()]

    def __init__(self, link: DeskLink, profile: str) -> None:
        super().__init__(link, profile)
        self._rules: tuple[ScanRule, ...] = RULES
        self._chosen = RULES[0]
        self._universe = ALL
        self._symbols: tuple[str, ...] | None = None
        self._scan: Scan | None = None
        self._is_looking = False
        self._head = ScanHead(id="scan-head")
        self._grid = ScanGrid(id="scan")
        self._remarks = ScanRemarks(id="scan-remarks")
        self._file = Input(placeholder="a symbol file; empty for all tradable", id="symbol-file")

    def compose(self) -> ComposeResult:
        """Stand the choice over the table, the remarks below it."""
        yield from (self._status, self._head, self._file, self._grid, self._remarks)
        yield KeyLine(keys_of(ON_THE_SCANNER_SCREEN | ON_THE_APP))

    def on_mount(self) -> None:
        """Show the last scan, and follow one that runs."""
        self._file.display = False
        self._read_rules()
        self.set_focus(self._grid)
        self._look()
        self.set_interval(LOOK_SECONDS, self._follow)

    def action_next_rule(self) -> None:
        """Choose the rule to the right."""
        self._choose(+1)

    def action_previous_rule(self) -> None:
        """Choose the rule to the left."""
        self._choose(-1)

    def action_scan_now(self) -> None:
        """Have the desk scan by the chosen rule."""
        rule, universe, symbols = self._chosen, self._universe, self._symbols
        self._ask(lambda desk: desk.scan(rule, universe, symbols))

    def action_cancel_scan(self) -> None:
        """End the scan that runs."""
        self._ask(lambda desk: desk.cancel_scan())

    def action_watch_row(self) -> None:
        """Put the selected symbol on the watchlist."""
        symbol = self._grid.selected
        if symbol is None:
            self._say("No row is selected.", is_good=False)
            return
        self._ask(lambda desk: desk.watch(symbol, is_watched=True))

    def action_symbol_file(self) -> None:
        """Ask for a symbol file."""
        self._file.display = True
        self.set_focus(self._file)

    @on(Input.Submitted, "#symbol-file")
    def take_file(self, event: Input.Submitted) -> None:
        """Scan the file's symbols from now on, or all again when none is named."""
        event.stop()
        name = event.value.strip()
        try:
            self._symbols = read_symbols(Path(name).expanduser()) if name else None
        except BadSymbolFile as mistake:
            self._say(str(mistake), is_good=False)
            return
        self._universe = Path(name).name if name else ALL
        self._leave_file()
        self._show()

    def action_row_down(self) -> None:
        """Select the row below."""
        self._grid.select_next()

    def action_row_up(self) -> None:
        """Select the row above."""
        self._grid.select_previous()

    def action_row_first(self) -> None:
        """Select the first row."""
        self._grid.select_first()

    def action_row_last(self) -> None:
        """Select the last row."""
        self._grid.select_last()

    def action_back(self) -> None:
        """Leave the file's line, else the screen; a scan goes on."""
        if self._file.display:
            self._leave_file()
            return
        self.dismiss()

    def _leave_file(self) -> None:
        self._file.display = False
        self.set_focus(self._grid)

    def _read_rules(self) -> None:
        welcome = self._link.welcome
        paths = [settings_file(os.environ).with_name("scans.toml")]
        if welcome is not None:
            paths.append(Path(welcome.state_folder) / "scans.toml")
        try:
            self._rules = tuple(known_rules(*paths).values())
        except BadRules as mistake:
            self._say(str(mistake), is_good=False)

    def _choose(self, places: int) -> None:
        place = self._rules.index(self._chosen) + places
        self._chosen = self._rules[place % len(self._rules)]
        self._show()

    def _ask(self, command: Callable[[Commands], Awaitable[Receipt]]) -> None:
        run_beside(self, partial(self._carry_out, command), "scanner")

    async def _carry_out(self, command: Callable[[Commands], Awaitable[Receipt]]) -> None:
        receipt = await errands.ask(self._link, command)
        self._say(receipt.detail, is_good=receipt.outcome is Outcome.ACCEPTED)
        await self._fetch()

    def _follow(self) -> None:
        if self._scan is not None and not self._scan.is_over:
            self._look()

    def _look(self) -> None:
        if not self._is_looking:
            self._is_looking = True
            run_beside(self, self._fetch, "scan")

    async def _fetch(self) -> None:
        try:
            self._scan = await self._link.desk.last_scan()
        except Exception as error:  # noqa: BLE001 - a worker's boundary: the link's errors are many
            self._say(f"The desk does not tell of its scan: {error}.", is_good=False)
        self._is_looking = False
        self._show()

    def _say(self, text: str, *, is_good: bool) -> None:
        self._remarks.answer(neutral(text), "words" if is_good else "caution")
        self._show()

    def _show(self) -> None:
        self._head.show(self._rules, self._chosen, self._universe, self._scan)
        self._grid.show(self._scan)
        self._remarks.show(self._scan)

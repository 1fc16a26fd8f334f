"""The main screen: all panes over the order line, made for 120x40, whole at 80x24."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import ClassVar, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.events import Resize
from textual.widgets import Static

import themes
from console.actions import BY_ID
from console.domain.receipts import Outcome
from console.domain.state import TradingState
from console.screens import errands, prefills
from console.screens.analytics_pages import AnalyticsPages
from console.screens.beside import Work, run_beside
from console.screens.chart_screen import ChartScreen
from console.screens.desk_link import DeskLink
from console.screens.key_line import WRITING, KeyLine, key_of, keys_of
from console.screens.keys import ELSEWHERE, EVERYWHERE, main_bindings
from console.screens.order_entry import OrderEntry
from console.screens.pane_screen import PANES
from widgets.alerts import Alerts
from widgets.analytics_code import CodeRun
from widgets.blotter import Blotter
from widgets.grid import Grid
from widgets.lines import LineView
from widgets.order_line import OrderLine
from widgets.outside import neutral
from widgets.positions import Positions
from widgets.status_bar import StatusBar
from widgets.watchlist import Watchlist

SMALL_WIDTH, ROOMY_WIDTH = 110, 170
"""Below the first only two panes fit, from the second on there is room to spare."""

SMALL_HEIGHT = 32
LOST = "DESK LOST - reconnecting"
ATTACHING = "NO DESK YET"
KEYS = keys_of(BY_ID.keys() - ELSEWHERE)
WRITING_KEYS = (*keys_of(EVERYWHERE - {"palette"}), *WRITING, *keys_of({"palette"}))


class Shows(Protocol):
    """A pane that shows its part of the state."""

    display: bool

    def show(self, state: TradingState, now: datetime) -> None:
        """Draw what changed."""


class MainScreen(ChartScreen):
    """Everything a trader needs at once; number keys go from pane to pane."""

    CSS_PATH: ClassVar = [
        Path(themes.__file__).parent / "console.tcss",
        Path(__file__).parent / "layout.tcss",
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        *main_bindings(),
        Binding("escape", "leave_line", "Disarm", show=False),
    ]
    AUTO_FOCUS = "#watchlist"

    def __init__(
        self,
        link: DeskLink,
        *,
        profile: str,
        monotonic: Callable[[], float],
        now: Callable[[], datetime],
        newest_run: Callable[[], Awaitable[CodeRun | None]],
    ) -> None:
        super().__init__(link)
        self._newest_run = newest_run
        self._watched: tuple[str, ...] | None = None
        self._was_attached = False
        self._status = StatusBar(profile, id="status")
        self._watchlist = Watchlist(id="watchlist")
        self._positions = Positions(id="positions")
        self._alerts = Alerts(id="alerts")
        self._analytics = AnalyticsPages()
        self._key_line = KeyLine(KEYS)
        self._shown: tuple[Shows, ...] = (
            self._status,
            self._watchlist,
            self._positions,
            self._alerts,
            self._analytics.readings,
            self._chart,
            self._orders,
            self._ticket,
        )
        self.entry = OrderEntry(
            link=link,
            view=self._entry_pane,
            run=self._run_beside,
            monotonic=monotonic,
            now=now,
        )

    def compose(self) -> ComposeResult:
        """Stand the panes: lists left; right the chosen symbol, and the ticket below it."""
        yield self._status
        yield Static(id="lost", markup=False)
        with Container(id="panes"):
            with Vertical(id="left"):
                yield from (self._watchlist, self._positions, self._orders, self._alerts)
            with Vertical(id="right"):
                pages = (self._analytics.readings, self._analytics.newest_run)
                yield from (self._chart, *pages, self._ticket)
        yield self._key_line

    def on_mount(self) -> None:
        """Show the first pane below the watchlist."""
        self.show_pane("chart")
        for number, name in enumerate(PANES[:-1], 1):
            self.query_one(f"#{name}", LineView).number(str(number))
        self._analytics.number(str(PANES.index("analytics") + 1))
        self.entry.typed("")

    def on_resize(self, event: Resize) -> None:
        """Choose between two panes, all, and all with room to spare."""
        width, height = event.size
        is_small = width < SMALL_WIDTH or height < SMALL_HEIGHT
        self.set_class(is_small, "-small")
        self.set_class(not is_small and width >= ROOMY_WIDTH, "-roomy")

    def on_descendant_focus(self) -> None:
        """Give the ticket the room it needs while a line is written."""
        is_writing = self._ticket.line.has_focus
        self.set_class(is_writing, "-writes")
        self._key_line.set_keys(WRITING_KEYS if is_writing else KEYS)

    def draw(self, now: datetime) -> None:
        """Show the newest state on every pane that can be seen."""
        if not self.is_running:
            return
        self._follow_desk()
        state = self._link.state
        if not self._link.is_attached:
            # nobody says any more that the streams live, so nothing may look alive
            state = replace(state, connections={})
        for pane in self._shown:
            if pane.display:
                pane.show(state, now)
        if self.symbol is None:
            self._watchlist.select_first()
        self.entry.tick()

    # ── what the desk tells ────────────────────────────────────────────────

    def _follow_desk(self) -> None:
        """Ask for the quotes of what is on the screen whenever that changed."""
        is_attached, watched = self._link.is_attached, self._link.state.watchlist
        if is_attached and not self._was_attached:
            self.load_bars()
        self._was_attached = is_attached
        self.set_class(not is_attached, "-lost")
        self._status.tell_attached(is_attached=is_attached)
        if not is_attached:
            word = ATTACHING if self._link.welcome is None else LOST
            trouble = self._link.trouble.rstrip(".")
            sentence = f"{word}: {trouble}. Nothing can be sent; ^G still halts.{self._remedy()}"
            self.query_one("#lost", Static).update(neutral(sentence))
        if watched != self._watched:
            self._watched = watched
            self._tell_what_is_shown()

    def _remedy(self) -> str:
        if self._link.welcome is None:
            return ""
        return f" {key_of('restart_desk')} starts it again."

    def _tell_what_is_shown(self) -> None:
        told = partial(self._link.show, self._watched or (), self.symbol)
        run_beside(self, told, "show")

    @on(Watchlist.Selected)
    @on(Positions.Selected)
    def select_symbol(self, event: Watchlist.Selected | Positions.Selected) -> None:
        """Let the selected symbol drive chart, analytics and the letter keys."""
        event.stop()
        self.follow_row(event.grid)

    @on(Blotter.Selected)
    def select_order(self, event: Blotter.Selected) -> None:
        """Let a selected order drive them too."""
        event.stop()
        self.follow_row(event.grid)

    def follow_row(self, grid: Grid) -> None:
        """Take the symbol of the row now selected, which may be newer than the message."""
        row = grid.selected
        if isinstance(grid, Blotter):
            order = self._link.state.orders.get(row or "")
            row = None if order is None else order.request.symbol
        if row is not None and isinstance(grid, Watchlist | Positions | Blotter):
            self._select_symbol(row)

    def _select_symbol(self, symbol: str) -> None:
        if symbol == self.symbol:
            return
        self.symbol = self._feed.symbol = symbol
        self._analytics.readings.follow(symbol)
        self._tell_what_is_shown()
        self.load_bars()

    # ── one's own code ─────────────────────────────────────────────────────

    def show_run(self, run: CodeRun) -> None:
        """Show a run of code that has just ended, in place of the readings."""
        has_keys = self.focused is self._analytics.on_top
        self._analytics.show_run(run)
        if has_keys:
            self.focus_pane("analytics")

    def action_turn_analytics(self) -> None:
        """Turn the page of the analytics pane, and go there."""
        is_shown = not self.has_class("-small") or self.has_class("-shows-analytics")
        self._analytics.turn(is_shown=is_shown)
        self.action_focus_pane("analytics")
        if not self._analytics.has_run:
            run_beside(self, self._look_for_run, "newest run", is_latest_only=True)

    async def _look_for_run(self) -> None:
        run = await self._newest_run()
        if run is not None:
            self._analytics.show_earlier(run)

    # ── alerts ─────────────────────────────────────────────────────────────

    def action_remove_alert(self) -> None:
        """Name the selected price alert to take back, else those of the selected symbol."""
        crossing = self._link.state.crossings.get(self._alerts.selected_crossing or "")
        if crossing is None:
            self._begin(prefills.unalert(self.symbol or "", None))
        else:
            self._begin(prefills.unalert(crossing.symbol, crossing.price))

    def action_acknowledge(self) -> None:
        """Say that the selected alert was seen, else the newest one."""
        selected = self._alerts.selected
        waiting = self._waiting_alerts()
        self._acknowledge([selected] if selected in waiting else waiting[:1])

    def action_acknowledge_all(self) -> None:
        """Say that every alert was seen."""
        self._acknowledge(self._waiting_alerts())

    def _waiting_alerts(self) -> list[str]:
        alerts = self._link.state.alerts.values()
        waiting = [alert for alert in alerts if not alert.is_acknowledged]
        return [a.id for a in sorted(waiting, key=lambda alert: alert.at, reverse=True)]

    def _acknowledge(self, alerts: list[str]) -> None:
        if alerts:
            run_beside(self, partial(self._ask_to_acknowledge, alerts), "alerts")

    async def _ask_to_acknowledge(self, alerts: list[str]) -> None:
        receipt = await errands.ask(self._link, lambda desk: desk.acknowledge(alerts))
        if receipt.outcome is not Outcome.ACCEPTED:
            self.notify(neutral(receipt.detail), severity="warning", markup=False)

    # ── the order line ─────────────────────────────────────────────────────

    @on(OrderLine.Changed)
    def read_line(self, event: OrderLine.Changed) -> None:
        """Say at once what the line says."""
        event.stop()
        self.entry.typed(event.text)

    @on(OrderLine.Submitted)
    def enter_line(self, event: OrderLine.Submitted) -> None:
        """Arm, or send what is armed."""
        event.stop()
        self.entry.entered()

    def action_leave_line(self) -> None:
        """Disarm and keep the text; with nothing armed, go back to the watchlist."""
        if not self.entry.escaped() and self._ticket.line.has_focus:
            self.focus_pane("watchlist")

    def focus_pane(self, name: str) -> None:
        """Give a pane the keys: of the ticket the order line, of two pages the one on top."""
        if name == "ticket":
            self.set_focus(self._ticket.line)
            return
        if name == "analytics":
            self.set_focus(self._analytics.on_top)
            return
        super().focus_pane(name)

    def _run_beside(self, work: Work, group: str) -> None:
        run_beside(self, work, group, is_latest_only=group == "check")

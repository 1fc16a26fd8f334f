"""One console's session with a desk: frames of its state, the cord, and the way out."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from textual.app import App
from textual.screen import ModalScreen

from console.domain.receipts import Outcome, Receipt
from console.screens import errands
from console.screens.backtests import BacktestScreen
from console.screens.beside import run_beside
from console.screens.code import CodeScreen
from console.screens.code_runs import newest_run
from console.screens.cord_line import CordLine, latches
from console.screens.datasets import DatasetScreen
from console.screens.decision_mids import DecisionMids
from console.screens.desk_link import DeskLink
from console.screens.halt import HaltScreen
from console.screens.help import HelpScreen
from console.screens.insight import InsightScreen
from console.screens.lab_link import Lab
from console.screens.lab_screen import LabScreen
from console.screens.late_link import LateLink
from console.screens.leave import LeaveScreen, Leaving
from console.screens.main import MainScreen
from console.screens.pane_screen import pane_of
from console.screens.reconciliation import ReconciliationScreen
from console.screens.scanner import ScannerScreen
from console.studies.study_rules import StudyRules
from widgets.outside import neutral

FRAME_SECONDS = 0.1
RULES_SECONDS = 1.0
"""The chart's rules are read when the console has come up, which they are not to slow down."""
DRAWN = (MainScreen, HaltScreen, ReconciliationScreen, ScannerScreen, LabScreen, InsightScreen)
"""Screens that show the newest state, frame by frame."""
BY_THE_CORD = "HALTED: the cord in front of this console has pulled."
HALT_ANSWER_SECONDS = 1.0
"""How long the desk has to say that the latch is set, before the console sets it alone."""


class Session:
    """Draws what the desk tells and asks what the trader wants."""

    def __init__(
        self,
        app: App[None],
        *,
        connect: Callable[[], DeskLink],
        halt_alone: Callable[[str], Awaitable[Receipt]],
        start_desk: Callable[[], str] | None,
        cord: CordLine,
        rules: Callable[[], StudyRules] | None,
        profile: str,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        lab: Lab,
    ) -> None:
        self.link = LateLink(connect, self._on_desk_change)
        self._app = app
        self._halt_alone = halt_alone
        self._start_desk = start_desk
        self._cord = cord
        self._read_rules = rules or StudyRules
        self._profile = profile
        self._now = now
        self._monotonic = monotonic
        self._drawn = (self.link.state, self.link.is_attached)
        self._drawn_at = monotonic()
        self._mids = DecisionMids()
        self._main = MainScreen(
            self.link,
            profile=profile,
            monotonic=monotonic,
            now=self._desk_time,
            newest_run=partial(newest_run, lab),
        )

    async def open(self) -> None:
        """Stand the panes, then look for the desk."""
        await self._app.push_screen(self._main)
        run_beside(self._app, self.link.run, "link")
        self._app.set_interval(FRAME_SECONDS, self.draw_frame)
        self._app.set_timer(RULES_SECONDS, self._take_rules)

    def _take_rules(self) -> None:
        async def take() -> None:
            rules = await asyncio.to_thread(self._read_rules)
            self._main.judge_pivots_by(rules.pivots)

        run_beside(self._app, take, "rules")

    def draw_frame(self) -> None:
        """Show the newest state on every screen that can be seen."""
        self._drawn = (self.link.state, self.link.is_attached)
        self._drawn_at = self._monotonic()
        now = self._desk_time()
        self._mids.follow(self.link.state, now)
        for screen in self._app.screen_stack:
            if isinstance(screen, DRAWN):
                screen.draw(now)

    def _on_desk_change(self) -> None:
        """Draw at once what a trader waits for, and quotes after a pause, else next frame."""
        drawn, was_attached = self._drawn
        state = self.link.state
        is_news = (
            state.orders is not drawn.orders
            or state.halt is not drawn.halt
            or bool(state.quotes) is not bool(drawn.quotes)
        )
        is_due = self._monotonic() - self._drawn_at >= FRAME_SECONDS / 2
        if is_news or is_due or self.link.is_attached is not was_attached:
            self._drawn_at = self._monotonic()
            self._drawn = (state, self.link.is_attached)
            self._app.call_next(self.draw_frame)

    def _desk_time(self) -> datetime:
        return self.link.now() or self._now()

    def halt(self, reason: str, *, is_pulled: bool = False) -> None:
        """Pull the cord at once, if it is not pulled already; then show what it does."""

        async def pull() -> None:
            if is_pulled and await latches(self._cord):
                receipt = Receipt(outcome=Outcome.ACCEPTED, detail=BY_THE_CORD)
            else:
                receipt = await self._pull(reason)
            for screen in self._app.screen_stack:
                if isinstance(screen, HaltScreen):
                    screen.answer(receipt)

        run_beside(self._app, pull, "halt")
        self.show_halt()
        # all of it: the cord may have written on the screen while this console was stuck
        self._app.screen.refresh()
        self._app.call_after_refresh(self._cord.tell_shown)

    async def _pull(self, reason: str) -> Receipt:
        """Ask the desk; a desk that is gone or stuck is not waited for."""
        asked = errands.ask(self.link, lambda desk: desk.halt(reason))
        try:
            receipt = await asyncio.wait_for(asked, HALT_ANSWER_SECONDS)
        except TimeoutError:
            receipt = Receipt(outcome=Outcome.UNKNOWN, detail="the desk does not answer")
        if receipt.outcome is Outcome.ACCEPTED:
            return receipt
        return await self._halt_alone(reason)

    def show_halt(self) -> None:
        """Show the halt screen, over whatever asked for something."""
        while isinstance(self._app.screen, ModalScreen):
            self._app.pop_screen()
        if not isinstance(self._app.screen, HaltScreen):
            self._app.push_screen(HaltScreen(self.link, self._profile))

    def show_reconciliation(self) -> None:
        """Show whether our picture and the broker's agree."""
        while isinstance(self._app.screen, ModalScreen):
            self._app.pop_screen()
        if not isinstance(self._app.screen, ReconciliationScreen):
            self._app.push_screen(ReconciliationScreen(self.link, self._profile))

    def show_scanner(self) -> None:
        """Show who satisfies a rule, and scan anew."""
        while isinstance(self._app.screen, ModalScreen):
            self._app.pop_screen()
        if not isinstance(self._app.screen, ScannerScreen):
            self._app.push_screen(ScannerScreen(self.link, self._profile))

    def show_insight(self) -> None:
        """Show what studies say of the selected symbol, the market and our own book."""
        while isinstance(self._app.screen, ModalScreen):
            self._app.pop_screen()
        if isinstance(self._app.screen, InsightScreen):
            return
        screen = InsightScreen(
            self.link,
            self._profile,
            self._main.symbol,
            now=self._desk_time,
            mids=self._mids.by_order,
            read_rules=self._read_rules,
        )
        self._app.push_screen(screen)

    def show_datasets(self, lab: Lab) -> None:
        """Show the datasets."""
        while isinstance(self._app.screen, ModalScreen):
            self._app.pop_screen()
        if not isinstance(self._app.screen, DatasetScreen):
            self._app.push_screen(DatasetScreen(self.link, self._profile, lab))

    def show_code(self, lab: Lab) -> None:
        """Show the editor of one's own code."""
        while isinstance(self._app.screen, ModalScreen):
            self._app.pop_screen()
        if not isinstance(self._app.screen, CodeScreen):
            ran = self._main.show_run
            self._app.push_screen(CodeScreen(self.link, self._profile, lab, ran=ran))

    def show_backtests(self, lab: Lab) -> None:
        """Show the back-tests."""
        while isinstance(self._app.screen, ModalScreen):
            self._app.pop_screen()
        if not isinstance(self._app.screen, BacktestScreen):
            self._app.push_screen(BacktestScreen(self.link, self._profile, lab))

    def help(self) -> None:
        """Show every key."""
        self._app.push_screen(HelpScreen())

    def help_on_pane(self) -> None:
        """Show the keys of the focused pane."""
        if isinstance(self._app.screen, ModalScreen):
            return
        self._app.push_screen(HelpScreen(pane_of(self._app.focused)))

    def restart_desk(self) -> None:
        """Start a desk where there is none; the link finds it by itself."""
        if self.link.is_attached:
            self._app.notify("The desk is there: nothing is to be restarted.", markup=False)
            return
        run_beside(self._app, self._restart, "restart")

    async def _restart(self) -> None:
        if self._start_desk is None:
            self._app.notify("This console cannot start a desk.", severity="warning", markup=False)
            return
        self._app.notify("Starting the desk.", markup=False)
        if refusal := await asyncio.to_thread(self._start_desk):
            self._app.notify(neutral(refusal), severity="warning", markup=False)

    def leave(self) -> None:
        """Ask whether the desk goes on."""
        self._app.push_screen(LeaveScreen(lambda: self.link.state), self._leave)

    def _leave(self, leaving: Leaving | None) -> None:
        if leaving is Leaving.DETACH:
            self._app.exit()
        elif leaving is Leaving.STOP_DESK:
            run_beside(self._app, self._stop_desk, "leave")

    async def _stop_desk(self) -> None:
        receipt = await errands.ask(self.link, lambda desk: desk.stop_desk())
        self._app.exit(message=receipt.detail)

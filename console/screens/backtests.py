"""The back-test screen: choose, run, cancel, look at the figures, and at every run before."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.widget import Widget

from console.screens.backtest_lines import BARS_HINT, SYMBOLS_HINT, TERMS_HINT
from console.screens.beside import run_beside
from console.screens.desk_link import DeskLink
from console.screens.key_line import KeyLine, keys_of
from console.screens.keys import ON_THE_APP, ON_THE_BACKTEST_SCREEN, backtest_bindings
from console.screens.lab_link import Lab
from console.screens.lab_screen import LabScreen
from console.screens.run_choice import RunChoice
from widgets.dataset_view import Tabs
from widgets.paged_grid import PagedGrid
from widgets.plot import Plot
from widgets.run_view import TRADE_HEADINGS, RunFacts, RunHead, RunList

COMPARE = "Compare"
VIEWS = ("Figures", "Equity", "Trades", "Sweep", COMPARE)
MOST_MARKED = 6
"""As many lines as can be told apart in one picture."""
MARK_MORE = "Mark two runs or more with m, and they stand here together."
RUN_HAND, FIGURES_HAND = "work", "runs"
REPORT_HINT = "a new .html file for the report"


class BacktestScreen(LabScreen):
    """Runs strategies over the past in a process beside the console."""

    BINDINGS: ClassVar[list[BindingType]] = [*backtest_bindings()]

    def __init__(self, link: DeskLink, profile: str, lab: Lab) -> None:
        super().__init__(link, profile, lab)
        self._choice = RunChoice()
        self._marked: list[str] = []
        self._runs: dict[str, RunFacts] = {}
        self._run: RunFacts | None = None
        self._told: dict[str, Any] = {}
        self._view = VIEWS[0]
        self._head = RunHead(id="run-head")
        self._list = RunList(id="run-list")
        self._tabs = Tabs(id="lab-tabs")
        self._figures = Plot(id="run-figures")
        self._equity = Plot(id="run-equity")
        self._trades = PagedGrid(id="run-trades")
        self._sweep = Plot(id="run-sweep")
        self._compare = Plot(id="run-compare")
        self._panes: dict[str, Widget] = {
            "Figures": self._figures,
            "Equity": self._equity,
            "Trades": self._trades,
            "Sweep": self._sweep,
            COMPARE: self._compare,
        }

    def compose(self) -> ComposeResult:
        """Stand the choice over the runs and one view of the chosen run."""
        yield from (self.status, self._head)
        with Container(id="lab-body"):
            yield self._list
            with Vertical(id="lab-view"):
                yield self._tabs
                yield from self._panes.values()
        yield self.line
        yield self.remarks
        yield KeyLine(keys_of(ON_THE_BACKTEST_SCREEN | ON_THE_APP))

    def on_mount(self) -> None:
        """Read which runs there are."""
        self.line.display = False
        watched = sorted(self._link.state.watchlist)[:1]
        self._list.show(None)
        self._change(symbols=" ".join(watched))
        self._show_view()
        self.set_focus(self._list)
        run_beside(self, self._read_runs, "list")

    def home(self) -> None:
        """Give the keys back to the list."""
        self.set_focus(self._list)

    @on(RunList.Selected, "#run-list")
    def choose(self, event: RunList.Selected) -> None:
        """Show another run."""
        event.stop()
        self._run = self._runs[event.key]
        self._told = {}
        self._show_view()
        run_beside(self, self._read_run, "figures", is_latest_only=True)

    @on(PagedGrid.Wanted)
    def give_trades(self, event: PagedGrid.Wanted) -> None:
        """Hand over the trades that are looked at: they are all here."""
        event.stop()
        trades = self._told.get("trades", [])
        while (wanted := self._trades.missing()) is not None:
            first, count = wanted
            self._trades.give(first, trades[first : first + count])

    def on_resize(self) -> None:
        """Stand the panes anew, and write and draw in the new size."""
        super().on_resize()
        self._show_wish()
        if self._run is not None:
            run_beside(self, self._read_run, "figures", is_latest_only=True)
        if self._view == COMPARE:
            self._draw_comparison()

    # ── what is run ────────────────────────────────────────────────────────

    def action_next_strategy(self) -> None:
        """Choose the strategy to the right."""
        self._choose(+1)

    def action_previous_strategy(self) -> None:
        """Choose the strategy to the left."""
        self._choose(-1)

    def action_write_symbols(self) -> None:
        """Ask for the symbols."""
        written = self._choice.wish.symbols
        self.ask_line(SYMBOLS_HINT, lambda text: self._change(symbols=text.upper()), written)

    def action_write_bars(self) -> None:
        """Ask for the bars and their days."""
        written = self._choice.wish.bars
        self.ask_line(BARS_HINT, lambda text: self._change(bars=text), written, may_be_empty=True)

    def action_write_terms(self) -> None:
        """Ask for parameters and terms."""
        written = self._choice.wish.terms
        self.ask_line(TERMS_HINT, lambda text: self._change(terms=text), written, may_be_empty=True)

    def action_run_backtest(self) -> None:
        """Run the chosen strategy over each of the symbols."""
        try:
            commands = self._choice.commands()
        except ValueError as mistake:
            self.answer(str(mistake), is_good=False)
            return
        self.begin(partial(self._run_each, commands))

    def action_mark_run(self) -> None:
        """Mark the chosen run to be compared, or take its mark away."""
        key = self._list.selected  # where the cursor is: what it chose may not be told yet
        if key is None:
            self.answer("No run is chosen.", is_good=False)
            return
        if key not in self._marked and len(self._marked) == MOST_MARKED:
            self.answer(f"{MOST_MARKED} runs are the most: m takes a mark away.", is_good=False)
            return
        self._marked = [one for one in self._runs if (one in self._marked) is not (one == key)]
        self._list.show(list(self._runs.values()), self._marked)
        self.answer(f"Marked: {', '.join(self._marked) or 'none'}.")
        if self._view == COMPARE:
            self._draw_comparison()

    def action_export_report(self) -> None:
        """Ask where to write the chosen run's HTML report."""
        if self._run is None:
            self.answer("No run is chosen.", is_good=False)
            return
        self.ask_line(REPORT_HINT, self._export, f"{self._run.key}.html")

    async def _run_each(self, commands: Mapping[str, list[str]]) -> None:
        made = []
        for symbol, words in commands.items():
            self.remarks.far(0.0, f"{symbol}: beginning")
            told = await self.asked(RUN_HAND, "run_backtest", words=words)
            if told is None:
                break
            if told["is_kept"]:
                made.append(told["key"])
        if made:
            await self._read_runs(made[-1])
        if len(made) == len(commands):
            self.answer(f"Kept as {', '.join(made)}.")

    def _choose(self, places: int) -> None:
        self._choice.turn(places)
        self._show_wish()

    def _change(self, **lines: str) -> None:
        self._choice.wish = replace(self._choice.wish, **lines)
        self._show_wish()

    def _export(self, text: str) -> None:
        if self._run is not None:
            run_beside(self, partial(self._report, self._run.key, text), "report")

    async def _report(self, key: str, path: str) -> None:
        told = await self.asked(FIGURES_HAND, "run_report", key=key, path=path)
        if told is not None:
            self.answer(f"The report is in {told['path']}.")

    # ── what is shown ──────────────────────────────────────────────────────

    def action_next_view(self) -> None:
        """Show the view to the right."""
        self._turn(+1)

    def action_previous_view(self) -> None:
        """Show the view to the left."""
        self._turn(-1)

    def action_next_pane(self) -> None:
        """Go from the list to the view, or back; a small screen shows the one with the keys."""
        view = self._panes[self._view]
        is_to_view = self.focused is self._list
        self.set_class(is_to_view, "-viewing")
        self.set_focus(view if is_to_view else self._list)

    def action_previous_pane(self) -> None:
        """Go from the list to the view, or back: there are two."""
        self.action_next_pane()

    def _turn(self, places: int) -> None:
        self._view = VIEWS[(VIEWS.index(self._view) + places) % len(VIEWS)]
        self._show_view()

    def _show_wish(self) -> None:
        self._head.show(self._choice.usual, self._choice.wish)

    def _show_view(self) -> None:
        pane = self._panes[self._view]
        had_focus = self.focused in self._panes.values()
        for other in self._panes.values():
            other.display = other is pane
        if had_focus:
            self.set_focus(pane)
        about = "" if self._run is None else f"{self._run.key} {self._run.about}"
        if self._view == COMPARE:
            about = " and ".join(self._marked)
        self._tabs.show(VIEWS, self._view, about)
        if self._view == "Equity" and self._run is not None:
            self._equity.say("drawing …")
            self.call_after_refresh(self._draw_equity)
        if self._view == COMPARE:
            self._draw_comparison()

    def _draw_comparison(self) -> None:
        if len(self._marked) < 2:  # noqa: PLR2004 - one run is no comparison
            self._compare.say(MARK_MORE)
            return
        self._compare.say("comparing …")
        self.call_after_refresh(
            run_beside, self, self._read_comparison, "comparison", is_latest_only=True
        )

    def _draw_equity(self) -> None:
        run_beside(self, self._read_curve, "curve", is_latest_only=True)

    async def _read_runs(self, chosen: str = "") -> None:
        told = await self.asked(FIGURES_HAND, "runs")
        self.remarks.far(None)
        if told is None:
            self._list.show(())
            return
        self._runs = {one["key"]: RunFacts(**one) for one in told["runs"]}
        self._choice.offer(told["strategies"])
        self._show_wish()
        self._list.show(list(self._runs.values()), self._marked)
        if chosen:
            self._list.select(chosen)

    async def _read_run(self) -> None:
        run = self._run
        if run is None:
            return
        width = self._panes[self._view].size.width - 3
        told = await self.asked(FIGURES_HAND, "run", key=run.key, width=width)
        if told is None or self._run is not run:
            return
        self._told = told
        self._figures.show(told["figures"])
        self._sweep.show(told["sweep"])
        self._trades.open(TRADE_HEADINGS, len(told["trades"]))
        if self._view == "Equity":
            self._draw_equity()

    async def _read_curve(self) -> None:
        run, room = self._run, self._equity.room
        if run is None:
            return
        told = await self.asked(
            FIGURES_HAND, "run_curve", key=run.key, width=room.width, height=room.height
        )
        if told is not None and self._run is run:
            self._equity.show(told["picture"], told["words"])

    async def _read_comparison(self) -> None:
        keys, room = list(self._marked), self._compare.room
        told = await self.asked(
            FIGURES_HAND, "run_compared", keys=keys, width=room.width, height=room.height
        )
        if told is not None and keys == self._marked:
            self._compare.show(told["picture"])

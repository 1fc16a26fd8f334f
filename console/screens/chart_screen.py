"""A screen with a chart: which bars it shows, and which studies are drawn among them."""

from functools import partial

from console.screens.beside import run_beside
from console.screens.chart_feed import REFRESH_SECONDS, ChartFeed
from console.screens.desk_link import DeskLink
from console.screens.letter_screen import LetterScreen
from console.screens.overlays import Choice, Overlays
from console.studies.pivot_rules import PivotRules
from widgets.chart import Chart


class ChartScreen(LetterScreen):
    """Holds the chart, and remembers what was chosen for it while the console runs."""

    def __init__(self, link: DeskLink) -> None:
        super().__init__(link)
        self._overlays = Overlays()
        self._chart = Chart(id="chart", overlaid=self._overlays)
        self._feed = ChartFeed(link)

    def on_mount(self) -> None:
        """Keep the chart's edge alive."""
        self.set_interval(REFRESH_SECONDS, self.load_bars)

    def judge_pivots_by(self, rules: PivotRules) -> None:
        """Draw the pivots of other rules from now on."""
        if self._overlays.judge_pivots_by(rules):
            self._chart.draw_anew()

    def load_bars(self) -> None:
        """Fetch the bars that are wanted now."""
        run_beside(self, partial(self._feed.load, self._chart), "bars", is_latest_only=True)

    def action_shorter_bars(self) -> None:
        """Show the next shorter timeframe."""
        if self._feed.step(-1):
            self.load_bars()

    def action_longer_bars(self) -> None:
        """Show the next longer timeframe."""
        if self._feed.step(+1):
            self.load_bars()

    def action_overlay(self, choice: str) -> None:
        """Draw a study among the bars, or no longer; say so where the chart is hidden."""
        drawn = Choice[choice.upper()]
        is_drawn = self._overlays.toggle(drawn)
        self._chart.draw_anew()
        if not self._chart.display:
            word = "drawn on" if is_drawn else "no longer drawn on"
            self.notify(f"{drawn}: {word} the chart.", markup=False)

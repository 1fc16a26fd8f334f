"""The two pages of the analytics pane: readings, and the newest run of the trader's code."""

from console.screens.key_line import key_of
from widgets.analytics import Analytics
from widgets.analytics_code import CodeRun, NewestRun
from widgets.lines import LineView

HIDDEN = "-other-page"
"""The class of the page that is not on top; the stylesheet hides it."""


class AnalyticsPages:
    """Holds both pages, one of them on top."""

    def __init__(self) -> None:
        self.readings = Analytics(id="analytics")
        self.newest_run = NewestRun(id="newest-run", classes=HIDDEN)
        self.has_run = False
        """Whether there is a run to be seen."""

    @property
    def on_top(self) -> LineView:
        """The page that is seen where the pane is."""
        return self.readings if self.newest_run.has_class(HIDDEN) else self.newest_run

    def number(self, number: str) -> None:
        """Write the key that goes to the pane before both titles."""
        self.readings.number(number)
        self.newest_run.number(number)

    def turn(self, *, is_shown: bool) -> None:
        """Put the other page on top; where the pane was not shown, the run."""
        self._put(is_run=not is_shown or self.on_top is self.readings)

    def show_run(self, run: CodeRun) -> None:
        """Put a run on top that has just ended."""
        self._fill(run, is_earlier=False)
        self._put(is_run=True)

    def show_earlier(self, run: CodeRun) -> None:
        """Show the newest run of a console before this one, where none has been since."""
        if not self.has_run:
            self._fill(run, is_earlier=True)

    def _fill(self, run: CodeRun, *, is_earlier: bool) -> None:
        self.has_run = True
        self.newest_run.show_run(run, is_earlier=is_earlier)
        self.readings.point(f"{key_of('turn_analytics')}: run {run.number}")

    def _put(self, *, is_run: bool) -> None:
        self.newest_run.set_class(not is_run, HIDDEN)
        self.readings.set_class(is_run, HIDDEN)

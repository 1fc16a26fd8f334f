"""The alerts: armed price alerts, then what happened, newest first, loud until acknowledged."""

from collections.abc import Mapping
from datetime import datetime
from heapq import nlargest
from textwrap import wrap

from console.domain.alerts import Alert, Crossing, Severity
from console.domain.state import TradingState
from widgets import figures
from widgets.cells import BLANK, Cell, Line, Meaning
from widgets.columns import Column
from widgets.freshness import live_mid
from widgets.grid import Grid
from widgets.outside import neutral

SHOWN = 200
"""How many alerts are listed; the audit keeps them all."""
EMPTY = Cell("Nothing to tell", "quiet")
GLYPHS: Mapping[Severity, tuple[str, Meaning]] = {
    Severity.INFO: ("i", "info"),
    Severity.WARNING: ("!", "caution"),
    Severity.CRITICAL: ("‼", "critical"),
}
DONE = "✓"
ARMED = "◎"
CROSSING = "crossing "
"""Begins the key of an armed price alert; the key of an alert is its id."""
MORE = "\n"
"""Stands in the keys of the lines in which a long alert goes on."""


class Alerts(Grid):
    """What is waited for and what happened, one line each; the selected one in full."""

    class Selected(Grid.Selected):
        """An alert was selected; `alert` is its id."""

        @property
        def alert(self) -> str:
            """The id of the alert."""
            return self.key

    COLUMNS = (
        Column(label="Time", width=8, priority=1),
        Column(label="", width=1),
        Column(label="Alert", width=20, stretches=True),
    )

    HEADING = "Alerts"

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._alerts: Mapping[str, Alert] | None = None
        self._armed: dict[str, Line] = {}
        self._told: dict[str, Line] = {}
        self._is_drawing = False

    @property
    def selected_crossing(self) -> str | None:
        """The id of the armed price alert that is selected, if one is."""
        key = self.selected or ""
        return key.removeprefix(CROSSING) if key.startswith(CROSSING) else None

    def show(self, state: TradingState, now: datetime) -> None:
        """Draw the alerts that are new or were acknowledged, and how far the armed ones are."""
        armed = _armed_rows(state, now)
        if state.alerts is self._alerts and armed == self._armed:
            return
        if state.alerts is not self._alerts:
            self._told = _told_rows(state)
        self._alerts, self._armed = state.alerts, armed
        self._draw()
        fresh = sum(not alert.is_acknowledged for alert in state.alerts.values())
        aside = f"{len(armed)} armed" if armed else ""
        self.entitle(f"Alerts ({fresh} new)" if fresh else "Alerts", aside)

    def select(self, key: str | None) -> None:
        """Select an alert, by any of its lines, and show its whole text."""
        key = None if key is None else key.partition(MORE)[0]
        if key == self.selected:
            return
        super().select(key)
        self._draw()
        if self.selected is not None:
            self._scroll_to_alert(self.selected)

    def select_next(self) -> None:
        """Select the alert below, past the lines in which this one goes on."""
        heads = [key for key in self.keys if MORE not in key]
        here = heads.index(self.selected) if self.selected in heads else -1
        if here + 1 < len(heads):
            self.select(heads[here + 1])

    def on_resize(self) -> None:
        """Break the selected alert anew in the new width."""
        super().on_resize()
        self._draw()

    def _draw(self) -> None:
        """Set the rows; once more where the selected one was gone and its neighbour unfolds."""
        if self._is_drawing:
            return
        self._is_drawing = True
        selected = self.selected
        self.set_rows(self._lines(), placeholder=EMPTY)
        if self.selected != selected:
            self.set_rows(self._lines(), placeholder=EMPTY)
        self._is_drawing = False

    def _lines(self) -> dict[str, Line]:
        rows: dict[str, Line] = {}
        for key, row in (*self._armed.items(), *self._told.items()):
            rows |= self._unfolded(key, row) if key == self.selected else {key: row}
        return rows

    def _unfolded(self, key: str, row: Line) -> dict[str, Line]:
        """Return the lines of one alert, its text broken to the width there is."""
        time, glyph, text = row
        width = self._placed[-1].width if self._placed else 0
        if len(text.text) <= width or not width:
            return {key: row}
        first, *later = wrap(neutral(text.text), width) or [""]
        lines = {
            f"{key}{MORE}{n}": (BLANK, BLANK, text._replace(text=t)) for n, t in enumerate(later)
        }
        return {key: (time, glyph, text._replace(text=first)), **lines}

    def _scroll_to_alert(self, key: str) -> None:
        """Bring its last line into view, then its first, which matters more."""
        last = [known for known in self.keys if known.partition(MORE)[0] == key][-1]
        self._scroll_to_row(self._places[last])
        self._scroll_to_row(self._places[key])


def _told_rows(state: TradingState) -> dict[str, Line]:
    latest = nlargest(SHOWN, state.alerts.values(), key=lambda alert: (alert.at, alert.id))
    return {alert.id: _row(alert) for alert in latest}


def _armed_rows(state: TradingState, now: datetime) -> dict[str, Line]:
    armed = (crossing for crossing in state.crossings.values() if crossing.is_armed)
    ordered = sorted(armed, key=lambda crossing: (crossing.symbol, crossing.price, crossing.id))
    return {
        f"{CROSSING}{crossing.id}": _armed_row(crossing, live_mid(crossing.symbol, state, now))
        for crossing in ordered
    }


def _armed_row(crossing: Crossing, mid: float | None) -> Line:
    words = f"{crossing.symbol} {crossing.direction.value} {figures.price(crossing.price)}"
    return (
        Cell(figures.clock(crossing.at), "quiet"),
        Cell(ARMED, "level", bold=True),
        Cell(f"{words}, {_to_go(crossing.price, mid)} to go", "words"),
    )


def _to_go(price: float, mid: float | None) -> str:
    if not mid:
        return figures.DASH
    way = abs(price - mid)
    return f"{figures.price(way)} ({way / mid * 100:.2f}%)"


def _row(alert: Alert) -> Line:
    if alert.is_acknowledged:
        return (
            Cell(figures.clock(alert.at), "quiet"),
            Cell(DONE, "quiet"),
            Cell(alert.text, "quiet"),
        )
    glyph, meaning = GLYPHS[alert.severity]
    return (
        Cell(figures.clock(alert.at), "quiet"),
        Cell(glyph, meaning, bold=True),
        Cell(alert.text, "strong" if alert.severity is Severity.INFO else meaning, bold=True),
    )

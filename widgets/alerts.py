"""The alerts: newest first, loud until somebody has acknowledged them."""

from collections.abc import Mapping
from datetime import datetime
from heapq import nlargest

from console.domain.alerts import Alert, Severity
from console.domain.state import TradingState
from widgets import figures
from widgets.cells import Cell, Line, Meaning
from widgets.columns import Column
from widgets.grid import Grid

SHOWN = 200
"""How many alerts are listed; the audit keeps them all."""
EMPTY = Cell("Nothing to tell", "quiet")
GLYPHS: Mapping[Severity, tuple[str, Meaning]] = {
    Severity.INFO: ("i", "info"),
    Severity.WARNING: ("!", "caution"),
    Severity.CRITICAL: ("‼", "critical"),
}
DONE = "✓"


class Alerts(Grid):
    """What happened, one line each."""

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

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._alerts: Mapping[str, Alert] | None = None
        self.entitle("Alerts")

    def show(self, state: TradingState, now: datetime) -> None:
        """Draw the alerts that are new or were acknowledged."""
        del now
        if state.alerts is self._alerts:
            return
        self._alerts = state.alerts
        latest = nlargest(SHOWN, state.alerts.values(), key=lambda alert: (alert.at, alert.id))
        self.set_rows({alert.id: _row(alert) for alert in latest}, placeholder=EMPTY)
        fresh = sum(not alert.is_acknowledged for alert in state.alerts.values())
        self.entitle(f"Alerts ({fresh} new)" if fresh else "Alerts")


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

"""The comparison with the broker: when it was made last, and what the last find was."""

from datetime import datetime

from console.domain.reconciliation import Difference, Reconciliation
from console.domain.state import TradingState
from widgets import figures
from widgets.cells import Cell, Line
from widgets.lines import INDENT, LinePane, paragraph

LEAST_WIDTH = 20


class ReconciliationView(LinePane, can_focus=True):
    """The report of the last comparison, and of the last one that found something."""

    HEADING = "Reconciliation"

    def show(self, state: TradingState, now: datetime) -> None:
        """Draw the newest report."""
        width = max(self.room.width - 3 * len(INDENT), LEAST_WIDTH)
        self.set_lines([(), *_last(state.reconciliation, now), (), *_found(state, now, width)])


def _last(report: Reconciliation | None, now: datetime) -> list[Line]:
    if report is None:
        words = "Not compared with the broker yet: no order is sent before that."
        return [(Cell(f"{INDENT}◐ {words}", "caution"),)]
    verdict = (
        Cell("✓ agrees", "gain", bold=True)
        if report.is_clean
        else Cell("! differed", "caution", bold=True)
    )
    return [
        (Cell(INDENT), verdict, Cell(f"  {report}", "words")),
        _when("Last", report, now),
    ]


def _when(name: str, report: Reconciliation, now: datetime) -> Line:
    since = max((now - report.at).total_seconds(), 0.0)
    return (
        Cell(f"{INDENT}{name}  ", "quiet"),
        Cell(f"{figures.clock(report.at)} NY", "strong"),
        Cell(f", {figures.age(since)} ago, in {report.seconds:.2f} s: ", "quiet"),
        Cell(report.cause.value, "words"),
    )


def _found(state: TradingState, now: datetime, width: int) -> list[Line]:
    report = state.differing
    if report is None:
        return [(Cell(f"{INDENT}Nothing has differed since this desk started.", "quiet"),)]
    lines: list[Line] = [_when("Last find", report, now), ()]
    for difference in report.differences:
        lines += _difference(difference, width)
    return lines


def _difference(found: Difference, width: int) -> list[Line]:
    done = paragraph(f"→ {found.done}", width, "words", INDENT * 2)
    return [*paragraph(found.text, width, "strong"), *done, ()]

"""A scan: the rules to choose from, how far it is, and who satisfies the chosen one."""

from collections.abc import Sequence

from console.domain.scans import Mark, Measure, Scan, ScanRow, ScanRule, ScanState
from widgets import figures
from widgets.cells import BLANK, UNKNOWN, Cell, Line, Meaning, width_of
from widgets.columns import Column
from widgets.grid import Grid
from widgets.lines import LinePane

MARKS: dict[Mark, Cell] = {
    Mark.NEW: Cell("new", "info", bold=True),
    Mark.UP: Cell("▲", "gain"),
    Mark.DOWN: Cell("▼", "loss"),
    Mark.SAME: Cell("=", "quiet"),
    Mark.NOT_KNOWN: BLANK,
}
STATES: dict[ScanState, tuple[str, Meaning]] = {
    ScanState.RUNNING: ("scanning", "working"),
    ScanState.DONE: ("✓ complete", "gain"),
    ScanState.CANCELED: ("! canceled", "caution"),
    ScanState.FAILED: ("! ended early", "denied"),
}
BAR = 20
NOTHING_YET = Cell("Enter scans by the chosen rule", "quiet")
NOBODY = Cell("Nobody satisfies the rule", "quiet")


class ScanHead(LinePane):
    """Which rule is chosen and what it asks; which symbols; how far the scan is."""

    HEADING = "Scanner"

    def show(
        self, rules: Sequence[ScanRule], chosen: ScanRule, universe: str, scan: Scan | None
    ) -> None:
        """Draw the choice and the progress."""
        self.set_lines(
            [
                _choice(rules, chosen, self.room.width),
                (Cell(f" {chosen.about}", "words"), Cell(f"  of {universe}", "quiet")),
                _progress(scan),
            ]
        )


def _choice(rules: Sequence[ScanRule], chosen: ScanRule, room: int) -> Line:
    """Return the rules' names, those before the chosen one left out as far as they must be."""
    names = [rule.name for rule in rules]
    first, place = 0, rules.index(chosen)
    while first < place and sum(width_of(name) + 2 for name in names[first : place + 1]) > room:
        first += 1
    return tuple(
        Cell(f" {name} ", "strong", bold=True, reverse=True)
        if name == chosen.name
        else Cell(f" {name} ", "quiet")
        for name in names[first:]
    )


def _progress(scan: Scan | None) -> Line:
    if scan is None:
        return (Cell(" never scanned", "quiet"),)
    words, meaning = STATES[scan.state]
    line = [
        Cell(f" {words}", meaning, bold=True),
        Cell(f"  {scan.rule.name} of {scan.universe}", "words"),
        Cell(f"  {scan.scanned:,} of {scan.total:,}", "strong"),
    ]
    if not scan.is_over:
        done = BAR * scan.scanned // scan.total if scan.total else 0
        line += [Cell("  " + "█" * done, "working"), Cell("░" * (BAR - done), "quiet")]
    else:
        line.append(Cell(f"  at {figures.clock(scan.at)} NY", "quiet"))
    return tuple(line)


class ScanRemarks(LinePane):
    """What a scan could not judge, and what ended it."""

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._answer: Cell | None = None

    def answer(self, text: str, meaning: Meaning) -> None:
        """Say what came of the last key, until the next."""
        self._answer = Cell(f" {text}", meaning)

    def show(self, scan: Scan | None) -> None:
        """Draw the remarks."""
        said = [Cell(f" {text}", meaning) for text, meaning in _remarks(scan)]
        self.set_lines([(cell,) for cell in [*filter(None, [self._answer]), *said]])


def _remarks(scan: Scan | None) -> list[tuple[str, Meaning]]:
    if scan is None:
        return []
    told: list[tuple[str, Meaning]] = []
    if scan.trouble:
        told.append((scan.trouble, "caution"))
    if scan.not_scanned:
        some = ", ".join(scan.not_scanned[:3])
        told.append((f"Not scanned: {len(scan.not_scanned):,} ({some} …)", "caution"))
    parts = []
    if scan.not_known:
        stale = f", {scan.stale:,} of them stale" if scan.stale else ""
        parts.append(f"not known {scan.not_known:,}{stale}")
    if scan.not_listed:
        parts.append(f"not listed {len(scan.not_listed):,}")
    if scan.gone:
        parts.append(f"gone since the scan before: {', '.join(scan.gone[:8])}")
    if parts:
        told.append(("; ".join(parts), "quiet"))
    return told


class ScanGrid(Grid):
    """Those who satisfy the rule, the largest first."""

    COLUMNS = (
        Column(label="", width=3),
        Column(label="Symbol", width=6),
        Column(label="Trades/min", width=10, align="right"),
        Column(label="Change", width=8, align="right"),
        Column(label="Price", width=9, align="right", priority=1),
        Column(label="Volume", width=7, align="right", priority=2),
        Column(label="x usual", width=7, align="right", priority=3),
        Column(label="Spread", width=7, align="right", priority=4),
        Column(label="Tier", width=6, align="right"),
        Column(label="", width=9, stretches=True),
    )

    def show(self, scan: Scan | None) -> None:
        """Draw what changed."""
        rows = {} if scan is None else {row.symbol: _row(row) for row in scan.rows}
        is_over = scan is not None and scan.is_over
        self.set_rows(rows, placeholder=NOBODY if is_over else NOTHING_YET)
        if self.selected is None and rows:
            self.select_first()
        self.entitle("Found", f"{len(rows):,}" if scan else "")


def _row(row: ScanRow) -> Line:
    facts = row.facts
    change = facts.change
    return (
        MARKS[row.mark],
        Cell(row.symbol, "strong", bold=True),
        _known(facts.trades_per_minute, "{:,.0f}"),
        figures.change(figures.percent(change), change),
        figures.known(figures.price(facts.price)),
        figures.known(figures.volume(facts.volume)),
        _known(facts.relative_volume, "{:,.1f}"),
        _known(facts.figure(Measure.SPREAD), "{:.2f}%"),
        BLANK if row.tier is None else Cell(f"≥{row.tier:,.0f}", "info"),
        Cell("explosive", "caution", bold=True) if row.is_explosive else BLANK,
    )


def _known(figure: float | None, words: str) -> Cell:
    return UNKNOWN if figure is None else Cell(words.format(figure))

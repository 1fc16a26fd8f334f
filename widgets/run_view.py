"""Back-tests: what is to be run, and what was run before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from widgets import figures
from widgets.cells import Align, Cell, Line
from widgets.columns import Column
from widgets.grid import Grid
from widgets.lines import LinePane

NOT_READ = Cell("reading …", "quiet")
NOTHING_YET = Cell("None yet: Enter runs one", "quiet")
TRADE_HEADINGS: tuple[tuple[str, Align], ...] = (
    ("side", "left"),
    ("P&L", "right"),
    ("entered, UTC", "left"),
    ("left", "left"),
    ("shares", "right"),
    ("at", "right"),
    ("to", "right"),
    ("cost", "right"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """One kept back-test as the lab tells of it."""

    key: str
    about: str
    parameters: str
    change: str
    gain: float
    sharpe: str
    trades: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWish:
    """What Enter runs."""

    strategy: str
    symbols: str
    bars: str
    terms: str


class RunHead(LinePane):
    """The strategies to choose from, and what the chosen one is run on."""

    def show(self, strategies: Mapping[str, str], wish: RunWish) -> None:
        """Draw the choice."""
        self.entitle("Back-test")
        names = _in_room(list(strategies), wish.strategy, self.room.width)
        usual = strategies.get(wish.strategy, "")
        self.set_lines(
            [
                names or (NOT_READ,),
                (
                    *_said("symbols", wish.symbols or "—"),
                    *_said("bars", wish.bars or "the desk's newest 1,000 minutes"),
                ),
                (*_said("terms", wish.terms or "long only, no costs"), Cell(f"  {usual}", "quiet")),
            ]
        )


def _in_room(names: Sequence[str], chosen: str, width: int) -> Line:
    """Return names from the first one on, or from where the chosen one can be seen."""
    first = 0
    if chosen in names:
        while first < names.index(chosen) and _wide(names[first : names.index(chosen) + 1]) > width:
            first += 1
    shown = tuple(
        Cell(f" {name} ", "strong", bold=True, reverse=True)
        if name == chosen
        else Cell(f" {name} ", "quiet")
        for name in names[first:]
    )
    return (Cell("◂", "quiet"), *shown) if first else shown


def _wide(names: Sequence[str]) -> int:
    return 1 + sum(len(name) + 2 for name in names)


def _said(name: str, text: str) -> tuple[Cell, Cell]:
    return Cell(f" {name} ", "quiet"), Cell(f"{text} ", "words")


class RunList(Grid):
    """The kept back-tests, the newest first."""

    COLUMNS = (
        Column(label="Run", width=11),
        Column(label="What", width=14),
        Column(label="Return", width=9, align="right"),
        Column(label="Sharpe", width=6, align="right", priority=1),
        Column(label="Trades", width=6, align="right", priority=2),
        Column(label="Parameters", width=10, priority=3, stretches=True),
    )

    def show(self, runs: Sequence[RunFacts] | None, marked: Collection[str] = ()) -> None:
        """Draw what changed; None before they are known. Those that are marked bear a sign."""
        rows = {one.key: _row(one, is_marked=one.key in marked) for one in runs or ()}
        self.set_rows(rows, placeholder=NOT_READ if runs is None else NOTHING_YET)
        if self.selected is None and rows:
            self.select_first()
        self.entitle("Runs" if runs is None else f"Runs {len(rows):,}")


def _row(one: RunFacts, *, is_marked: bool) -> Line:
    return (
        Cell(f"{one.key} ✓" if is_marked else one.key, "strong", bold=True),
        Cell(one.about),
        figures.change(one.change, one.gain),
        Cell(one.sharpe),
        Cell(one.trades, "quiet"),
        Cell(one.parameters, "quiet"),
    )

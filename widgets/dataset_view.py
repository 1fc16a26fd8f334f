"""Datasets: which there are, and their columns in figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from widgets.cells import BLANK, UNKNOWN, Cell, Line, Meaning
from widgets.columns import Column
from widgets.grid import Grid
from widgets.lines import LinePane

NOT_READ = Cell("reading …", "quiet")
NOTHING_YET = Cell("No datasets: f loads a file", "quiet")
LIVE = Cell("●", "fresh", bold=True)
BAR = 24
NUMBERS = frozenset({"whole", "number", "exact"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFacts:
    """One dataset as the lab tells of it; columns by name, kind and role."""

    name: str
    rows: int
    columns: tuple[tuple[str, str, str], ...]
    memory: str
    origin: str
    made: str
    notes: tuple[str, ...] = ()
    is_live: bool = False

    @property
    def numbers(self) -> tuple[str, ...]:
        """The columns one can reckon with."""
        return tuple(name for name, kind, _ in self.columns if kind in NUMBERS)


class DatasetList(Grid):
    """The datasets by name, a point before one that grows."""

    COLUMNS = (
        Column(label="", width=1),
        Column(label="Dataset", width=10),
        Column(label="Rows", width=6, align="right"),
        Column(label="Memory", width=9, align="right", priority=1),
        Column(label="Cols", width=4, align="right", priority=2),
        Column(label="From", width=14, priority=3, stretches=True),
    )

    def show(self, datasets: Sequence[DatasetFacts] | None, total: str = "") -> None:
        """Draw what changed; None before they are known."""
        rows = {one.name: _listed(one) for one in datasets or ()}
        self.set_rows(rows, placeholder=NOT_READ if datasets is None else NOTHING_YET)
        if self.selected is None and rows:
            self.select_first()
        self.entitle(f"Datasets {len(rows):,}" if datasets is not None else "Datasets", total)


def _listed(one: DatasetFacts) -> Line:
    return (
        LIVE if one.is_live else BLANK,
        Cell(one.name, "strong", bold=True),
        Cell(f"{one.rows:,}"),
        Cell(one.memory, "quiet"),
        Cell(f"{len(one.columns):,}", "quiet"),
        Cell("live " + one.origin if one.is_live else one.origin, "quiet"),
    )


class TextTable(Grid):
    """A table of texts that were made elsewhere, under given headings."""

    def show(self, rows: Sequence[Sequence[str]], placeholder: str = "") -> None:
        """Draw what changed."""
        told = {f"{place}": tuple(map(_cell, row)) for place, row in enumerate(rows)}
        self.set_rows(told, placeholder=Cell(placeholder, "quiet"))
        if self.selected is None and told:
            self.select_first()


def _cell(text: str) -> Cell:
    return UNKNOWN if text == UNKNOWN.text else Cell(text)


COLUMN_HEADINGS = (
    Column(label="Column", width=8),
    Column(label="Kind", width=6),
    Column(label="Role", width=6),
    Column(label="Missing", width=7, align="right", priority=1),
    Column(label="Distinct", width=8, align="right", priority=4),
    Column(label="Least", width=8, align="right", priority=2),
    Column(label="Median", width=8, align="right", priority=3),
    Column(label="Mean", width=8, align="right", priority=5),
    Column(label="Greatest", width=8, align="right", priority=2),
    Column(label="", width=0, stretches=True),
)
QUALITY_HEADINGS = (
    Column(label="Column", width=8),
    Column(label="Missing", width=7, align="right"),
    Column(label="Constant", width=8, align="right"),
    Column(label="Backward", width=8, align="right"),
    Column(label="Outliers", width=8, align="right"),
    Column(label="", width=0, stretches=True),
)


class Tabs(LinePane):
    """Which views there are, and which one is shown."""

    def show(self, names: Sequence[str], chosen: str, aside: str = "") -> None:
        """Draw the names; the chosen one stands out without colour too."""
        line = [
            Cell(f" {name} ", "strong", bold=True, reverse=True)
            if name == chosen
            else Cell(f" {name} ", "quiet")
            for name in names
        ]
        self.set_lines([(*line, Cell(f"  {aside}", "words"))])


class Remarks(LinePane):
    """What came of the last key, and how far what runs is."""

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._answer: tuple[Cell, ...] = ()
        self._progress: Line = ()

    def answer(self, text: str, meaning: Meaning = "words") -> None:
        """Say what came of the last key, until the next."""
        self._answer = tuple(Cell(f" {line}", meaning) for line in text.splitlines())
        self._draw()

    def far(self, share: float | None, words: str = "") -> None:
        """Show how far the work is; None takes the bar away."""
        if share is None:
            self._progress = ()
        else:
            done = round(BAR * min(max(share, 0.0), 1.0))
            self._progress = (
                Cell(" " + "█" * done, "working"),
                Cell("░" * (BAR - done), "quiet"),
                Cell(f" {share:4.0%} {words}", "words"),
            )
        self._draw()

    def _draw(self) -> None:
        lines: list[Line] = [(cell,) for cell in self._answer]
        self.set_lines([self._progress, *lines] if self._progress else lines)

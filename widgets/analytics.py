"""The analytics output: readings of one symbol, with how much they saw and how old they are."""

from datetime import datetime

from console.domain.readings import Reading, Unit
from console.domain.state import TradingState
from widgets import figures
from widgets.cells import BLANK, UNKNOWN, Cell, Line
from widgets.columns import Column
from widgets.grid import Grid

NO_SYMBOL = Cell("Select a symbol", "quiet")
NONE_TAKEN = Cell("No readings yet", "quiet")
HOW_MUCH = frozenset({"place in day range", "realised volatility"})
"""Percents that say how much, not which way: a sign or a colour would mislead."""


class Analytics(Grid):
    """The readings of the symbol in focus."""

    COLUMNS = (
        Column(label="Reading", width=14),
        Column(label="Value", width=10, align="right"),
        Column(label="Unit", width=5, priority=3),
        Column(label="n", width=5, align="right", priority=2),
        Column(label="Age", width=4, align="right", priority=1),
        Column(label="Note", width=12, priority=4, stretches=True),
    )

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._symbol: str | None = None
        self._aside = ""
        self.entitle("Analytics")

    @property
    def symbol(self) -> str | None:
        """The symbol whose readings are shown."""
        return self._symbol

    def follow(self, symbol: str | None) -> None:
        """Show the readings of another symbol from the next `show` on."""
        if symbol == self._symbol:
            return
        self._symbol = symbol
        self._entitle()
        self.set_rows({}, placeholder=NO_SYMBOL if symbol is None else NONE_TAKEN)

    def point(self, aside: str) -> None:
        """Say below the readings what else there is to see."""
        self._aside = aside
        self._entitle()

    def show(self, state: TradingState, now: datetime) -> None:
        """Draw the readings that changed; ages change by themselves."""
        readings = () if self._symbol is None else state.readings_of(self._symbol)
        rows = {reading.name: _row(reading, now) for reading in readings}
        self.set_rows(rows, placeholder=NO_SYMBOL if self._symbol is None else NONE_TAKEN)

    def _entitle(self) -> None:
        title = "Analytics" if self._symbol is None else f"Analytics {self._symbol}"
        self.entitle(title, self._aside)


def value_of(reading: Reading) -> str:
    """Format the value of a reading in its unit, a dash when it is not known."""
    match reading.unit:
        case Unit.PRICE:
            return figures.price(reading.value)
        case Unit.PERCENT:
            text = figures.percent(reading.value).removesuffix("%")
            return text.removeprefix("+") if reading.name in HOW_MUCH else text
        case Unit.SHARES:
            return figures.volume(reading.value)
        case Unit.BASIS_POINTS | Unit.PER_MINUTE:
            return figures.tenths(reading.value)


def _row(reading: Reading, now: datetime) -> Line:
    text = value_of(reading)
    is_change = reading.unit is Unit.PERCENT and text.startswith(("+", "-"))
    value = figures.change(text, reading.value) if is_change else figures.known(text, "strong")
    age = None if reading.at is None else max((now - reading.at).total_seconds(), 0.0)
    unit = {Unit.PRICE: "$", Unit.PERCENT: "%"}.get(reading.unit, reading.unit.value)
    return (
        Cell(reading.name),
        value,
        BLANK if value is UNKNOWN else Cell(unit, "quiet"),
        Cell(figures.qty(float(reading.sample)), "quiet"),
        figures.known(figures.age(age), "quiet"),
        Cell(reading.note, "quiet"),
    )

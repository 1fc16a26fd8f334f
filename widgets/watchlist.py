"""The watchlist: what each symbol last traded at, its quote, and how old that is."""

from datetime import datetime
from typing import NamedTuple

from console.domain.market import Day, Quote, Trade
from console.domain.state import TradingState
from widgets import figures
from widgets.cells import UNKNOWN, Cell, Line, Meaning
from widgets.columns import Column
from widgets.freshness import DEAD, STALE_AFTER, Freshness, freshness
from widgets.grid import Grid

EMPTY = Cell("No symbols yet: press w to add one", "quiet")


class Seen(NamedTuple):
    """Everything one row is drawn from, compared by identity and few words."""

    quote: Quote | None
    trade: Trade | None
    day: Day | None
    freshness: Freshness
    age: str
    arrow: str

    def is_same(self, other: "Seen") -> bool:
        """Whether a row drawn from the other looks the same."""
        return (
            self.quote is other.quote
            and self.trade is other.trade
            and self.day is other.day
            and self[3:] == other[3:]
        )


class Watchlist(Grid):
    """Live quotes of the watched symbols."""

    class Selected(Grid.Selected):
        """A symbol was selected; `symbol` says which."""

        @property
        def symbol(self) -> str:
            """The symbol of the row."""
            return self.key

    COLUMNS = (
        Column(label="Symbol", width=6),
        Column(label="Last", width=9, align="right"),
        Column(label="Chg %", width=7, align="right"),
        Column(label="Chg", width=7, align="right", priority=8),
        Column(label="Size", width=5, align="right", priority=5),
        Column(label="Bid", width=8, align="right", priority=2),
        Column(label="Ask", width=8, align="right", priority=2),
        Column(label="Size", width=5, align="right", priority=5),
        Column(label="Spread", width=6, align="right", priority=4),
        Column(label="Volume", width=7, align="right", priority=3),
        Column(label="Age", width=9, align="right", priority=1),
    )

    HEADING = "Watchlist"

    def __init__(
        self,
        *,
        stale_after: float = STALE_AFTER,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._stale_after = stale_after
        self._seen: dict[str, Seen] = {}
        self._drawn: dict[str, Line] = {}

    def show(self, state: TradingState, now: datetime) -> None:
        """Draw what changed; ages change by themselves."""
        seen = {symbol: self._see(symbol, state, now) for symbol in state.watchlist}
        drawn = {symbol: self._draw(symbol, facts) for symbol, facts in seen.items()}
        changed = drawn.keys() != self._drawn.keys() or any(
            line is not self._drawn[symbol] for symbol, line in drawn.items()
        )
        self._seen = seen
        if changed or tuple(drawn) != self.keys or not drawn:
            self._drawn = drawn
            self.set_rows(drawn, placeholder=EMPTY)

    def _see(self, symbol: str, state: TradingState, now: datetime) -> Seen:
        quote, trade = state.quotes.get(symbol), state.trades.get(symbol)
        before = self._seen.get(symbol)
        return Seen(
            quote=quote,
            trade=trade,
            day=state.days.get(symbol),
            freshness=freshness(quote, state, now, self._stale_after),
            age=figures.DASH if quote is None else figures.age(quote.age(now)),
            arrow=" " if before is None else _tick(before, trade),
        )

    def _draw(self, symbol: str, seen: Seen) -> Line:
        before = self._seen.get(symbol)
        if before is not None and before.is_same(seen) and symbol in self._drawn:
            return self._drawn[symbol]
        return _row(symbol, seen)


def _tick(before: Seen, trade: Trade | None) -> str:
    """Return which way the last change of price went."""
    if trade is None or before.trade is None or trade.price == before.trade.price:
        return before.arrow
    return figures.arrow(trade.price - before.trade.price)


def _row(symbol: str, seen: Seen) -> Line:
    quote, day = seen.quote, seen.day
    last = _last(seen.trade, day)
    close = None if day is None else day.previous_close
    gain = None if last is None or not close else last - close
    share = None if gain is None or not close else gain / close * 100
    cells = (
        Cell(symbol, "strong", bold=True),
        _arrowed(figures.price(last), seen.arrow),
        figures.change(figures.percent(share), share),
        figures.change(figures.signed(gain), gain),
        *_touch(quote),
        figures.known(figures.volume(_volume(day)), "quiet"),
        _age(seen),
    )
    if seen.freshness in (Freshness.ALIVE, Freshness.ASLEEP):
        return cells
    return (*(_deaden(cell) for cell in cells[:-1]), cells[-1])


def _last(trade: Trade | None, day: Day | None) -> float | None:
    if trade is not None:
        return trade.price
    return None if day is None or day.bar is None else day.bar.close


def _volume(day: Day | None) -> float | None:
    return None if day is None or day.bar is None else day.bar.volume


def _touch(quote: Quote | None) -> tuple[Cell, Cell, Cell, Cell, Cell]:
    if quote is None:
        return (UNKNOWN,) * 5
    return (
        figures.known(figures.volume(quote.bid_size), "quiet"),
        figures.known(figures.price(quote.bid if quote.bid > 0 else None), "bid"),
        figures.known(figures.price(quote.ask if quote.ask > 0 else None), "ask"),
        figures.known(figures.volume(quote.ask_size), "quiet"),
        figures.known(figures.spread(quote.spread if quote.is_two_sided else None), "quiet"),
    )


def _arrowed(text: str, arrow: str) -> Cell:
    if text == figures.DASH:
        return UNKNOWN
    meaning: Meaning = {"▲": "gain", "▼": "loss"}.get(arrow, "strong")  # type: ignore[assignment]
    return Cell(f"{arrow} {text}", meaning)


def _age(seen: Seen) -> Cell:
    if seen.freshness is Freshness.STALE:
        return Cell(f"stale {seen.age}", "caution")
    if seen.freshness is Freshness.MUTE:
        return Cell(f"mute {seen.age}", "caution")
    if seen.freshness is Freshness.NONE:
        return Cell("no quote", "stale")
    return Cell(seen.age, "quiet")


def _deaden(cell: Cell) -> Cell:
    """Take the life out of a cell: no arrow, no colour, no weight."""
    text = cell.text
    if text[:2] in ("▲ ", "▼ ", "  "):
        text = f"{DEAD} {text[2:]}"
    return Cell(text, "stale")

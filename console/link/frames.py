"""Market data for a console: only the newest of each symbol, only what it shows, once a frame.

Nothing is queued: a console that was slow finds the newest values at its next frame,
so a stuck one costs no memory.
"""

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from console.domain.events import MarketMoved, OrderUpdated, PositionsReported, ReadingsTaken
from console.domain.market import Day, Quote, Trade

V = TypeVar("V")

Conflated = MarketMoved | ReadingsTaken
"""The kinds of event of which a console is told only the newest."""


class _Newest(Generic[V]):
    """The newest value of each symbol, and the turn in which it came."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[int, V]] = {}

    def put(self, symbol: str, value: V, turn: int) -> None:
        self._held[symbol] = (turn, value)

    def since(self, seen: Mapping[str, int], symbols: Iterable[str]) -> tuple[V, ...]:
        """Return what came after the turn each of `symbols` was last seen in."""
        found = []
        for symbol in symbols:
            held = self._held.get(symbol)
            if held is not None and held[0] > seen.get(symbol, -1):
                found.append(held[1])
        return tuple(found)


class NewestMarket:
    """The newest market data and readings of every symbol, shared by all consoles."""

    def __init__(self) -> None:
        self.turn = 0
        self._quotes = _Newest[Quote]()
        self._trades = _Newest[Trade]()
        self._days = _Newest[Day]()
        self._readings = _Newest[ReadingsTaken]()

    def take(self, event: Conflated) -> None:
        """Hold the values of an event in place of the older ones."""
        self.turn += 1
        if isinstance(event, ReadingsTaken):
            self._readings.put(event.symbol, event, self.turn)
            return
        for quote in event.quotes:
            self._quotes.put(quote.symbol, quote, self.turn)
        for trade in event.trades:
            self._trades.put(trade.symbol, trade, self.turn)
        for day in event.days:
            self._days.put(day.symbol, day, self.turn)

    def moved(self, seen: Mapping[str, int], symbols: Iterable[str]) -> MarketMoved | None:
        """Return what moved since each symbol was last seen; None when nothing did."""
        wanted = tuple(symbols)
        moved = MarketMoved(
            quotes=self._quotes.since(seen, wanted),
            trades=self._trades.since(seen, wanted),
            days=self._days.since(seen, wanted),
        )
        return moved if moved.quotes or moved.trades or moved.days else None

    def readings(self, seen: Mapping[str, int], focus: str) -> ReadingsTaken | None:
        """Return the readings of `focus` taken since they were last seen."""
        found = self._readings.since(seen, (focus,))
        return found[0] if found else None


class View:
    """What one console has of the market: which symbols, and up to which turn."""

    def __init__(self) -> None:
        self.shown: frozenset[str] = frozenset()
        self.focus: str | None = None
        self.ticket: str | None = None
        """The symbol last checked: its price must be alive when the order is sent."""
        self._seen: dict[str, int] = {}
        self._read: dict[str, int] = {}

    def show(self, symbols: Iterable[str], focus: str | None) -> None:
        """Show these symbols from now on and have `focus` analysed."""
        self.shown = frozenset(symbols)
        self.focus = focus

    def frame(self, market: NewestMarket, exposed: frozenset[str]) -> list[Conflated]:
        """Return what is new to this console in the symbols it shows or is exposed to.

        A symbol that was not wanted at the frame before is told whole.
        """
        wanted = self.shown | exposed | ({self.ticket} if self.ticket else frozenset())
        told: list[Conflated] = []
        moved = market.moved(self._seen, sorted(wanted))
        if moved is not None:
            told.append(moved)
        self._seen = dict.fromkeys(wanted, market.turn)
        if self.focus is None:
            self._read = {}
            return told
        readings = market.readings(self._read, self.focus)
        if readings is not None:
            told.append(readings)
        self._read = {self.focus: market.turn}
        return told


class Exposure:
    """The symbols with a position or an open order: every console is told their prices."""

    def __init__(self) -> None:
        self.symbols: frozenset[str] = frozenset()
        self._held: frozenset[str] = frozenset()
        self._working: dict[str, str] = {}

    def take(self, event: PositionsReported | OrderUpdated) -> None:
        """Follow one event."""
        if isinstance(event, PositionsReported):
            self._held = frozenset(position.symbol for position in event.positions)
        elif event.order.is_open:
            self._working[event.order.key] = event.order.request.symbol
        else:
            self._working.pop(event.order.key, None)
        self.symbols = self._held | frozenset(self._working.values())

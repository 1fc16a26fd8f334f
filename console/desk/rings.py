"""The newest ticks of each symbol in bounded memory, for the analyses."""

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from console.domain.market import Quote, Trade

Column: TypeAlias = npt.NDArray[np.float64]

FIRST_CAPACITY = 64
TRADE_COLUMNS = 5
QUOTE_COLUMNS = 5


class Ring:
    """Rows of numbers by their time, which is the first column.

    Once it is full, the row that came first makes room for the newest. A row that
    comes late finds its place when the columns are read.
    """

    def __init__(self, columns: int, capacity: int) -> None:
        self._capacity = capacity
        self._columns = [np.empty(min(FIRST_CAPACITY, capacity)) for _ in range(columns)]
        self._next = 0
        self._size = 0
        self._newest = -math.inf
        self._is_sorted = True

    def __len__(self) -> int:
        return self._size

    def append(self, *row: float) -> None:
        """Add one row."""
        room = len(self._columns[0])
        if self._next == room:
            if room < self._capacity:
                self._grow(min(room * 2, self._capacity))
            else:
                self._next = 0
        at = self._next
        self._is_sorted = self._is_sorted and not row[0] < self._newest
        self._newest = max(self._newest, row[0])
        for column, value in zip(self._columns, row, strict=True):
            column[at] = value
        self._next = at + 1
        self._size = min(self._size + 1, self._capacity)

    def columns(self) -> list[Column]:
        """Return a copy of the columns, oldest row first."""
        if not self._is_sorted:
            self._sort()
        return self._in_arrival()

    def _sort(self) -> None:
        """Put the rows in order of time; those of one time stay as they came."""
        columns = self._in_arrival()
        order = np.argsort(columns[0], kind="stable")
        for kept, column in zip(self._columns, columns, strict=True):
            kept[: self._size] = column[order]
        self._next = self._size
        self._is_sorted = True

    def _in_arrival(self) -> list[Column]:
        if self._size < self._capacity or self._next == self._capacity:
            return [column[: self._size].copy() for column in self._columns]
        at = self._next
        return [np.concatenate((column[at:], column[:at])) for column in self._columns]

    def _grow(self, room: int) -> None:
        # Most symbols never fill their ring: memory is taken as it is needed.
        self._columns = [np.concatenate((c, np.empty(room - len(c)))) for c in self._columns]


class Rings:
    """One ring of trades and one of quotes per symbol."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._trades: dict[str, Ring] = {}
        self._quotes: dict[str, Ring] = {}

    def add(self, tick: Quote | Trade) -> None:
        """Keep one tick; a print without volume is the price of another, told again."""
        if isinstance(tick, Trade):
            counts = tick.counts
            if not counts.has_volume:
                return
            ring = self._ring(self._trades, tick.symbol, TRADE_COLUMNS)
            at = tick.at.timestamp()
            ring.append(at, tick.price, tick.size, counts.sets_last, counts.sets_range)
            return
        ring = self._ring(self._quotes, tick.symbol, QUOTE_COLUMNS)
        ring.append(tick.at.timestamp(), tick.bid, tick.bid_size, tick.ask, tick.ask_size)

    def trades(self, symbol: str) -> list[Column]:
        """Return the columns at, price, size, sets last, sets range; empty when there are none."""
        ring = self._trades.get(symbol)
        return _nothing(TRADE_COLUMNS) if ring is None else ring.columns()

    def quotes(self, symbol: str) -> list[Column]:
        """Return the columns at, bid, bid size, ask, ask size; empty when there are none."""
        ring = self._quotes.get(symbol)
        return _nothing(QUOTE_COLUMNS) if ring is None else ring.columns()

    def _ring(self, rings: dict[str, Ring], symbol: str, columns: int) -> Ring:
        ring = rings.get(symbol)
        if ring is None:
            ring = rings[symbol] = Ring(columns, self._capacity)
        return ring


def _nothing(columns: int) -> list[Column]:
    return [np.empty(0) for _ in range(columns)]

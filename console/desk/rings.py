"""The newest ticks of each symbol in bounded memory, for the analyses."""

import math
from struct import Struct
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from console.domain.market import Quote, Trade

Column: TypeAlias = npt.NDArray[np.float64]

FIRST_CAPACITY = 64
CELL = 8
"""Bytes of a number."""
TRADE_COLUMNS = 5
QUOTE_COLUMNS = 5


class Ring:
    """Rows of numbers by their time, which is the first column.

    Once it is full, the row that came first makes room for the newest. A row that
    comes late finds its place when the columns are read.
    """

    def __init__(self, columns: int, capacity: int) -> None:
        self._capacity = capacity
        self._row = Struct(f"{columns}d")
        # one packed row is written in a single call; a cell at a time costs twice as much
        self._write = self._row.pack_into
        self._width = self._row.size
        self._rows = bytearray(self._width * min(FIRST_CAPACITY, capacity))
        self._room = len(self._rows)
        self._next = 0
        """Where the next row goes, in bytes."""
        self._size = 0
        self._newest = -math.inf
        self._is_sorted = True

    def __len__(self) -> int:
        return self._size

    def append(self, *row: float) -> None:
        """Add one row."""
        at = self._next
        if at == self._room:
            at = self._begin_anew()
        self._write(self._rows, at, *row)
        time = row[0]
        if time >= self._newest:
            self._newest = time
        elif time < self._newest:
            self._is_sorted = False
        self._next = at + self._width
        if self._size < self._capacity:
            self._size += 1

    def columns(self) -> list[Column]:
        """Return a copy of the columns, oldest row first."""
        if not self._is_sorted:
            self._sort()
        return self._in_arrival()

    def _begin_anew(self) -> int:
        """Return where the next row goes when there is no room behind the last one."""
        if self._size >= self._capacity:
            return 0
        # most symbols never fill their ring: memory is taken as it is needed
        more = min(self._room, self._width * self._capacity - self._room)
        self._rows.extend(bytes(more))
        self._room += more
        return self._next

    def _sort(self) -> None:
        """Put the rows in order of time; those of one time stay as they came."""
        columns = self._in_arrival()
        order = np.argsort(columns[0], kind="stable")
        self._table()[: self._size] = np.stack([column[order] for column in columns], axis=1)
        self._next = self._size * self._width
        self._is_sorted = True

    def _in_arrival(self) -> list[Column]:
        table, at = self._table(), self._next // self._width
        if self._size < self._capacity or at == self._capacity:
            return [column[: self._size].copy() for column in table.T]
        return [np.concatenate((column[at:], column[:at])) for column in table.T]

    def _table(self) -> npt.NDArray[np.float64]:
        """The rows as they lie; not to be kept, for the memory may have to grow."""
        return np.frombuffer(self._rows, dtype=np.float64).reshape(-1, self._width // CELL)


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

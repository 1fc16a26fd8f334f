"""The newest quotes and trades of one symbol, packed: as large when they begin as they ever get.

A venue tells thousands of ticks a second. Kept as objects the last five thousand of each symbol
would take hours to fill and four times the room.
"""

from bisect import bisect_left, bisect_right
from struct import Struct
from typing import Generic, TypeVar

from console.venue.markets.market import QuoteTick, TradeTick

KEPT = 5_000
"""Quotes and trades of one symbol that are kept; the oldest fall off."""

T = TypeVar("T", QuoteTick, TradeTick)


class History(Generic[T]):
    """A ring of ticks in order of time; nothing is taken up before the first."""

    _ROW: Struct

    def __init__(self, symbol: str, *, most: int = KEPT) -> None:
        self.symbol = symbol
        self._most = most
        self._rows = bytearray()
        self._told = 0
        """How many there ever were."""

    def __len__(self) -> int:
        return min(self._told, self._most)

    @property
    def room(self) -> int:
        """Bytes it takes."""
        return len(self._rows)

    def between(self, start: int, end: int) -> list[T]:
        """Return the ticks of [start, end], oldest first."""
        numbers = range(self._told - len(self), self._told)
        first, last = (
            bisect_left(numbers, start, key=self._at),
            bisect_right(numbers, end, key=self._at),
        )
        return [self._unpacked(self._row(number)) for number in numbers[first:last]]

    def append(self, tick: T) -> None:
        """Keep a tick that is not older than those before it."""
        if not self._rows:
            self._rows = bytearray(self._most * self._ROW.size)
        self._write(self._told, self._packed(tick))
        self._told += 1

    def insert(self, tick: T) -> None:
        """Keep a tick that is told late, among the older ones; a full history has no room."""
        if self._told >= self._most:
            return
        self.append(tick)
        row, place = self._packed(tick), self._told - 1
        while place and self._at(place - 1) > tick.at:
            self._write(place, self._row(place - 1))
            place -= 1
        self._write(place, row)

    def _at(self, number: int) -> int:
        return int.from_bytes(self._row(number)[:8], "little", signed=True)

    def _row(self, number: int) -> bytes:
        begin = number % self._most * self._ROW.size
        return bytes(self._rows[begin : begin + self._ROW.size])

    def _write(self, number: int, row: bytes) -> None:
        begin = number % self._most * self._ROW.size
        self._rows[begin : begin + self._ROW.size] = row

    def _packed(self, tick: T) -> bytes:
        raise NotImplementedError

    def _unpacked(self, row: bytes) -> T:
        raise NotImplementedError


class QuoteHistory(History[QuoteTick]):
    """The newest quotes of one symbol."""

    _ROW = Struct("<qdqdq")

    def _packed(self, tick: QuoteTick) -> bytes:
        return self._ROW.pack(tick.at, tick.bid, tick.bid_size, tick.ask, tick.ask_size)

    def _unpacked(self, row: bytes) -> QuoteTick:
        return QuoteTick(self.symbol, *self._ROW.unpack(row))


class TradeHistory(History[TradeTick]):
    """The newest trades of one symbol."""

    _ROW = Struct("<qdqq8s?")

    def _packed(self, tick: TradeTick) -> bytes:
        where = tick.exchange.encode()
        return self._ROW.pack(tick.at, tick.price, tick.size, tick.trade_id, where, tick.is_late)

    def _unpacked(self, row: bytes) -> TradeTick:
        at, price, size, trade_id, where, is_late = self._ROW.unpack(row)
        exchange = where.rstrip(b"\0").decode(errors="replace")
        return TradeTick(self.symbol, at, price, size, exchange, trade_id, is_late)

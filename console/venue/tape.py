"""The replay of a recorded tape: every quote and print as it happened, on its own clock.

The tape is a Parquet file with the columns of `COLUMNS`. It is read once into
arrays; ticks are built only for the stretch of time that is asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from console.domain.market import Timeframe
from console.venue.bars import BarBook
from console.venue.market import Listing, MarketBar, QuoteTick, Tick, TradeTick

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = (
    "ts",
    "symbol",
    "kind",
    "price",
    "size",
    "exchange",
    "bid",
    "bid_size",
    "ask",
    "ask_size",
)

_MOVE_SIZE = 100
_LOWEST_PRICE = 0.02


class TapeError(Exception):
    """The file cannot be replayed; the message says what it lacks."""


class TapeMarket:
    """A recorded session, told again in its own time.

    Trade ids are the row numbers of the tape, from one.
    """

    def __init__(self, path: Path) -> None:
        columns = _read(path)
        self._at: NDArray[np.int64] = columns["ts"]
        self._columns = columns
        self._symbols: list[str] = columns["symbols"].tolist()
        self._listed = sorted(self._symbols[code] for code in np.unique(columns["symbol"]))
        self._exchanges: list[str] = columns["exchanges"].tolist()
        self._next = 0
        self._told_until = self.starts_at - 1
        self._quotes: dict[str, QuoteTick] = {}
        self._prints: dict[str, TradeTick] = {}
        self._shifts: dict[str, int] = {}
        self._moves = 0
        self._book = BarBook(self._listed)

    @property
    def listings(self) -> Sequence[Listing]:
        """What can be traded: the symbols of the tape, which gives them no longer names."""
        return [Listing(symbol=s, name=s, exchange="NYSE") for s in self._listed]

    @property
    def starts_at(self) -> int:
        """When the first tick of the tape happened."""
        return int(self._at[0])

    @property
    def ends_at(self) -> int:
        """When the last tick of the tape happened; later there is nothing more."""
        return int(self._at[-1])

    def advance(self, now: int) -> Sequence[Tick]:
        """Return every tick after the last call and not later than `now`, in time order."""
        end = max(int(np.searchsorted(self._at, now, side="right")), self._next)
        told = self._ticks(self._next, end)
        self._next = end
        self._told_until = max(now, self._told_until)
        self._note(told)
        return told

    def move(self, symbol: str, price: float, now: int) -> Sequence[Tick]:
        """Move the market of `symbol` to `price` at once; return the ticks that tell of it.

        Every later tick of that symbol is off the tape by the same number of
        cents, and never below one. What the tape had until `now` is told first.

        Raises:
            KeyError: when nothing of that symbol is on the tape.
            ValueError: when the price is below two cents, or the tape never quotes that symbol.
        """
        if symbol not in self._listed:
            raise KeyError(symbol)
        price = round(price, 2)
        if not price >= _LOWEST_PRICE:
            raise ValueError(f"{symbol} cannot move to {price}: the lowest price is 0.02")
        told = list(self.advance(now))
        told += self._moved(symbol, round(price * 100), max(now, self._told_until))
        return told

    def bars(self, symbol: str, timeframe: Timeframe, start: int, end: int) -> Sequence[MarketBar]:
        """Return the bars of what has traded so far, that start in [start, end], oldest first.

        Raises:
            KeyError: when nothing of that symbol is on the tape.
        """
        return self._book.bars(symbol, timeframe, start, end)

    def _moved(self, symbol: str, cents: int, at: int) -> list[Tick]:
        before = self._standing(symbol)
        centre = round((before.bid + before.ask) * 50)
        half = max(round((before.ask - before.bid) * 50), 1)
        self._shifts[symbol] = self._shifts.get(symbol, 0) + cents - centre
        self._moves += 1
        bid, ask = max(cents - half, 1) / 100, (cents + half) / 100
        told: list[Tick] = [
            QuoteTick(symbol, at, bid, before.bid_size, ask, before.ask_size),
            TradeTick(symbol, at, cents / 100, _MOVE_SIZE, "V", self._at.size + self._moves),
        ]
        self._note(told)
        return told

    def _standing(self, symbol: str) -> QuoteTick:
        """Return the last quote told, or the tape's first one when none was."""
        if symbol in self._quotes:
            return self._quotes[symbol]
        code = self._symbols.index(symbol)
        of_symbol = (self._columns["symbol"] == code) & self._columns["is_quote"]
        row = int(np.argmax(of_symbol))
        first = self._ticks(row, row + 1)[0]
        if not isinstance(first, QuoteTick) or first.symbol != symbol:
            raise ValueError(f"the tape has no quote of {symbol}, so its market cannot be moved")
        return first

    def _note(self, ticks: Sequence[Tick]) -> None:
        for tick in ticks:
            if isinstance(tick, TradeTick):
                self._book.add(tick)
            else:
                self._quotes[tick.symbol] = tick

    def _ticks(self, begin: int, end: int) -> list[Tick]:
        """Build the ticks of the rows in [begin, end)."""
        rows = slice(begin, end)
        kept = (self._columns[name][rows].tolist() for name in _TOLD)
        ticks: list[Tick] = []
        for row, (
            at,
            code,
            is_quote,
            price,
            size,
            venue,
            bid,
            bid_size,
            ask,
            ask_size,
        ) in enumerate(zip(*kept, strict=True), start=begin + 1):
            symbol = self._symbols[code]
            if is_quote:
                ticks.append(QuoteTick(symbol, at, bid, bid_size, ask, ask_size))
            else:
                ticks.append(TradeTick(symbol, at, price, size, self._exchanges[venue], row))
        return [self._shifted(tick) for tick in ticks] if self._shifts else ticks

    def _shifted(self, tick: Tick) -> Tick:
        """Return the tick where its symbol has been moved to, on the cent grid."""
        cents = self._shifts.get(tick.symbol, 0)
        if not cents:
            return tick
        if isinstance(tick, TradeTick):
            return replace(tick, price=max(round(tick.price + cents / 100, 2), 0.01))
        bid = max(round(tick.bid + cents / 100, 2), 0.01)
        ask = max(round(tick.ask + cents / 100, 2), round(bid + 0.01, 2))
        return replace(tick, bid=bid, ask=ask)


_TOLD = (
    "ts",
    "symbol",
    "is_quote",
    "price",
    "size",
    "exchange",
    "bid",
    "bid_size",
    "ask",
    "ask_size",
)


def _read(path: Path) -> Mapping[str, NDArray[Any]]:
    """Return the tape's columns in time order; text columns as codes, with what they stand for."""
    table = _table(path)
    if lacking := [name for name in COLUMNS if name not in table.column_names]:
        raise TapeError(f"{path} is not a tape: it has no column {', '.join(lacking)}")
    if table.num_rows == 0:
        raise TapeError(f"{path} is empty: a tape needs at least one tick")
    columns = {name: _numbers(path, table, name) for name in COLUMNS if name not in _TEXT}
    codes = {name: _coded(table.column(name)) for name in _TEXT}
    columns |= {name: code for name, (code, _) in codes.items()}
    columns["is_quote"] = _is_quote(path, *codes["kind"])
    if np.any(np.diff(columns["ts"]) < 0):
        order = np.argsort(columns["ts"], kind="stable")
        columns = {name: column[order] for name, column in columns.items()}
    return columns | {"symbols": codes["symbol"][1], "exchanges": codes["exchange"][1]}


_TEXT = ("symbol", "kind", "exchange")
_PRICES = ("price", "bid", "ask")


def _table(path: Path) -> "pa.Table":
    """Read the file; pyarrow is imported here, for only a replay needs it."""
    import pyarrow as pa  # noqa: PLC0415 - a tenth of a second that other markets need not pay
    import pyarrow.parquet as pq  # noqa: PLC0415 - likewise

    if not path.is_file():
        raise TapeError(f"there is no tape at {path}")
    try:
        return pq.ParquetFile(path).read()
    except pa.ArrowInvalid as error:
        raise TapeError(f"{path} is not a tape: it is not a whole Parquet file") from error
    except OSError as error:
        raise TapeError(f"{path} cannot be read: {error.strerror}") from error


def _numbers(path: Path, table: "pa.Table", name: str) -> NDArray[Any]:
    """Return a column of numbers; what a row has no use for may be null."""
    import pyarrow as pa  # noqa: PLC0415 - see _table

    is_price = name in _PRICES
    try:
        column = table.column(name).cast(pa.float64() if is_price else pa.int64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise TapeError(f"{path} is not a tape: its column {name} holds no numbers") from error
    numbers: NDArray[Any] = (column if is_price else column.fill_null(0)).to_numpy()
    return numbers


def _is_quote(path: Path, code: NDArray[Any], kinds: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which rows are quotes; all others are trades."""
    if unknown := {str(kind) for kind in kinds[np.unique(code)]} - {"q", "t"}:
        raise TapeError(f"{path} is not a tape: its column kind holds {unknown}, not only q and t")
    flags: NDArray[np.bool_] = (kinds == "q")[code]
    return flags


def _coded(column: "pa.ChunkedArray") -> tuple[NDArray[Any], NDArray[Any]]:
    """Return a text column as codes and the words they stand for."""
    import pyarrow as pa  # noqa: PLC0415 - see _table

    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.unify_dictionaries().combine_chunks()
    return whole.indices.fill_null(0).to_numpy(), whole.dictionary.to_numpy(zero_copy_only=False)

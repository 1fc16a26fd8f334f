"""A recorded tape in memory: a Parquet file read once into arrays, in time order.

Each row is a quote (`kind` q) or a trade (`kind` t) of one symbol; times are
nanoseconds since the epoch, prices dollars, sizes shares.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from console.venue.markets.market import QuoteTick, Tick, TradeTick

if TYPE_CHECKING:
    import pyarrow as pa

_TEXT = ("symbol", "kind", "exchange")
_PRICES = ("price", "bid", "ask")
_WHOLE = ("ts", "size", "bid_size", "ask_size")
_QUOTE = ("ts", "bid", "bid_size", "ask", "ask_size")
COLUMNS = (*_TEXT, *_PRICES, *_WHOLE)


class TapeError(Exception):
    """The file cannot be replayed; the message says what it lacks."""


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """The rows of a tape, as columns; text as codes."""

    columns: dict[str, NDArray[Any]]
    is_quote: NDArray[np.bool_]
    symbols: list[str]
    exchanges: list[str]

    @property
    def at(self) -> NDArray[np.int64]:
        """When each row happened, never decreasing."""
        return self.columns["ts"]

    @property
    def listed(self) -> list[str]:
        """The symbols that have at least one row, in order."""
        return sorted(self.symbols[code] for code in np.unique(self.columns["symbol"]))

    def ticks(self, begin: int, end: int) -> list[Tick]:
        """Build the ticks of the rows in [begin, end); a trade's id is its row, from one."""
        rows = slice(begin, end)
        names = ("symbol", *_WHOLE, *_PRICES, "exchange")
        columns = (self.columns[name][rows].tolist() for name in names)
        events = zip(self.is_quote[rows].tolist(), *columns, strict=True)
        ticks: list[Tick] = []
        for row, event in enumerate(events, start=begin + 1):
            is_quote, code, at, size, bid_size, ask_size, price, bid, ask, venue = event
            if is_quote:
                ticks.append(QuoteTick(self.symbols[code], at, bid, bid_size, ask, ask_size))
                continue
            exchange = self.exchanges[venue]
            ticks.append(TradeTick(self.symbols[code], at, price, size, exchange, row))
        return ticks

    def first_quote(self, symbol: str) -> QuoteTick | None:
        """Return the first quote of `symbol`, if the tape has any."""
        of_symbol = self.columns["symbol"] == self.symbols.index(symbol)
        for row in np.flatnonzero(of_symbol & self.is_quote)[:1].tolist():
            at, bid, bid_size, ask, ask_size = (self.columns[name][row].item() for name in _QUOTE)
            return QuoteTick(symbol, at, bid, bid_size, ask, ask_size)
        return None


def read_recording(path: Path) -> Recording:
    """Read a tape.

    Raises:
        TapeError: when the file is missing, is no Parquet, lacks columns or rows.
    """
    table = _table(path)
    if lacking := [name for name in COLUMNS if name not in table.column_names]:
        raise TapeError(f"{path} is not a tape: it has no column {', '.join(lacking)}")
    if table.num_rows == 0:
        raise TapeError(f"{path} is empty: a tape needs at least one tick")
    words = {name: _coded(table.column(name)) for name in _TEXT}
    columns = {name: _numbers(path, table, name) for name in (*_PRICES, *_WHOLE)}
    columns |= {name: code for name, (code, _) in words.items()}
    if np.any(np.diff(columns["ts"]) < 0):
        order = np.argsort(columns["ts"], kind="stable")
        columns = {name: column[order] for name, column in columns.items()}
    return Recording(
        columns=columns,
        is_quote=_is_quote(path, columns["kind"], words["kind"][1]),
        symbols=words["symbol"][1].tolist(),
        exchanges=words["exchange"][1].tolist(),
    )


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

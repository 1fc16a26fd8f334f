"""A dataset that grows: a ring of rows in a file of one length, written by one process.

The file is as long at its first row as at its millionth: when it is full, the newest row takes
the place of the oldest. Whoever reads gets whole rows in the order they came, also while one is
being written. That it is written is told by a lock, which ends with the process that holds it.
"""

import fcntl
import json
import math
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from console.lab.closing import Closed
from console.lab.kinds import MICROS
from console.lab.problems import LabProblem

MAGIC = b"KCLIVE1\n"
MOST_ROWS = 1_000_000
MOST_SYMBOLS = 500
QUOTED = ("bid", "bid_size", "ask", "ask_size", "last", "last_size")
"""The figures of a row unless others are named."""
BARRED = ("open", "high", "low", "close", "volume")
SPARE = 1
"""The slot in which the next row is being written: nobody reads it."""
_HEAD = np.dtype([("magic", "S8"), ("words", "<i8"), ("rows", "<i8"), ("written", "<i8")])


class LiveWriter(Closed):
    """The one who writes a ring; as long as it is open the dataset is live."""

    def __init__(
        self, path: Path, symbols: Sequence[str], rows: int, figures: Sequence[str] = QUOTED
    ) -> None:
        """Make a ring of rows that have a time, a symbol and these figures.

        Raises:
            LabProblem: for more rows or symbols than a ring may have.
            OSError: when it cannot be made.
        """
        if not 0 < rows <= MOST_ROWS or not 0 < len(symbols) <= MOST_SYMBOLS:
            raise LabProblem(
                f"A live dataset holds 1 to {MOST_ROWS:,} rows of 1 to {MOST_SYMBOLS} symbols."
            )
        self._places = {symbol: place for place, symbol in enumerate(symbols)}
        self._figures = tuple(figures)
        words = json.dumps({"symbols": list(symbols), "figures": self._figures}).encode()
        self._file = path.open("xb+")
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._file.truncate(_HEAD.itemsize + len(words) + (rows + SPARE) * row_bytes(figures))
        head = np.array((MAGIC, len(words), rows, 0), _HEAD)
        self._file.write(head.tobytes() + words)
        self._file.flush()
        self._rows: npt.NDArray[Any] = np.memmap(
            path, _row(figures), "r+", offset=_HEAD.itemsize + len(words), shape=(rows + SPARE,)
        )
        self._head: npt.NDArray[Any] = np.memmap(path, _HEAD, "r+", shape=(1,))
        self._written = 0

    @property
    def rows(self) -> int:
        """How many rows there are to read."""
        return min(self._written, len(self._rows) - SPARE)

    def append(self, at: datetime, symbol: str, figures: Mapping[str, float | None]) -> None:
        """Write one row; what is not known is None. The row counts once it is whole."""
        place = self._written % len(self._rows)
        known = (figures.get(name) for name in self._figures)
        self._rows[place] = (
            round(at.timestamp() * 1e6),
            self._places[symbol],
            *(math.nan if figure is None else figure for figure in known),
        )
        self._written += 1
        self._head["written"] = self._written

    def close(self) -> None:
        """End the writing; the rows stay."""
        self._file.close()


def is_live(path: Path) -> bool:
    """Return whether somebody writes the ring now."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def count_rows(path: Path) -> int:
    """Return how many rows a ring holds now; 0 where there is none."""
    try:
        head = _head(path)
    except (OSError, LabProblem):
        return 0
    return min(int(head["written"]), int(head["rows"]))


def read_ring(path: Path, first: int = 0, count: int = MOST_ROWS) -> pa.Table:
    """Return the rows as they are now, oldest first; or `count` of them, from `first` on.

    Raises:
        LabProblem: when the file is no ring.
        OSError: when it is gone.
    """
    before = _head(path)
    slots = int(before["rows"]) + SPARE
    begin = max(int(before["written"]) - int(before["rows"]), 0)
    wanted = np.arange(begin + first, min(begin + first + count, int(before["written"])))
    with path.open("rb") as file:
        file.seek(_HEAD.itemsize)
        told = json.loads(file.read(int(before["words"])))
        symbols, figures = (
            (told, QUOTED) if isinstance(told, list) else (told["symbols"], told["figures"])
        )
        kept = _rows_of(file, _row(figures), slots, wanted)
    # what was written while this was read stands where the oldest rows were
    overwritten = int(_head(path)["written"]) - int(before["rows"])
    return _table(kept[wanted >= overwritten], symbols)


def _rows_of(
    file: BinaryIO, row: np.dtype[Any], slots: int, wanted: npt.NDArray[np.int64]
) -> npt.NDArray[Any]:
    """Read some rows by their numbers, which follow each other; the file stands before them."""
    if wanted.size == 0:
        return np.empty(0, row)
    base, place = file.tell(), int(wanted[0]) % slots
    parts, left = [], wanted.size
    while left:
        count = min(left, slots - place)
        file.seek(base + place * row.itemsize)
        parts.append(np.fromfile(file, row, count))
        left, place = left - count, 0
    return np.concatenate(parts)


def row_bytes(figures: Sequence[str] = QUOTED) -> int:
    """Return how many bytes a row takes."""
    return _row(figures).itemsize


def empty_table(figures: Sequence[str] = QUOTED) -> pa.Table:
    """Return a ring's columns without a row."""
    return _table(np.empty(0, _row(figures)), [""])


def _row(figures: Sequence[str]) -> np.dtype[Any]:
    return np.dtype([("at", "<i8"), ("symbol", "<i4"), *((name, "<f8") for name in figures)])


def _table(kept: npt.NDArray[Any], symbols: list[str]) -> pa.Table:
    words = pa.DictionaryArray.from_arrays(
        pa.array(kept["symbol"]), pa.array(symbols, pa.string())
    ).cast(pa.string())
    figures = {
        name: pa.array(kept[name], from_pandas=True) for name in (kept.dtype.names or ())[2:]
    }
    return pa.table({"at": pa.array(kept["at"]).cast(MICROS), "symbol": words, **figures})


def _head(path: Path) -> Any:
    with path.open("rb") as file:
        told = file.read(_HEAD.itemsize)
    if len(told) < _HEAD.itemsize or not told.startswith(MAGIC):
        raise LabProblem(f"{path.name} is no live dataset: drop it.")
    return np.frombuffer(told, _HEAD)[0]

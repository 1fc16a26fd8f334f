"""A stretch of a recorded tape that nobody heard: its minute bars, and what stood at its end.

A venue that goes on where its books ended would take seconds to tell a whole morning to
nobody; columns tell the same in a moment.
"""

import numpy as np

from console.venue.markets.market import MarketBar, Tick
from console.venue.markets.recording import Recording
from console.venue.wire.timestamps import MINUTE


def minute_bars(recording: Recording, begin: int, end: int) -> dict[str, list[MarketBar]]:
    """Return the bars of the trades in rows [begin, end), oldest first, by symbol."""
    columns = {name: column[begin:end] for name, column in recording.columns.items()}
    is_trade = ~recording.is_quote[begin:end]
    return {
        symbol: _bars(
            columns["ts"][rows] // MINUTE * MINUTE, columns["price"][rows], columns["size"][rows]
        )
        for code, symbol in enumerate(recording.symbols)
        if (rows := np.flatnonzero(is_trade & (columns["symbol"] == code))).size
    }


def _bars(minute: np.ndarray, price: np.ndarray, size: np.ndarray) -> list[MarketBar]:
    """Return one symbol's bars; the three columns are of its trades, in time order."""
    first = np.flatnonzero(np.diff(minute, prepend=-1))
    last = np.append(first[1:], minute.size) - 1
    volume = np.add.reduceat(size, first)
    notional = np.add.reduceat(price * size, first)
    columns = (
        minute[first],
        price[first],
        np.maximum.reduceat(price, first),
        np.minimum.reduceat(price, first),
        price[last],
        volume,
        last - first + 1,
        np.round(notional / volume, 6),
    )
    return [MarketBar(*row) for row in zip(*(c.tolist() for c in columns), strict=True)]


def standing(recording: Recording, end: int) -> list[Tick]:
    """Return the last quote and the last trade of every symbol before row `end`, in time order."""
    rows = []
    for code in range(len(recording.symbols)):
        is_of_symbol = recording.columns["symbol"][:end] == code
        for is_quote in (recording.is_quote[:end], ~recording.is_quote[:end]):
            rows += np.flatnonzero(is_of_symbol & is_quote)[-1:].tolist()
    return [tick for row in sorted(rows) for tick in recording.ticks(row, row + 1)]

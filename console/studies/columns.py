"""The ticks of one symbol made fit to compute on: in order, and only numbers a market has.

Every study gets its columns from here, so none of them meets a NaN, a zero price, a
crossed quote or a tick from after the moment it is taken at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from console.studies.bounds import LEAST_PRICE, MOST_PRICE, MOST_SIZE, MOST_TIME

Column: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Trades:
    """Sound trades, oldest first; columns of one length."""

    at: Column
    price: Column
    size: Column
    sets_last: Mask
    """False for a print told late or made on special terms: it is not the last price."""
    sets_range: Mask
    """False for a print that may not be the day's low or high."""
    left_out: int
    """How many trades had no price, size or time that a market can have."""

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Quotes:
    """Quotes, oldest first; `is_sound` is False for the crossed and the one-sided.

    The unsound stay in the columns because each ends the time its forerunner stood.
    """

    at: Column
    bid: Column
    bid_size: Column
    ask: Column
    ask_size: Column
    is_sound: Mask

    def __len__(self) -> int:
        return len(self.at)

    @property
    def left_out(self) -> int:
        """How many quotes are crossed, one-sided or beyond any market."""
        return int(len(self.is_sound) - np.count_nonzero(self.is_sound))

    def sound(self) -> "Quotes":
        """Return the sound quotes alone."""
        return self._chosen(self.is_sound)

    def _chosen(self, mask: Mask) -> "Quotes":
        return Quotes(
            at=self.at[mask],
            bid=self.bid[mask],
            bid_size=self.bid_size[mask],
            ask=self.ask[mask],
            ask_size=self.ask_size[mask],
            is_sound=self.is_sound[mask],
        )


def trades(
    at: Sequence[float],
    price: Sequence[float],
    size: Sequence[float],
    sets_last: Sequence[float] | None = None,
    sets_range: Sequence[float] | None = None,
    *,
    until: float,
) -> Trades:
    """Return the sound trades up to `until` (seconds since the epoch), oldest first.

    Raises:
        ValueError: when the columns are not of one length.
    """
    every: Sequence[float] = np.ones(len(at))  # type: ignore[assignment] # serves as a sequence
    lasts = every if sets_last is None else sets_last
    ranges = every if sets_range is None else sets_range
    times, (prices, sizes, *marked) = _in_order(at, [price, size, lasts, ranges], until)
    mask = is_price(prices) & (sizes > 0) & (sizes <= MOST_SIZE)
    return Trades(
        at=times[mask],
        price=prices[mask],
        size=sizes[mask],
        sets_last=marked[0][mask] > 0,
        sets_range=marked[1][mask] > 0,
        left_out=int(len(mask) - np.count_nonzero(mask)),
    )


def quotes(
    at: Sequence[float],
    bid: Sequence[float],
    bid_size: Sequence[float],
    ask: Sequence[float],
    ask_size: Sequence[float],
    *,
    until: float,
) -> Quotes:
    """Return the quotes up to `until` (seconds since the epoch), oldest first.

    Raises:
        ValueError: when the columns are not of one length.
    """
    times, (bids, bid_sizes, asks, ask_sizes) = _in_order(at, (bid, bid_size, ask, ask_size), until)
    return Quotes(
        at=times,
        bid=bids,
        bid_size=bid_sizes,
        ask=asks,
        ask_size=ask_sizes,
        is_sound=is_price(bids) & is_price(asks) & (bids <= asks),
    )


def is_price(column: Column) -> Mask:
    """Return where the column holds a price that a market can have; NaN is none."""
    return (column >= LEAST_PRICE) & (column <= MOST_PRICE)


def _in_order(
    at: Sequence[float], others: Sequence[Sequence[float]], until: float
) -> tuple[Column, list[Column]]:
    """Return the rows with a time that is not after `until`, sorted by it."""
    times = np.asarray(at, dtype=np.float64)
    columns = [np.asarray(other, dtype=np.float64) for other in others]
    if any(len(column) != len(times) for column in columns):
        raise ValueError("the columns of a window must have one length")
    mask = (times >= 0) & (times <= min(until, MOST_TIME))
    if not mask.all():
        times, columns = times[mask], [column[mask] for column in columns]
    if np.any(times[1:] < times[:-1]):
        order = np.argsort(times, kind="stable")
        times, columns = times[order], [column[order] for column in columns]
    return times, columns

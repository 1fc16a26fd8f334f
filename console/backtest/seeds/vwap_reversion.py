"""Reversion to the day's VWAP: bought below it, sold short above it, closed at it.

The volume-weighted average price of the day so far (Berkowitz, Logue and Noser 1988,
"The Total Cost of Transactions on the NYSE", Journal of Finance 43(1)), each bar at its
typical price, a third of high, low and close.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from console.backtest.bars import Columns
from console.backtest.strategy import SignalStrategy, Targets
from console.studies.columns import Column


@dataclass(frozen=True, slots=True)
class VwapReversion(SignalStrategy):
    """Enters when the close is `gap_percent` off the VWAP, leaves when it is back."""

    name = "vwap-reversion"
    gap_percent: float = 0.5

    def __post_init__(self) -> None:
        if not self.gap_percent > 0:
            raise ValueError(f"the gap to the VWAP must be above 0, it is {self.gap_percent:g}")

    def targets(self, seen: Columns) -> Targets:
        """Return the side to be on after each bar; flat after the first of a day."""
        gap = (seen.close / day_vwap(seen) - 1) * 100
        begins = _begins(seen)
        word = np.full(len(seen), 2, dtype=np.int8)
        word[gap <= -self.gap_percent] = 1
        word[gap >= self.gap_percent] = -1
        side = np.sign(gap)
        back = np.concatenate(([True], side[1:] * side[:-1] <= 0))
        word[back & (word == 2)] = 0  # noqa: PLR2004 - says nothing yet
        word[begins] = 0
        said = np.where(word != 2, np.arange(len(word)), 0)  # noqa: PLR2004 - as above
        kept: Targets = word[np.maximum.accumulate(said)]
        return kept


def day_vwap(seen: Columns) -> Column:
    """Return the VWAP of each bar's day up to it; the close where nothing was traded."""
    typical = (seen.high + seen.low + seen.close) / 3
    value, volume = np.empty(len(seen)), np.empty(len(seen))
    edges = np.append(np.flatnonzero(_begins(seen)), len(seen))
    for first, end in pairwise(edges):
        value[first:end] = np.cumsum(typical[first:end] * seen.volume[first:end])
        volume[first:end] = np.cumsum(seen.volume[first:end])
    return np.divide(value, volume, out=seen.close.copy(), where=volume > 0)


def _begins(seen: Columns) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.concatenate(([True], seen.day[1:] != seen.day[:-1]))

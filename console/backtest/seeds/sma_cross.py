"""Two moving averages: long while the fast one is above the slow one, short below.

On a tie what was held is held on. Averages are compared as whole numbers of hundredths of
a cent, so a tie is a tie: on cent prices rounding makes other engines trade where nothing
crossed.
"""

from dataclasses import dataclass
from weakref import ref

import numpy as np
import numpy.typing as npt

from console.backtest.bars import Columns
from console.backtest.strategy import SignalStrategy, Targets, held_on
from console.studies.columns import Column

TICKS = 10_000.0
"""In a dollar."""


@dataclass(frozen=True, slots=True)
class SmaCross(SignalStrategy):
    """Long above, short below."""

    name = "sma-cross"
    fast: int = 20
    slow: int = 50

    def __post_init__(self) -> None:
        if not 0 < self.fast < self.slow:
            raise ValueError(
                f"the fast average must be shorter than the slow one: {self.fast}, {self.slow}"
            )

    def targets(self, seen: Columns) -> Targets:
        """Return the side of the fast average on which the slow one is."""
        made = np.zeros(len(seen), dtype=np.int8)
        if len(seen) < self.slow:
            return made
        sums = tick_sums(seen.close)
        fast = sums[self.slow :] - sums[self.slow - self.fast : -self.fast]
        slow = sums[self.slow :] - sums[: -self.slow]
        fast *= self.slow
        slow *= self.fast
        signs = (fast > slow).view(np.int8) - (fast < slow).view(np.int8)
        made[self.slow - 1 :] = signs if signs.all() else held_on(signs)
        return made


def tick_sums(prices: Column) -> npt.NDArray[np.int64]:
    """Return the running sums of the prices in whole ticks, a 0 before the first.

    Those of the last frozen column are kept: a sweep asks for them a hundred times.
    """
    if _kept and _kept[0][0]() is prices:
        return _kept[0][1]
    sums = np.zeros(len(prices) + 1, dtype=np.int64)
    np.cumsum(np.rint(prices * TICKS).astype(np.int64), out=sums[1:])
    if not prices.flags.writeable:
        _kept[:] = [(ref(prices), sums)]
    return sums


_kept: list[tuple[ref[Column], npt.NDArray[np.int64]]] = []

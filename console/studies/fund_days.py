"""Daily closes of several funds put side by side, day by day."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from console.domain.market import Bar
from console.studies.columns import Column


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class FundDays:
    """Closes of one length; NaN where a fund has no bar on a day."""

    days: tuple[datetime, ...]
    """The starts of all days on which any fund has a bar."""
    at: Column
    """The same in seconds since the epoch."""
    closes: Mapping[str, Column]

    def known(self, fund: str) -> int:
        """How many days one fund has a close of."""
        return int(np.isfinite(self.closes[fund]).sum())

    @property
    def whole(self) -> int:
        """How many days every fund has a close of."""
        if not self.days:
            return 0
        return int(np.isfinite(np.array(list(self.closes.values()))).all(axis=0).sum())


def side_by_side(bars: Mapping[str, Sequence[Bar]]) -> FundDays:
    """Return the closes of daily bars by fund; which must be adjusted for splits."""
    days = tuple(sorted({bar.at for each in bars.values() for bar in each}))
    closes = {}
    for fund, each in bars.items():
        known = {bar.at: bar.close for bar in each}
        closes[fund] = np.array([known.get(day, math.nan) for day in days], dtype=np.float64)
    return FundDays(days=days, at=np.array([day.timestamp() for day in days]), closes=closes)

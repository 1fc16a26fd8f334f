"""The day's low and high, and where between them the market trades."""

from dataclasses import dataclass

import numpy as np

from console.studies.bounds import LEAST_PRICE, MOST_PRICE
from console.studies.columns import Trades
from console.studies.measures import Measure, unknown

NO_DAY = "needs the day's bar, has none"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRange:
    """Low and high in dollars; `position` in percent of the way from low to high."""

    low: Measure
    high: Measure
    position: Measure


def day_range(
    low: float | None, high: float | None, trades: Trades, *, began: float, count: int | None
) -> DayRange:
    """Return the range of the day: its bar, widened by the trades seen since it began.

    Trades widen it and give the place in it as far as their conditions let them.

    Args:
        low: the lowest price of the day's bar in dollars; None without a bar.
        high: the highest.
        trades: n sound trades, n may be 0.
        began: when the day's bar begins, in seconds since the epoch.
        count: how many trades the bar holds, where the source says.

    Returns:
        the position is unknown without a trade seen and while the day has one price.
    """
    if low is None or high is None or not LEAST_PRICE <= low <= high <= MOST_PRICE:
        none = unknown(NO_DAY)
        return DayRange(low=none, high=none, position=none)
    young = trades.at >= began
    lasts, widening = (
        np.flatnonzero(young & mask) for mask in (trades.sets_last, trades.sets_range)
    )
    if len(lasts) == 0:
        sample = count or 0
        note = "of the day's bar, no trade seen since"
        return DayRange(
            low=Measure(value=low, sample=sample, at=None, note=note),
            high=Measure(value=high, sample=sample, at=None, note=note),
            position=unknown("needs 1 trade, has none", sample=sample),
        )
    seen = trades.price[widening]
    low, high = float(seen.min(initial=low)), float(seen.max(initial=high))
    sample, at = max(count or 0, int(np.count_nonzero(young))), float(trades.at[lasts[-1]])
    return DayRange(
        low=Measure(value=low, sample=sample, at=at),
        high=Measure(value=high, sample=sample, at=at),
        position=_position(float(trades.price[lasts[-1]]), low, high, sample=sample, at=at),
    )


def _position(last: float, low: float, high: float, *, sample: int, at: float) -> Measure:
    if high <= low:
        return unknown("needs 2 prices, the day has one", sample=sample, at=at)
    return Measure(value=(last - low) / (high - low) * 100, sample=sample, at=at)

"""What a fresh pivot says: buy near a trough, sell near a peak, while it is news.

The rule is the usual one of pivot reversal systems; it has no edge on a random walk, and
the tests hold it to that. It is acted on no sooner than the pivot was confirmed.
"""

import numpy as np

from console.studies.columns import Column
from console.studies.pivot_rules import DEFAULT, PivotRules
from console.studies.pivots import find_pivots


def pivot_signal(
    high: Column,
    low: Column,
    close: Column,
    rules: PivotRules = DEFAULT,
) -> Column:
    """Return at each bar +1 for a fresh trough, -1 for a fresh peak, 0 for neither.

    The newest pivot counts that was confirmed at that bar or up to `rules.fresh_bars` before,
    while the close is within `rules.near` of its price (a share of it). When a peak and a
    trough were confirmed by the same bar they say nothing together: 0.

    Returns:
        n values; NaN until a first pivot could have been confirmed, and at a NaN.
    """
    close = np.asarray(close, dtype=np.float64)
    found = find_pivots(high, low, rules)
    if len(close) != len(np.asarray(high)):
        raise ValueError("the columns of high, low and close must have one length")
    bars = np.arange(len(close))
    newest = np.searchsorted(found.confirmed, bars, side="right") - 1
    signal = np.where(np.isnan(close) | (bars < 2 * rules.half), np.nan, 0.0)
    if len(found) == 0:
        return signal
    price = found.price[newest]
    is_fresh = (newest >= 0) & (bars - found.confirmed[newest] <= rules.fresh_bars)
    is_near = np.abs(close - price) <= rules.near * np.abs(price)
    twice = np.append(False, np.diff(found.confirmed) == 0)[newest]
    said = is_fresh & is_near & ~twice & ~np.isnan(signal)
    signal[said] = np.where(found.is_peak[newest], -1.0, 1.0)[said]
    return signal

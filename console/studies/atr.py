"""The average true range: how far a bar reaches, the gap before it included.

Source: Wilder (1978), "New Concepts in Technical Trading Systems", section III. The first
bar has no close before it and no true range, as in TA-Lib.
"""

import numpy as np

from console.studies.columns import Column
from console.studies.smoothing import smoothed


def true_range(high: Column, low: Column, close: Column) -> Column:
    """Return the reach of each bar and of the close before it together, in dollars.

    NaN for the first bar, and wherever one of its numbers is not known.

    Raises:
        ValueError: when the columns are not of one length.
    """
    high, low, close = (np.asarray(column, dtype=np.float64) for column in (high, low, close))
    if not len(high) == len(low) == len(close):
        raise ValueError("the columns of high, low and close must have one length")
    before = np.concatenate(([np.nan], close[:-1]))[: len(close)]
    return np.maximum(high, before) - np.minimum(low, before)


def atr(high: Column, low: Column, close: Column, window: int = 14) -> Column:
    """Return the true range smoothed with the weight 1 / window, in dollars.

    NaN for the first `window` bars, and again after a NaN.

    Raises:
        ValueError: when the window is below 1 or the columns are not of one length.
    """
    return smoothed(true_range(high, low, close), warm_up=window, weight=1 / max(window, 1))

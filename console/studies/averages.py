"""Moving averages: simple and exponential.

Source: Murphy (1999), "Technical Analysis of the Financial Markets", chapter 9. The
exponential one begins with the simple one of its first window, as TA-Lib's does.
"""

from console.studies.columns import Column
from console.studies.sliding import sliding_sum
from console.studies.smoothing import smoothed


def sma(values: Column, window: int) -> Column:
    """Return the mean of the last `window` values, in their unit; NaN for the first ones.

    A NaN among the values makes those means NaN that hold it.

    Raises:
        ValueError: when the window is below 1.
    """
    return sliding_sum(values, window) / window


def ema(values: Column, window: int) -> Column:
    """Return the average in which the newest value weighs 2 / (window + 1).

    In the unit of the values; NaN for the first `window` - 1, and again after a NaN.

    Raises:
        ValueError: when the window is below 1.
    """
    return smoothed(values, warm_up=window, weight=2 / (window + 1) if window > 0 else 1)

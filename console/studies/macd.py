"""Moving average convergence/divergence: a fast average less a slow one, and its average.

Source: Appel (2005), "Technical Analysis: Power Tools for Active Investors", chapter 8.
Each average begins with the mean of its own first window; TA-Lib begins the fast one as
late as the slow one, which differs in the first bars and fades.
"""

from typing import NamedTuple

from console.studies.averages import ema
from console.studies.columns import Column


class Macd(NamedTuple):
    """Three columns in the unit of the values; the histogram is line less signal."""

    line: Column
    signal: Column
    histogram: Column


def macd(close: Column, fast: int = 12, slow: int = 26, signal: int = 9) -> Macd:
    """Return the difference of two exponential averages, smoothed once more.

    The line is NaN for the first `slow` - 1 closes, the signal for `signal` - 1 more, and
    again after a NaN.

    Raises:
        ValueError: when a window is below 1 or the fast one is not the shorter.
    """
    if fast >= slow:
        raise ValueError(f"the fast average ({fast}) must be shorter than the slow one ({slow})")
    line = ema(close, fast) - ema(close, slow)
    smooth = ema(line, signal)
    return Macd(line=line, signal=smooth, histogram=line - smooth)

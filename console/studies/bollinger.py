"""Bollinger bands: the average, and so many standard deviations around it.

Source: Bollinger (2001), "Bollinger on Bollinger Bands", chapter 7: 20 bars, 2 standard
deviations of the population.
"""

from typing import NamedTuple

import numpy as np

from console.studies.averages import sma
from console.studies.columns import Column
from console.studies.sliding import sliding_variance


class Bands(NamedTuple):
    """Three columns in the unit of the values."""

    lower: Column
    middle: Column
    upper: Column


def bollinger(close: Column, window: int = 20, width: float = 2.0) -> Bands:
    """Return the moving average and the bands `width` standard deviations around it.

    NaN for the first `window` - 1 closes and while a NaN is in the window.

    Raises:
        ValueError: when the window is below 1 or the width not above 0.
    """
    if not width > 0:
        raise ValueError(f"bands have a width above 0, {width} was asked for")
    middle = sma(close, window)
    reach = width * np.sqrt(sliding_variance(close, window))
    return Bands(lower=middle - reach, middle=middle, upper=middle + reach)

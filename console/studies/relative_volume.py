"""Relative volume: today's volume so far against that of other days by the same time.

Volume has a shape over the day (Jain and Joh 1988, "The Dependence between Hourly Prices
and Trading Volume", Journal of Financial and Quantitative Analysis 23(3), 269-283): a
morning compared with whole days says little, so each time of day is compared with itself.
"""

import numpy as np

from console.studies.bar_columns import in_order
from console.studies.columns import Column
from console.studies.session_time import exchange_clock

LEAST_DAYS = 5


def relative_volume(at: Column, volume: Column, *, days: int = 20) -> Column:
    """Return the volume of the day up to each bar as a multiple of the usual one; 1 is usual.

    The usual one is the mean over up to `days` days before, each up to the same time of
    day; a bar that is missing there traded nothing. The first day of the column is not
    compared with, for it may have begun before the column did.

    Args:
        at: starts of the bars in seconds since the epoch.
        volume: shares; NaN makes the rest of its day unknown.
        days: how many earlier days, at least 5.

    Returns:
        NaN with fewer than 5 earlier days to compare with, or where those had no volume.

    Raises:
        ValueError: when times decrease, the lengths differ or `days` is below 5.
    """
    at, volume = in_order(at), np.asarray(volume, dtype=np.float64)
    if len(at) != len(volume):
        raise ValueError("the columns of time and volume must have one length")
    if days < LEAST_DAYS:
        raise ValueError(f"relative volume needs {LEAST_DAYS} days or more, {days} were asked for")
    day, second = exchange_clock(at)
    row = np.unique(day, return_inverse=True)[1]
    moments, column = np.unique(second, return_inverse=True)
    table = np.zeros((row.max(initial=-1) + 1, len(moments)))
    table[row, column] = volume
    so_far = np.cumsum(table, axis=1)
    usual = _mean_before(so_far, days)[row, column]
    found = np.full(len(at), np.nan)
    np.divide(so_far[row, column], usual, out=found, where=usual > 0)
    return found


def _mean_before(so_far: Column, days: int) -> Column:
    """Return for each day the mean of the rows before it, of those that are known."""
    known = np.isfinite(so_far)
    known[:1] = False
    sums = _before(np.where(known, so_far, 0.0), days)
    counts = _before(known.astype(np.float64), days)
    found = np.full_like(sums, np.nan)
    np.divide(sums, counts, out=found, where=counts >= LEAST_DAYS)
    return found


def _before(table: Column, days: int) -> Column:
    total = np.cumsum(np.vstack((np.zeros((1, table.shape[1])), table)), axis=0)
    rows = np.arange(len(table))
    return np.asarray(total[rows] - total[np.maximum(rows - days, 0)], dtype=np.float64)

"""Sums, extremes and spreads over a sliding window, by doubling the window's width.

A window of 8 is two windows of 4 put together, each of which is two of 2: log2(width)
passes over the whole column instead of one loop over every window (Hillis and Steele
1986, "Data Parallel Algorithms", Communications of the ACM 29(12), 1170-1183). Unlike a
running sum nothing is ever subtracted, so a value leaves no rounding behind when it leaves
the window, and a NaN spoils the windows that hold it and no other.
"""

from collections.abc import Callable

import numpy as np

from console.studies.columns import Column

BLOCK = 8_192


def sliding_sum(values: Column, width: int) -> Column:
    """Return the sum of the `width` values up to each place; NaN before there are as many.

    Exact as long as all sums are whole numbers below 2**53: prices in cents have no ties
    broken by rounding.

    Raises:
        ValueError: when the width is below 1.
    """
    return _by_block(values, width, _sums)


def sliding_max(values: Column, width: int) -> Column:
    """Return the highest of the `width` values up to each place, as `sliding_sum` does."""
    return _by_block(values, width, tops)


def sliding_min(values: Column, width: int) -> Column:
    """Return the lowest of the `width` values up to each place, as `sliding_sum` does."""
    return -sliding_max(-np.asarray(values, dtype=np.float64), width)


def sliding_variance(values: Column, width: int) -> Column:
    """Return the variance (of the population) of the `width` values up to each place.

    Means and squared deviations of two halves are put together by the pairwise update of
    Chan, Golub and LeVeque (1979), "Updating Formulae and a Pairwise Algorithm for
    Computing Sample Variances": a high price with small moves loses no digits.

    Raises:
        ValueError: when the width is below 1.
    """
    return _by_block(values, width, _variances)


def _by_block(values: Column, width: int, study: Callable[[Column, int], Column]) -> Column:
    """Return what the study makes of all windows, each where it ends, led by NaN.

    In blocks that stay in the processor's cache: fresh memory for every pass would cost
    more than the pass.
    """
    if width < 1:
        raise ValueError(f"a window holds at least 1 value, {width} was asked for")
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1:
        raise ValueError(f"a study wants one column of values, it was given {column.ndim} axes")
    found = np.full(len(column), np.nan)
    block = max(BLOCK, 2 * width)
    for first in range(0, len(column) - width + 1, block):
        end = first + width - 1
        found[end : end + block] = study(column[first : end + block], width)
    return found


def _sums(values: Column, width: int) -> Column:
    part, size = values, 1
    total: Column | None = None
    while True:
        if width & size:
            total = part if total is None else _joined(np.add, part, total, size)
        if size * 2 > width:
            return part if total is None else total
        part, size = _joined(np.add, part, part, size), size * 2


def tops(values: Column, width: int) -> Column:
    """Return the highest of each window alone, of which there are `width` - 1 fewer than values."""
    top, size = values, 1
    while size * 2 <= width:
        top, size = _joined(np.maximum, top, top, size), size * 2
    return top if size == width else _joined(np.maximum, top, top, width - size)


def _variances(values: Column, width: int) -> Column:
    part, size, done = (values, values * 0), 1, 0
    whole: tuple[Column, Column] | None = None
    while True:
        if width & size:
            whole = part if whole is None else _pooled(part, whole, size, done)
            done += size
        if size * 2 > width:
            return (part if whole is None else whole)[1] / width
        part, size = _pooled(part, part, size, size), size * 2


def _joined(put: np.ufunc, older: Column, newer: Column, count: int) -> Column:
    """Return what each window makes with the one that begins `count` values later."""
    newer = newer[count:]
    return np.asarray(put(older[: len(newer)], newer), dtype=np.float64)


def _pooled(
    older: tuple[Column, Column], newer: tuple[Column, Column], count: int, other: int
) -> tuple[Column, Column]:
    """Return mean and squared deviations of windows of `count` with the `other` after them."""
    mean, squares = (column[count:] for column in newer)
    old_mean, old_squares = (column[: len(mean)] for column in older)
    total, apart = count + other, mean - old_mean
    return (
        old_mean + apart * (other / total),
        old_squares + squares + apart * apart * (count * other / total),
    )

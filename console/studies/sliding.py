"""Sums, extremes and spreads over a sliding window, by doubling the window's width.

A window of 8 is two windows of 4 put together, each of which is two of 2: log2(width)
passes over the whole column instead of one loop over every window (Hillis and Steele
1986, "Data Parallel Algorithms", Communications of the ACM 29(12), 1170-1183). Unlike a
running sum nothing is ever subtracted, so a value leaves no rounding behind when it leaves
the window, and a NaN spoils the windows that hold it and no other.
"""

import numpy as np

from console.studies.columns import Column


def sliding_sum(values: Column, width: int) -> Column:
    """Return the sum of the `width` values up to each place; NaN before there are as many.

    Exact as long as all sums are whole numbers below 2**53: prices in cents have no ties
    broken by rounding.

    Raises:
        ValueError: when the width is below 1.
    """
    values = _checked(values, width)
    total, done = np.zeros_like(values), 0
    part, size = values, 1
    while True:
        if width & size:
            total = total + _back(part, done)
            done += size
        if size * 2 > width:
            return total
        part, size = part + _back(part, size), size * 2


def sliding_max(values: Column, width: int) -> Column:
    """Return the highest of the `width` values up to each place, as `sliding_sum` does."""
    top, size = _checked(values, width), 1
    while size * 2 <= width:
        top, size = np.maximum(top, _back(top, size)), size * 2
    return top if size == width else np.maximum(top, _back(top, width - size))


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
    values = _checked(values, width)
    mean, squares, done = np.zeros_like(values), np.zeros_like(values), 0
    part_mean, part_squares, size = values, values * 0, 1
    while True:
        if width & size:
            newer = (mean, squares, done)
            older = (_back(part_mean, done), _back(part_squares, done), size)
            mean, squares = _together(newer, older)
            done += size
        if size * 2 > width:
            return squares / width
        older = (_back(part_mean, size), _back(part_squares, size), size)
        part_mean, part_squares = _together((part_mean, part_squares, size), older)
        size *= 2


def _together(
    one: tuple[Column, Column, int], other: tuple[Column, Column, int]
) -> tuple[Column, Column]:
    (mean, squares, count), (other_mean, other_squares, other_count) = one, other
    total, apart = count + other_count, other_mean - mean
    return (
        mean + apart * (other_count / total),
        squares + other_squares + apart * apart * (count * other_count / total),
    )


def _back(values: Column, places: int) -> Column:
    """Return the values moved to `places` later, NaN where there were none."""
    if places == 0:
        return values
    moved = np.full_like(values, np.nan)
    moved[places:] = values[:-places]
    return moved


def _checked(values: Column, width: int) -> Column:
    if width < 1:
        raise ValueError(f"a window holds at least 1 value, {width} was asked for")
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1:
        raise ValueError(f"a study wants one column of values, it was given {column.ndim} axes")
    return column

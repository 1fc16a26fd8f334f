"""Exponential smoothing, as a column and without a loop over its values.

y[t] = y[t-1] + a (x[t] - y[t-1]) is the sum of a (1-a)^k x[t-k]: summed by doubling, k
below 2, 4, 8 and so on, until what is left out is below the last digit of a float.
"""

from collections.abc import Callable

import numpy as np

from console.studies.columns import Column
from console.studies.sliding import BLOCK, sliding_sum

NEGLIGIBLE = 1e-19


def smoothed(values: Column, *, warm_up: int, weight: float) -> Column:
    """Return the smoothed values; the first is the mean of the first `warm_up` values.

    Before it stands NaN. A NaN among the values is a gap, after which the warm-up begins
    anew: what is not known is not guessed over.

    Args:
        values: any number of them, NaN allowed.
        warm_up: how many values the first mean is taken of, at least 1.
        weight: of the newest value, above 0 and at most 1.

    Raises:
        ValueError: when `warm_up` is below 1 or `weight` out of range.
    """
    if not 0 < weight <= 1:
        raise ValueError(f"a weight lies above 0 and at most at 1, it is {weight}")
    means = sliding_sum(values, warm_up) / warm_up
    return by_run(values, lambda run, first: _run(run, means[first:], warm_up, weight))


def by_run(values: Column, study: Callable[[Column, int], Column]) -> Column:
    """Return what the study makes of each unbroken run of numbers; NaN in the gaps.

    Args:
        values: with NaN where nothing is known.
        study: given a run and the place of its first value.
    """
    values = np.asarray(values, dtype=np.float64)
    known = np.isfinite(values)
    if known.all():
        return study(values, 0)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], known, [False]))))
    found = np.full_like(values, np.nan)
    for first, end in edges.reshape(-1, 2):
        found[first:end] = study(values[first:end], int(first))
    return found


def _run(run: Column, means: Column, warm_up: int, weight: float) -> Column:
    found = np.full_like(run, np.nan)
    if len(run) < warm_up:
        return found
    rest = run[warm_up - 1 :] * weight
    rest[0] = means[warm_up - 1]
    fades = (1 - weight) ** np.arange(1, min(len(rest), BLOCK) + 1)
    carried = 0.0
    # in blocks that stay in the processor's cache, as in `sliding`
    for first in range(0, len(rest), BLOCK):
        block = rest[first : first + BLOCK]
        _fade(block, 1 - weight)
        block += carried * fades[: len(block)]
        carried = float(block[-1])
    found[warm_up - 1 :] = rest
    return found


def _fade(block: Column, fade: float) -> None:
    """Add to each value the faded ones before it in the block, in place."""
    reach = 1
    while reach < len(block) and fade > NEGLIGIBLE:
        block[reach:] += fade * block[:-reach]
        fade, reach = fade * fade, reach * 2

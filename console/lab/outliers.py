"""Values far from the rest, by the median: a few wild ones cannot hide each other.

Modified z-score 0.6745 (x - median) / MAD, far beyond 3.5: Iglewicz and Hoaglin, How to Detect
and Handle Outliers (1993). Where half the values are the same the MAD is 0; then the mean
absolute deviation takes its place, x 1.2533.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

FAR = 3.5
_MAD, _MEAN = 0.6745, 1.253314


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlier:
    """One value, and how far out it is."""

    row: int
    """Counted from 1."""
    value: float
    score: float


def scores(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return how far each value is from the median; NaN for a missing one, 0 where all agree."""
    known = values[~np.isnan(values)]
    if known.size == 0:
        return np.full(values.shape, np.nan)
    off = values - np.median(known)
    sizes = np.abs(off[~np.isnan(off)])
    spread = float(np.median(sizes)) / _MAD or float(np.mean(sizes)) * _MEAN
    return off / spread if spread > 0 else off * 0.0


def scores_within(
    values: npt.NDArray[np.float64], groups: "pd.Series[str] | None"
) -> npt.NDArray[np.float64]:
    """Return the scores, each among its own group: one symbol's price is not another's."""
    if groups is None:
        return scores(values)
    told = np.full(values.shape, np.nan)
    for places in groups.groupby(groups, dropna=False).indices.values():
        told[places] = scores(values[places])
    return told


def outliers(
    values: npt.NDArray[np.float64],
    far: float = FAR,
    groups: "pd.Series[str] | None" = None,
) -> list[Outlier]:
    """Return the values beyond `far`, the farthest first."""
    told = scores_within(values, groups)
    rows = np.flatnonzero(np.abs(told) > far)
    order = rows[np.argsort(-np.abs(told[rows]), kind="stable")]
    return [Outlier(row=int(r) + 1, value=float(values[r]), score=float(told[r])) for r in order]

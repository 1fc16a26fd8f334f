"""How the values of a column are spread."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from console.lab.catalog import Catalog
from console.lab.datasets import Dataset
from console.lab.frames import frame, number

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
MOST_BINS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """One column of numbers; what too few values cannot tell is None."""

    name: str
    known: int
    missing: int
    quantiles: tuple[tuple[float, float], ...]
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    """How many values lie between each edge and the next; the last edge is inside."""
    skewness: float | None
    excess_kurtosis: float | None


def distribution(catalog: Catalog, dataset: Dataset, name: str) -> Distribution:
    """Return the spread of a column of numbers.

    The bins are as wide as Freedman and Diaconis say, at most MOST_BINS.

    Raises:
        NotAsked: when it holds none.
    """
    column = frame(catalog, dataset, [number(dataset, name).name])[name]
    known = column.dropna().astype("float64")
    values = np.asarray(known, dtype=np.float64)
    counts, edges = _bins(values)
    skewness, kurtosis = cast("float", known.skew()), cast("float", known.kurt())
    return Distribution(
        name=name,
        known=len(values),
        missing=len(column) - len(values),
        quantiles=tuple((q, float(np.quantile(values, q))) for q in QUANTILES if len(values)),
        edges=tuple(map(float, edges)),
        counts=tuple(map(int, counts)),
        skewness=None if np.isnan(skewness) else skewness,
        excess_kurtosis=None if np.isnan(kurtosis) else kurtosis,
    )


def _bins(values: npt.NDArray[np.float64]) -> tuple[list[int], list[float]]:
    if values.size == 0:
        return [], []
    low, high = float(values.min()), float(values.max())
    if low == high:
        return [len(values)], [low, high]
    quarter, three = np.quantile(values, [0.25, 0.75])
    width = 2 * float(three - quarter) / len(values) ** (1 / 3)
    wanted = (high - low) / width if width > 0 else MOST_BINS
    counts, edges = np.histogram(values, bins=int(min(max(np.ceil(wanted), 1), MOST_BINS)))
    return counts.tolist(), edges.tolist()

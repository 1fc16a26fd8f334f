"""Two datasets side by side: columns, rows, and how far apart the same columns lie."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from console.lab.catalog import Catalog
from console.lab.datasets import Dataset, Kind
from console.lab.frames import frame


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPair:
    """A column that both have."""

    name: str
    kinds: tuple[Kind, Kind]
    missing: tuple[int, int]
    medians: tuple[float | None, float | None]
    distance: float | None
    """Of numbers: Kolmogorov and Smirnov's, 0 for the same spread, 1 for no overlap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs between two datasets."""

    rows: tuple[int, int]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    both: tuple[ColumnPair, ...]


def compare(catalog: Catalog, first: Dataset, second: Dataset) -> Comparison:
    """Compare two datasets, column by column."""
    ours, theirs = ({c.name: c for c in one.columns} for one in (first, second))
    return Comparison(
        rows=(first.rows, second.rows),
        only_first=tuple(name for name in ours if name not in theirs),
        only_second=tuple(name for name in theirs if name not in ours),
        both=tuple(_pair(catalog, first, second, name) for name in ours if name in theirs),
    )


def _pair(catalog: Catalog, first: Dataset, second: Dataset, name: str) -> ColumnPair:
    columns = [frame(catalog, one, [name])[name] for one in (first, second)]
    kinds = tuple(column.kind for one in (first, second) if (column := one.column(name)))
    one, other = (
        column.dropna().to_numpy(dtype=np.float64) if kind.is_number else np.empty(0)
        for column, kind in zip(columns, kinds, strict=True)
    )
    return ColumnPair(
        name=name,
        kinds=(kinds[0], kinds[1]),
        missing=(int(columns[0].isna().sum()), int(columns[1].isna().sum())),
        medians=(_median(one), _median(other)),
        distance=_distance(one, other),
    )


def _median(values: npt.NDArray[np.float64]) -> float | None:
    return float(np.median(values)) if values.size else None


def _distance(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float | None:
    if one.size == 0 or other.size == 0:
        return None
    one, other = np.sort(one), np.sort(other)
    places = np.concatenate([one, other])
    shares = [np.searchsorted(each, places, side="right") / each.size for each in (one, other)]
    return float(np.abs(shares[0] - shares[1]).max())

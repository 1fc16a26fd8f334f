"""How columns go together: Pearson's r, or Spearman's rank correlation, pair by pair."""

from dataclasses import dataclass
from typing import Literal

from console.lab.catalog import Catalog
from console.lab.datasets import Dataset
from console.lab.frames import frame, number, numbers
from console.lab.problems import NotAsked

Method = Literal["pearson", "spearman"]
MOST = 60
FEWEST = 3
"""Pairs of values below which nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """One pair; r is None where there are too few values or one of them never changes."""

    one: str
    other: str
    r: float | None
    pairs: int


def correlations(
    catalog: Catalog, dataset: Dataset, names: list[str], method: Method
) -> list[Correlation]:
    """Return each pair of the named columns, or of all numbers, the strongest first.

    Raises:
        NotAsked: when a column holds no numbers, or there are too many.
    """
    wanted = [number(dataset, name).name for name in names] or numbers(dataset)
    if len(wanted) > MOST:
        raise NotAsked(f"{len(wanted):,} columns make too many pairs: name up to {MOST} of them.")
    told = frame(catalog, dataset, wanted)
    matrix = told.corr(method=method, min_periods=FEWEST)
    known = told.notna().astype("int64")
    counts = known.T @ known
    pairs = [
        Correlation(
            one=one,
            other=other,
            r=None if matrix.isna().loc[one, other] else float(matrix.loc[one, other]),  # type: ignore[arg-type]  # a cell
            pairs=int(counts.loc[one, other]),  # type: ignore[arg-type]  # as above
        )
        for place, one in enumerate(wanted)
        for other in wanted[place + 1 :]
    ]
    return sorted(pairs, key=lambda pair: -abs(pair.r or 0.0))

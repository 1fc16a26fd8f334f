"""What is wrong with a dataset, or may be: told, never mended in place."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from console.lab.catalog import Catalog
from console.lab.datasets import Dataset, Kind, Role
from console.lab.frames import frame
from console.lab.outliers import FAR, scores_within


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnQuality:
    """What may be wrong with one column."""

    name: str
    missing: int
    is_constant: bool
    backward: int | None
    """Of times: how many stand before the row above, within their symbol."""
    outliers: int | None
    """Of numbers: how many are far from the median of their symbol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What may be wrong with a dataset."""

    rows: int
    duplicates: int
    """Rows that are in every cell as one before."""
    columns: tuple[ColumnQuality, ...]


def quality(catalog: Catalog, dataset: Dataset) -> Quality:
    """Look for missing values, repeated rows, times that run backward, constants and outliers."""
    told = frame(catalog, dataset)
    symbol = dataset.first(Role.SYMBOL)
    groups = told[symbol.name] if symbol is not None else None
    return Quality(
        rows=len(told),
        duplicates=int(told.duplicated().sum()),
        columns=tuple(
            ColumnQuality(
                name=column.name,
                missing=int(told[column.name].isna().sum()),
                is_constant=len(told) > 1 and _is_constant(told[column.name]),
                backward=_backward(told[column.name], groups) if column.kind is Kind.TIME else None,
                outliers=_far(told[column.name], groups) if column.kind.is_number else None,
            )
            for column in dataset.columns
        ),
    )


def _backward(times: "pd.Series[pd.Timestamp]", groups: "pd.Series[str] | None") -> int:
    steps = times.diff() if groups is None else times.groupby(groups, dropna=False).diff()
    return int((steps.to_numpy() < np.timedelta64(0, "ns")).sum())


def _is_constant(values: "pd.Series[Any]") -> bool:
    return bool(values.isna().all() or (values == values.iloc[0]).all())


def _far(values: "pd.Series[float]", groups: "pd.Series[str] | None") -> int:
    told = scores_within(np.asarray(values, dtype=np.float64), groups)
    return int((np.abs(told) > FAR).sum())

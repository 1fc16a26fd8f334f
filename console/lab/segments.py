"""A dataset in parts: by the words of a column, or by quarters of its numbers."""

from typing import Any

import pandas as pd

from console.lab.catalog import Catalog
from console.lab.datasets import Dataset
from console.lab.frames import frame, needed, number
from console.lab.problems import NotAsked, shown

MOST = 10_000
PARTS = 4


def segments(catalog: Catalog, dataset: Dataset, by: str, of: str) -> list[dict[str, Any]]:
    """Return for each part how many values of a column there are, and how they are spread.

    Raises:
        NotAsked: when there are too many parts, or the column holds no numbers.
    """
    key, column = needed(dataset, by), number(dataset, of)
    told = frame(catalog, dataset, list(dict.fromkeys([key.name, column.name])))
    values, keys = (
        told[column.name].rename("value"),
        _keys(told[key.name], in_parts=key.kind.is_number),
    )
    if keys.nunique() > MOST:
        raise NotAsked(f"{shown(by)} has more than {MOST:,} different values: name another column.")
    grouped = values.groupby(keys, observed=True, dropna=False)
    made = grouped.agg(["count", "mean", "median", "std", "min", "max"]).astype(object)
    made = made.where(made.notna(), None)
    return [
        {"segment": None if pd.isna(part) else str(part), **{str(k): v for k, v in row.items()}}
        for part, row in zip(made.index, made.to_dict("records"), strict=True)
    ]


def _keys(column: "pd.Series[Any]", *, in_parts: bool) -> "pd.Series[Any]":
    if not in_parts or column.nunique() <= PARTS:
        return column.rename("segment")
    return pd.qcut(column, PARTS, duplicates="drop").rename("segment")

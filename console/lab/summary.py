"""What is in each column: how much, how many kinds, from where to where. One column at a time."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from console.lab.catalog import Catalog
from console.lab.datasets import Column, Dataset, Kind
from console.lab.kinds import as_numbers

Value = str | bool | int | float | Decimal | datetime
COMMONEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSummary:
    """One column in figures; what cannot be said of it is None."""

    column: Column
    missing: int
    distinct: int
    least: Value | None
    greatest: Value | None
    mean: float | None
    deviation: float | None
    """Of a sample: n - 1."""
    median: float | None
    commonest: tuple[tuple[str, int], ...]
    """The commonest words and how often they stand there; of text alone."""


def summary(catalog: Catalog, dataset: Dataset) -> list[ColumnSummary]:
    """Return every column in figures."""
    return [
        column_summary(column, catalog.read(dataset, [column.name]).column(0))
        for column in dataset.columns
    ]


def column_summary(column: Column, values: pa.ChunkedArray) -> ColumnSummary:
    """Return one column in figures."""
    ends = pc.min_max(values).as_py() if column.kind is not Kind.FLAG else {}
    numbers = as_numbers(values) if column.kind.is_number else None
    count = len(values) - values.null_count
    return ColumnSummary(
        column=column,
        missing=values.null_count,
        distinct=pc.count_distinct(values).as_py(),
        least=ends.get("min"),
        greatest=ends.get("max"),
        mean=None if numbers is None else pc.mean(numbers).as_py(),
        deviation=None if numbers is None or count < 2 else pc.stddev(numbers, ddof=1).as_py(),  # noqa: PLR2004 - one value has none
        median=None if numbers is None or count == 0 else pc.quantile(numbers, 0.5)[0].as_py(),
        commonest=_commonest(values) if column.kind is Kind.TEXT else (),
    )


def _commonest(values: pa.ChunkedArray) -> tuple[tuple[str, int], ...]:
    counts = pc.value_counts(pc.drop_null(values))
    order = pc.sort_indices(
        pa.table({"count": counts.field("counts"), "value": counts.field("values")}),
        sort_keys=[("count", "descending"), ("value", "ascending")],
    )[:COMMONEST]
    return tuple(
        (
            counts.field("values")[place.as_py()].as_py(),
            counts.field("counts")[place.as_py()].as_py(),
        )
        for place in order
    )

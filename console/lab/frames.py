"""Columns as pandas has them: numbers as floats, times in UTC, words as words."""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from console.lab.catalog import Catalog
from console.lab.datasets import Column, Dataset, Kind, Role
from console.lab.kinds import as_numbers
from console.lab.problems import NotAsked, shown
from console.lab.roles import choices


def frame(catalog: Catalog, dataset: Dataset, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the named columns, or all."""
    table = catalog.read(dataset, names)
    for place, column in enumerate(table.schema):
        told = dataset.column(column.name)
        if told is not None and told.kind is Kind.EXACT:
            numbers = as_numbers(table.column(place))
            table = table.set_column(place, column.name, numbers)
    made: pd.DataFrame = table.to_pandas()
    return made


def as_table(told: pd.DataFrame) -> pa.Table:
    """Return a frame as it is stored."""
    table = pa.Table.from_pandas(told, preserve_index=False).replace_schema_metadata()
    for place, column in enumerate(table.schema):
        if pa.types.is_large_string(column.type):
            texts = table.column(place).cast(pa.string())
            table = table.set_column(place, column.name, texts)
    return table


def needed(dataset: Dataset, name: str) -> Column:
    """Return the column of this name.

    Raises:
        NotAsked: when there is none.
    """
    column = dataset.column(name)
    if column is None:
        names = [column.name for column in dataset.columns]
        raise NotAsked(f"{dataset.name} has no column {shown(name)}: {choices(names)}.")
    return column


def number(dataset: Dataset, name: str) -> Column:
    """Return the column of this name, which holds numbers.

    Raises:
        NotAsked: when it does not.
    """
    column = needed(dataset, name)
    if not column.kind.is_number:
        raise NotAsked(
            f"{shown(name)} of {dataset.name} holds {column.kind.value} and no numbers: name"
            " another column."
        )
    return column


def numbers(dataset: Dataset) -> list[str]:
    """Return the columns one can reckon with.

    Raises:
        NotAsked: when there are none.
    """
    names = [column.name for column in dataset.columns if column.kind.is_number]
    if not names:
        raise NotAsked(f"{dataset.name} has no column of numbers.")
    return names


def time_of(dataset: Dataset) -> str:
    """Return the column that is the rows' time.

    Raises:
        NotAsked: when there is none.
    """
    column = dataset.first(Role.TIME)
    if column is None:
        raise NotAsked(
            f"{dataset.name} has no column of times: load it with --time COLUMN=ns if one counts"
            " time."
        )
    return column.name

"""Datasets as tables for a trader's code, and what it gave back as a dataset."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from console.lab.catalog import Catalog
from console.lab.datasets import Dataset, Kind, Lineage
from console.lab.headers import column_names
from console.lab.kinds import as_numbers, kind_of, stored_type
from console.lab.limits import LIMITS
from console.lab.outside import neutral_column
from console.lab.problems import LabProblem, shown
from console.sandbox.running import Outcome


def read_tables(catalog: Catalog, names: Sequence[str]) -> dict[str, pa.Table]:
    """Return datasets by name, money as floats.

    Raises:
        LabProblem: when there is no such dataset.
    """
    return {name: _table(catalog, catalog.get(name)) for name in names}


def keep_result(
    catalog: Catalog, outcome: Outcome, name: str, made_by: tuple[str, Sequence[str]]
) -> Dataset:
    """Make a dataset of what a run gave back; `made_by` is the run and its datasets.

    Raises:
        LabProblem: when it gave nothing back, or nothing that can be one.
    """
    if outcome.result is None:
        raise LabProblem("The code left no `result`: nothing was kept.")
    detail, names = made_by
    parents = tuple(catalog.get(parent).handle for parent in names)
    table, notes = returned_table(outcome.result)
    lineage = Lineage(operation="code", detail=detail, parents=parents)
    return catalog.keep_table(name, table, lineage, notes=notes)


def _table(catalog: Catalog, dataset: Dataset) -> pa.Table:
    table = catalog.read(dataset)
    for place, column in enumerate(dataset.columns):
        if column.kind is Kind.EXACT:
            table = table.set_column(place, column.name, as_numbers(table.column(place)))
    return table


def returned_table(table: pa.Table) -> tuple[pa.Table, list[str]]:
    """Return the table as datasets are stored, and what was changed for it.

    Raises:
        LabProblem: when it has a column that no dataset can have.
    """
    notes: list[str] = []
    names = column_names("result", table.column_names, LIMITS, notes)
    columns = [
        _stored(name, column.combine_chunks())
        for name, column in zip(names, table.columns, strict=True)
    ]
    return pa.table(columns, names=names), notes


def _stored(name: str, column: pa.Array) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        column = pa.array([], column.type)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if kind_of(column.type) is None:
        raise LabProblem(
            f"The column {shown(name)} of `result` holds {column.type}, which has no place in a"
            " table of numbers, words and times: leave it out."
        )
    try:
        return _cast(column, stored_type(column.type))
    except pa.ArrowInvalid as error:
        raise LabProblem(f"The column {shown(name)} of `result`: {shown(str(error))}.") from None


def _cast(column: pa.Array, arrow: pa.DataType) -> pa.Array:
    """Return the column in the type that is stored; times without a zone are in UTC."""
    if pa.types.is_date(column.type):
        column = pc.cast(column, pa.timestamp("ms"))
    if pa.types.is_timestamp(column.type) and column.type.tz is None:
        return pc.assume_timezone(pc.cast(column, pa.timestamp(arrow.unit)), "UTC")
    made = pc.cast(column, arrow)
    return neutral_column(made) if pa.types.is_string(arrow) else made

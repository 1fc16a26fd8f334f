"""Rows in their last shape, as they are kept: no NaN, no infinity, no text that acts."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from console.lab.kinds import MICROS, NANOS
from console.lab.outside import neutral_column
from console.lab.problems import Unreadable, shown
from console.lab.roles import choices
from console.lab.table_files import TableWriter
from console.lab.wishes import Loaded, Wish


def counted(wish: Wish, name: str, arrow: pa.DataType) -> pa.DataType:
    """Return the type of a column that may count time."""
    unit = wish.as_time.get(name)
    if unit is None:
        return arrow
    if not pa.types.is_integer(arrow):
        raise Unreadable(
            f"{wish.path.name}: the column {shown(name)} holds no whole numbers, so it does not"
            f" count {unit} from 1970: leave --time out."
        )
    return NANOS if unit == "ns" else MICROS


def write_rows(loaded: Loaded, batches: Iterator[pa.RecordBatch], out: Path, wish: Wish) -> Loaded:
    """Write the rows in their last shape: no NaN, no infinity, no text that acts."""
    holes = dict.fromkeys(loaded.schema.names, 0)
    done = False
    try:
        with TableWriter(out, loaded.schema) as writer:
            for batch in batches:
                writer.write(_finished(batch, loaded.schema, wish, writer.rows, holes))
        done = True
    finally:
        if not done:
            out.unlink(missing_ok=True)
    loaded.rows, loaded.memory_bytes = writer.rows, writer.bytes
    loaded.notes += [
        f"{count:,} NaN in {shown(name)} are missing values"
        for name, count in holes.items()
        if count
    ]
    if loaded.rows == 0:
        loaded.notes.append("there are no rows")
    return loaded


def _finished(
    batch: pa.RecordBatch, schema: pa.Schema, wish: Wish, before: int, holes: dict[str, int]
) -> pa.RecordBatch:
    columns = []
    for column, values in zip(schema, batch.columns, strict=True):
        if pa.types.is_string(column.type):
            texts = (
                values if pa.types.is_large_string(values.type) else pc.cast(values, pa.string())
            )
            refuse_long(wish, column.name, texts, before)
            columns.append(neutral_column(pc.cast(texts, pa.string())))
        elif pa.types.is_floating(column.type):
            columns.append(_finite(values, column.name, wish, before, holes))
        elif unit := wish.as_time.get(column.name):
            columns.append(_times(values, unit, column, wish))
        else:
            columns.append(values)
    return pa.record_batch(columns, schema=schema)


def _times(values: pa.Array, unit: str, column: pa.Field, wish: Wish) -> pa.Array:
    try:
        return pc.cast(pc.cast(values, pa.timestamp(unit, "UTC")), column.type)
    except pa.ArrowInvalid as error:
        raise Unreadable(
            f"{wish.path.name}, column {shown(column.name)}: {shown(str(error))}: name another"
            " unit with --time."
        ) from None


def _finite(
    values: pa.Array, name: str, wish: Wish, before: int, holes: dict[str, int]
) -> pa.Array:
    is_wide = pc.is_inf(values)
    if pc.any(is_wide).as_py():
        row = before + pc.index(is_wide, value=True).as_py() + 1
        raise Unreadable(
            f"{wish.path.name}, row {row:,}, column {shown(name)}: the number is infinite: write"
            f" it as missing, or keep the column as words with --text {shown(name)}."
        )
    is_hole = pc.is_nan(values)
    count = pc.sum(is_hole).as_py() or 0
    if count == 0:
        return values
    holes[name] += count
    return pc.if_else(pc.fill_null(is_hole, fill_value=False), None, values)


def refuse_long(wish: Wish, name: str, texts: pa.Array, before: int) -> None:
    """Raise Unreadable where a cell is longer than a cell may be."""
    longest = pc.max(pc.binary_length(texts)).as_py() or 0
    if longest <= wish.limits.cell_bytes:
        return
    row = before + pc.index(pc.binary_length(texts), value=longest).as_py() + 1
    raise Unreadable(
        f"{wish.path.name}, row {row:,}, column {shown(name)}: a cell of {longest:,} bytes, and"
        f" {wish.limits.cell_bytes:,} may be: shorten it."
    )


def refuse_unknown(wish: Wish, names: list[str]) -> None:
    """Raise Unreadable where the wish names a column that is not there."""
    for name in sorted({*wish.as_text, *wish.as_time} - set(names)):
        raise Unreadable(f"{wish.path.name} has no column {shown(name)}: {choices(names)}.")

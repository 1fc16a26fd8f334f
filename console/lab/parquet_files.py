"""Parquet read in bounded batches; what the file says of itself is looked at before any page is."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from console.lab.headers import column_names
from console.lab.kinds import kind_of, stored_type
from console.lab.limits import MIB, LoadLimits
from console.lab.problems import Unreadable, shown
from console.lab.unpacking import Told

BATCH_ROWS = 16_384
CHUNK_BYTES = 256 * MIB
"""How large a column of one row group may say it is."""


class ParquetFile:
    """A Parquet file from outside."""

    def __init__(
        self, path: Path, limits: LoadLimits, notes: list[str], told: Told | None = None
    ) -> None:
        """Read the footer.

        Raises:
            Unreadable: when there is none, or it says too much.
        """
        self._path, self._limits, self._told = path, limits, told
        try:
            footer = pq.read_metadata(path)
            schema = footer.schema.to_arrow_schema()
        except (OSError, pa.ArrowException) as error:
            raise Unreadable(f"{path.name} is no Parquet file: {shown(str(error))}.") from None
        self._rows = footer.num_rows
        self.names = column_names(path.name, schema.names, limits, notes)
        self.types = [
            self._type(name, field.type) for name, field in zip(self.names, schema, strict=True)
        ]
        self._texts = [field.name for field in schema if _is_text(field.type)]
        self._refuse_bombs(footer)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows in the types that are stored.

        Raises:
            Unreadable: when a page is damaged, or a cell too long.
        """
        done = 0
        try:
            with pq.ParquetFile(
                self._path,
                read_dictionary=self._texts,
                memory_map=False,
                pre_buffer=False,
                buffer_size=MIB,
                page_checksum_verification=True,
            ) as file:
                for batch in file.iter_batches(BATCH_ROWS, use_threads=False):
                    yield self._stored(batch, done)
                    done += batch.num_rows
                    if self._told is not None:
                        self._told(done / max(self._rows, 1))
        except (OSError, pa.ArrowException) as error:
            raise Unreadable(
                f"{self._path.name}, after row {done:,}: {shown(str(error))}: the file is damaged,"
                " write it again."
            ) from None

    def _stored(self, batch: pa.RecordBatch, done: int) -> pa.RecordBatch:
        columns = [
            self._column(name, column, arrow, done)
            for name, column, arrow in zip(self.names, batch.columns, self.types, strict=True)
        ]
        return pa.record_batch(columns, names=self.names)

    def _column(self, name: str, column: pa.Array, arrow: pa.DataType, done: int) -> pa.Array:
        if pa.types.is_dictionary(column.type):
            column = self._plain(name, column, done)
        try:
            return _utc(column, arrow)
        except pa.ArrowInvalid as error:
            raise Unreadable(
                f"{self._path.name}, column {shown(name)}, after row {done:,}:"
                f" {shown(str(error))}: leave the column out, or write it as text."
            ) from None

    def _plain(self, name: str, column: pa.DictionaryArray, done: int) -> pa.Array:
        """Take the words out of their dictionary, unless a few long ones would become many."""
        if not _is_text(column.type):
            return column.dictionary_decode()
        lengths = pc.binary_length(column.dictionary)
        longest = pc.max(lengths).as_py() or 0
        total = pc.sum(pc.take(lengths, column.indices)).as_py() or 0
        if longest > self._limits.cell_bytes or total > CHUNK_BYTES:
            raise Unreadable(
                f"{self._path.name}, column {shown(name)}, after row {done:,}: a cell of"
                f" {longest:,} bytes, and {self._limits.cell_bytes:,} may be: shorten it."
            )
        return pc.cast(column, pa.large_string())

    def _type(self, name: str, arrow: pa.DataType) -> pa.DataType:
        plain = arrow.value_type if pa.types.is_dictionary(arrow) else arrow
        if kind_of(plain) is None:
            raise Unreadable(
                f"{self._path.name}: the column {shown(name)} holds {plain}, which has no place in"
                " a table of numbers, words and times: leave it out."
            )
        return stored_type(plain)

    def _refuse_bombs(self, footer: pq.FileMetaData) -> None:
        if footer.num_rows > self._limits.rows:
            raise Unreadable(
                f"{self._path.name} says it has {footer.num_rows:,} rows and may have"
                f" {self._limits.rows:,}: split it."
            )
        total = 0
        for group in range(footer.num_row_groups):
            for column in range(footer.num_columns):
                size = footer.row_group(group).column(column).total_uncompressed_size
                total += size
                if size > CHUNK_BYTES or total > self._limits.unpacked_bytes:
                    raise Unreadable(
                        f"{self._path.name}: a row group unpacks to {size / MIB:,.0f} MiB:"
                        " write it with smaller row groups, or split it."
                    )


def _is_text(arrow: pa.DataType) -> bool:
    plain = arrow.value_type if pa.types.is_dictionary(arrow) else arrow
    return bool(pa.types.is_string(plain) or pa.types.is_large_string(plain))


def _utc(column: pa.Array, arrow: pa.DataType) -> pa.Array:
    """Return the column as it is stored; times without a zone are taken to be in UTC."""
    if pa.types.is_date(column.type):
        column = pc.cast(column, pa.timestamp("ms"))
    if pa.types.is_timestamp(column.type) and column.type.tz is None:
        column = pc.cast(column, pa.timestamp(arrow.unit))
        return pc.assume_timezone(column, "UTC")
    return pc.cast(column, arrow)

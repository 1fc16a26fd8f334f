"""Parquet files of our own: written in row groups of one size, so that any row is found at once."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from console.lab.closing import Closed
from console.lab.limits import MIB

GROUP_ROWS = 32_768
GROUP_BYTES = 32 * MIB
CODEC = "zstd"


class TableWriter(Closed):
    """Writes one file; it counts as written only after `close`."""

    def __init__(self, path: Path, schema: pa.Schema, *, codec: str = CODEC) -> None:
        self.rows = self.bytes = 0
        self._schema = schema
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = self._waiting_bytes = 0
        self._path = path
        self._writer = pq.ParquetWriter(path, schema, compression=codec, store_schema=True)

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows, which have the file's schema."""
        self.rows += batch.num_rows
        size = batch.nbytes
        self.bytes += size
        self._waiting.append(batch)
        self._waiting_rows += batch.num_rows
        self._waiting_bytes += size
        if self._waiting_rows >= GROUP_ROWS or self._waiting_bytes >= GROUP_BYTES:
            self._flush(is_last=False)

    def close(self) -> None:
        """Write what waits, and bring the file onto the disk."""
        self._flush(is_last=True)
        self._writer.close()
        with self._path.open("rb+") as written:
            os.fsync(written.fileno())

    def _flush(self, *, is_last: bool) -> None:
        table = pa.Table.from_batches(self._waiting, self._schema)
        is_whole = is_last or self._waiting_bytes >= GROUP_BYTES
        count = table.num_rows if is_whole else table.num_rows // GROUP_ROWS * GROUP_ROWS
        if count:
            self._writer.write_table(table.slice(0, count), row_group_size=GROUP_ROWS)
        rest = table.slice(count)
        self._waiting = rest.to_batches()
        self._waiting_rows = rest.num_rows
        self._waiting_bytes = rest.nbytes if rest.num_rows else 0


def write_table(path: Path, table: pa.Table) -> int:
    """Write a whole table; return how many bytes it takes in memory."""
    with TableWriter(path, table.schema) as writer:
        for batch in table.combine_chunks().to_batches(max_chunksize=GROUP_ROWS):
            writer.write(batch)
    return writer.bytes


def read_table(path: Path, names: list[str] | None = None) -> pa.Table:
    """Read a file of ours, or only the named columns of it."""
    return pq.read_table(path, columns=names, use_threads=False, partitioning=None)

"""Any stretch of a dataset's rows, read without the rest of the file.

Our files have row groups of one size, so a row's group is found by its number; the last few
groups that were read are kept, because who scrolls stays near.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from console.lab.closing import Closed

KEPT = 4


class Pages(Closed):
    """The rows of one file of ours."""

    def __init__(self, path: Path, names: Sequence[str] | None = None) -> None:
        self._file = pq.ParquetFile(path)
        self._names = None if names is None else list(names)
        footer = self._file.metadata
        sizes = [footer.row_group(group).num_rows for group in range(footer.num_row_groups)]
        self._ends = list(accumulate(sizes))
        self._kept: OrderedDict[int, pa.Table] = OrderedDict()
        self.rows: int = footer.num_rows

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def read(self, first: int, count: int) -> pa.Table:
        """Return up to `count` rows from the row `first` on, which is counted from 0."""
        parts, end = [], min(first + count, self.rows)
        while first < end:
            group = bisect_right(self._ends, first)
            begin = self._ends[group - 1] if group else 0
            part = self._group(group).slice(first - begin, end - first)
            parts.append(part)
            first += part.num_rows
        return pa.concat_tables(parts) if parts else self._file.schema_arrow.empty_table()

    def _group(self, group: int) -> pa.Table:
        if group in self._kept:
            self._kept.move_to_end(group)
            return self._kept[group]
        table = self._file.read_row_group(group, columns=self._names, use_threads=False)
        self._kept[group] = table
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return table

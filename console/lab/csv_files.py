"""CSV read in blocks, every cell as text; what a column is, is decided when all rows were seen."""

import csv
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from console.lab.headers import column_names
from console.lab.kinds import NOTHING
from console.lab.limits import MIB, LoadLimits
from console.lab.problems import Unreadable, shown
from console.lab.unpacking import Source

DELIMITERS = ",;\t|"
_FOUND_BY_HAND = 500_000
"""Up to which row the line of a wrong one is looked up."""


class CsvFile:
    """A CSV file with a header."""

    def __init__(self, source: Source, limits: LoadLimits, notes: list[str]) -> None:
        """Read the header.

        Raises:
            Unreadable: when there is none.
        """
        self._source, self._limits = source, limits
        header = self._header()
        self._delimiter = _delimiter(header)
        cells = next(csv.reader([header], delimiter=self._delimiter), [])
        self.names = column_names(source.path.name, cells, limits, notes)
        self._wrong: pa_csv.InvalidRow | None = None

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows, all cells text.

        Raises:
            Unreadable: at the first row that is none.
        """
        if self._is_empty:
            return
        try:
            reader = self._reader()
            while True:
                try:
                    yield reader.read_next_batch()
                except StopIteration:
                    return
        except pa.ArrowInvalid as error:
            raise self._source.trouble or self._explained(str(error)) from None

    def _reader(self) -> pa_csv.CSVStreamingReader:
        is_alone = len(self.names) == 1
        return pa_csv.open_csv(
            pa.PythonFile(self._source, mode="r"),
            read_options=pa_csv.ReadOptions(
                use_threads=False, block_size=self._limits.row_bytes, column_names=self.names
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=self._delimiter,
                newlines_in_values=True,
                ignore_empty_lines=not is_alone,  # there it is a missing value
                invalid_row_handler=self._note,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(self.names, pa.string()),
                null_values=list(NOTHING),
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                check_utf8=False,  # the source has
            ),
        )

    def _header(self) -> str:
        data = b""
        while b"\n" not in data and len(data) <= self._limits.header_bytes:
            more = self._source.read(MIB)
            if not more:
                break
            data += more
        line, _, rest = data.partition(b"\n")
        if len(line) > self._limits.header_bytes:
            raise Unreadable(
                f"{self._source.path.name}, line 1: the header is longer than"
                f" {self._limits.header_bytes:,} bytes: this is no table that can be used."
            )
        if not line.strip():
            raise Unreadable(
                f"{self._source.path.name}, line 1: there is no header: the first line names the"
                " columns."
            )
        rest = rest or self._source.read(MIB)
        self._is_empty = not rest
        self._source.back(rest)
        return line.decode().rstrip("\r")

    def _note(self, row: pa_csv.InvalidRow) -> str:
        self._wrong = row
        return "error"

    def _explained(self, said: str) -> Unreadable:
        name, wrong = self._source.path.name, self._wrong
        if wrong is not None:
            return Unreadable(
                f"{name}, {self._place(wrong.number)}: there are {wrong.actual_columns:,} cells"
                f" where the header has {wrong.expected_columns:,}: mend the line, or quote what"
                f" holds a {shown(self._delimiter)}."
            )
        if "straddling" in said:
            return Unreadable(
                f"{name}: a row is longer than {self._limits.row_bytes // MIB} MiB, or a quote is"
                " never closed: look for a stray '\"'."
            )
        return Unreadable(f"{name} is no CSV file that can be read: {shown(said)}.")

    def _place(self, number: int | None) -> str:
        """Return where a row stands; the header was line 1 and not read by the same reader."""
        if number is None:
            return "a row"
        if number > _FOUND_BY_HAND:
            return f"row {number:,}"
        source = Source(self._source.path, self._limits, encoding=self._source.encoding)
        try:
            with source:
                lines = csv.reader(_lines(source), delimiter=self._delimiter)
                wanted = next(islice(_starts(lines), number, None), None)
        except (csv.Error, Unreadable):
            wanted = None
        return f"row {number:,}" if wanted is None else f"line {wanted:,}"


def _starts(rows: Any) -> Iterator[int]:
    """Yield the line on which each row begins, the header's first; empty lines are no rows."""
    begins = 1
    for row in rows:
        if row:
            yield begins
        begins = rows.line_num + 1


def _lines(source: Source) -> Iterator[str]:
    kept = b""
    while data := source.read():
        *whole, kept = (kept + data).split(b"\n")
        yield from (line.decode() + "\n" for line in whole)
    if kept:
        yield kept.decode()


def _delimiter(header: str) -> str:
    """Return what parts the cells: what the header has most of, the comma before others."""
    return max(DELIMITERS, key=header.count)

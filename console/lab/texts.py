"""A file of text on its way: kept as text first, then as what its columns can be."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from console.lab.csv_files import CsvFile
from console.lab.datasets import Kind
from console.lab.finishing import counted, refuse_long, refuse_unknown, write_rows
from console.lab.json_files import JsonFile
from console.lab.kinds import Guess, converted
from console.lab.outside import neutral_column
from console.lab.problems import Unreadable, shown
from console.lab.table_files import GROUP_ROWS, TableWriter
from console.lab.unpacking import Source, Told
from console.lab.wishes import Loaded, Wish

_READ = 0.7
"""How much of the work the first pass is."""
_JSON_KINDS: dict[type, frozenset[Kind]] = {
    bool: frozenset({Kind.FLAG}),
    int: frozenset({Kind.WHOLE, Kind.NUMBER}),
    float: frozenset({Kind.NUMBER}),
    str: frozenset({Kind.TIME}),
}


class Texts:
    """A file of text on its way."""

    def __init__(self, wish: Wish, format_: str, staged: Path, told: Told) -> None:
        self._wish, self._staged, self._told = wish, staged, told
        self._format = format_
        self._notes: list[str] = []
        self._parts: list[Path] = []
        self._guesses: dict[str, Guess] = {}

    def load(self, out: Path) -> Loaded:
        """Read it twice and write it; see `console.lab.loading`."""
        limits = self._wish.limits
        source = Source(
            self._wish.path,
            limits,
            encoding=self._wish.encoding,
            told=lambda share: self._told(share * _READ),
        )
        with source:
            file: CsvFile | JsonFile
            if self._format == "json":
                file = JsonFile(source, limits, self._notes)
            else:
                file = CsvFile(source, limits, self._notes)
            rows = self._stage(file)
        refuse_unknown(self._wish, file.names)
        if isinstance(file, JsonFile):
            self._heed(file)
        fields = [(name, counted(self._wish, name, self._arrow(name))) for name in file.names]
        loaded = Loaded(schema=pa.schema(fields), notes=self._notes)
        return write_rows(loaded, self._values(loaded.schema, rows), out, self._wish)

    def _stage(self, file: CsvFile | JsonFile) -> int:
        """Keep the text, and learn from it; return how many rows there are."""
        rows = 0
        writer: TableWriter | None = None
        names: list[str] = []
        for batch in file.batches():
            if writer is None or batch.schema.names != names:
                names = batch.schema.names
                if writer is not None:
                    writer.close()
                writer = self._part(names)
            writer.write(self._learned(batch, rows))
            rows += batch.num_rows
            if rows > self._wish.limits.rows:
                raise Unreadable(
                    f"{self._wish.path.name} has more than {self._wish.limits.rows:,} rows:"
                    " split it."
                )
        if writer is not None:
            writer.close()
        return rows

    def _part(self, names: list[str]) -> TableWriter:
        for name in names:
            self._guesses.setdefault(name, Guess(is_text=name in self._wish.as_text))
        path = self._staged / f"{len(self._parts):06}.parquet"
        self._parts.append(path)
        return TableWriter(path, pa.schema([(name, pa.string()) for name in names]), codec="lz4")

    def _learned(self, batch: pa.RecordBatch, before: int) -> pa.RecordBatch:
        columns = []
        for name, texts in zip(batch.schema.names, batch.columns, strict=True):
            refuse_long(self._wish, name, texts, before)
            clean = neutral_column(texts)
            self._guesses[name].narrow(clean)
            columns.append(clean)
        return pa.record_batch(columns, names=batch.schema.names)

    def _heed(self, file: JsonFile) -> None:
        """Let JSON's own kinds count: a string of digits stays a string."""
        for name, kinds in file.kinds.items():
            for kind in kinds:
                self._guesses[name].only(_JSON_KINDS.get(kind, frozenset()))

    def _arrow(self, name: str) -> pa.DataType:
        guess = self._guesses.get(name)
        if guess is None:
            return pa.string()
        if guess.kind is Kind.TIME and guess.has_bare_times:
            self._notes.append(f"times without an offset are taken as UTC in {shown(name)}")
        return guess.arrow

    def _values(self, schema: pa.Schema, rows: int) -> Iterator[pa.RecordBatch]:
        done = 0
        for path in self._parts:
            with pq.ParquetFile(path) as part:
                for batch in part.iter_batches(GROUP_ROWS, use_threads=False):
                    yield self._converted(batch, schema, done)
                    done += batch.num_rows
                    self._told(_READ + (1 - _READ) * done / max(rows, 1))

    def _converted(self, batch: pa.RecordBatch, schema: pa.Schema, done: int) -> pa.RecordBatch:
        columns = []
        for column in schema:
            if column.name not in batch.schema.names:
                columns.append(pa.nulls(batch.num_rows, column.type))
                continue
            texts = batch.column(column.name)
            arrow = pa.int64() if column.name in self._wish.as_time else column.type
            try:
                columns.append(converted(texts, arrow))
            except pa.ArrowInvalid as error:
                raise Unreadable(
                    f"{self._wish.path.name}, column {shown(column.name)}, after row {done:,}:"
                    f" {shown(str(error))}: mend it, or keep the column as words with"
                    f" --text {shown(column.name)}."
                ) from None
        return pa.record_batch(columns, names=schema.names)

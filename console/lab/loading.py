"""A file from outside becomes a Parquet file of ours: read in blocks, twice, never whole.

The first pass keeps every cell as text and learns what each column can be from all its rows;
the second writes the values. So the kind of a column never hangs on its first rows.
"""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from console.lab.csv_files import CsvFile
from console.lab.datasets import Kind
from console.lab.json_files import JsonFile
from console.lab.kinds import MICROS, NANOS, Guess, converted
from console.lab.limits import LIMITS, LoadLimits
from console.lab.outside import neutral_column
from console.lab.parquet_files import ParquetFile
from console.lab.problems import Unreadable, shown
from console.lab.roles import choices
from console.lab.table_files import GROUP_ROWS, TableWriter
from console.lab.unpacking import PACKED, Source, Told

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_READ = 0.7
"""How much of the work the first pass is."""
_JSON_KINDS: dict[type, frozenset[Kind]] = {
    bool: frozenset({Kind.FLAG}),
    int: frozenset({Kind.WHOLE, Kind.NUMBER}),
    float: frozenset({Kind.NUMBER}),
    str: frozenset({Kind.TIME}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to load, and how to read it."""

    path: Path
    encoding: str = "utf-8"
    as_text: frozenset[str] = frozenset()
    """Columns that stay words whatever is in them."""
    as_time: Mapping[str, str] = field(default_factory=dict)
    """Whole numbers that count from 1970: `s`, `ms`, `us` or `ns` by column."""
    limits: LoadLimits = LIMITS


@dataclass(slots=True, kw_only=True)
class Loaded:
    """What was written."""

    schema: pa.Schema
    rows: int = 0
    memory_bytes: int = 0
    notes: list[str] = field(default_factory=list)


def load_file(wish: Wish, out: Path, told: Told | None = None) -> Loaded:
    """Write what the file holds to `out`; nothing is left there when it fails.

    Raises:
        Unreadable: when the file cannot become a dataset.
    """
    try:
        return _load(wish, out, told or _silent)
    except OSError as error:
        raise Unreadable(f"{wish.path.name} could not be kept: {error.strerror}.") from None
    except (pa.ArrowException, MemoryError) as error:
        raise Unreadable(f"{wish.path.name} cannot be read: {shown(str(error))}.") from None


def _load(wish: Wish, out: Path, told: Told) -> Loaded:
    path = wish.path
    words = [suffix.lower() for suffix in path.suffixes[-2:]]
    packed = words.pop() if words and words[-1] in PACKED else ""
    format_ = FORMATS.get(words[-1]) if words else None
    if packed == ".zip" and format_ is None:
        format_ = "csv"
    if format_ is None or (packed and format_ == "parquet"):
        raise Unreadable(
            f"{shown(path.name)} is of a kind that is not read: load .csv, .json, .jsonl (each"
            " also as .gz or .zip) or .parquet."
        )
    if format_ == "parquet":
        return _load_parquet(wish, out, told)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix="loading-") as folder:
        return _Texts(wish, format_, Path(folder), told).load(out)


def _load_parquet(wish: Wish, out: Path, told: Told) -> Loaded:
    if not wish.path.is_file():
        raise Unreadable(f"There is no file at {shown(str(wish.path))}.")
    notes: list[str] = []
    file = ParquetFile(wish.path, wish.limits, notes, told)
    _refuse_unknown(wish, file.names)
    types = [
        pa.string() if name in wish.as_text else _counted(wish, name, arrow)
        for name, arrow in zip(file.names, file.types, strict=True)
    ]
    loaded = Loaded(schema=pa.schema(list(zip(file.names, types, strict=True))), notes=notes)
    return _write(loaded, file.batches(), out, wish)


class _Texts:
    """A file of text on its way."""

    def __init__(self, wish: Wish, format_: str, staged: Path, told: Told) -> None:
        self._wish, self._staged, self._told = wish, staged, told
        self._format = format_
        self._notes: list[str] = []
        self._parts: list[Path] = []
        self._guesses: dict[str, Guess] = {}

    def load(self, out: Path) -> Loaded:
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
        _refuse_unknown(self._wish, file.names)
        if isinstance(file, JsonFile):
            self._heed(file)
        fields = [(name, _counted(self._wish, name, self._arrow(name))) for name in file.names]
        loaded = Loaded(schema=pa.schema(fields), notes=self._notes)
        return _write(loaded, self._values(loaded.schema, rows), out, self._wish)

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
            _refuse_long(self._wish, name, texts, before)
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


def _counted(wish: Wish, name: str, arrow: pa.DataType) -> pa.DataType:
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


def _write(loaded: Loaded, batches: Iterator[pa.RecordBatch], out: Path, wish: Wish) -> Loaded:
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
            _refuse_long(wish, column.name, texts, before)
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


def _refuse_long(wish: Wish, name: str, texts: pa.Array, before: int) -> None:
    longest = pc.max(pc.binary_length(texts)).as_py() or 0
    if longest <= wish.limits.cell_bytes:
        return
    row = before + pc.index(pc.binary_length(texts), value=longest).as_py() + 1
    raise Unreadable(
        f"{wish.path.name}, row {row:,}, column {shown(name)}: a cell of {longest:,} bytes, and"
        f" {wish.limits.cell_bytes:,} may be: shorten it."
    )


def _refuse_unknown(wish: Wish, names: list[str]) -> None:
    for name in sorted({*wish.as_text, *wish.as_time} - set(names)):
        raise Unreadable(f"{wish.path.name} has no column {shown(name)}: {choices(names)}.")


def _silent(share: float) -> None:
    del share

"""A dataset as a file: CSV that no spreadsheet executes, Parquet, or JSON lines."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from console.lab.catalog import Catalog
from console.lab.datasets import Dataset
from console.lab.problems import LabProblem, shown
from console.lab.table_files import GROUP_ROWS
from console.lab.unpacking import Told

EXECUTED = r"^[=+\-@\t\r]"
"""How a cell begins that a spreadsheet takes for a formula (OWASP, CSV Injection)."""
FORMATS = (".csv", ".parquet", ".json", ".jsonl")


def export(catalog: Catalog, dataset: Dataset, out: Path, told: Told | None = None) -> int:
    """Write the rows to a new file; return how many cells were made harmless.

    Raises:
        LabProblem: when there is a file, or it cannot be written; none is left then.
    """
    write = _WRITERS.get(out.suffix.lower())
    if write is None:
        raise LabProblem(f"{shown(out.name)} says no format: end it in {', '.join(FORMATS)}.")
    try:
        os.close(os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise LabProblem(f"{shown(str(out))} is there already: name another file.") from None
    except OSError as error:
        raise LabProblem(f"{shown(str(out))} cannot be written: {error.strerror}.") from None
    try:
        with catalog.file(dataset) as source:
            return write(source, out, told or _silent)
    except KeyboardInterrupt:
        out.unlink(missing_ok=True)
        raise
    except (OSError, pa.ArrowException) as error:
        out.unlink(missing_ok=True)
        raise LabProblem(f"{dataset.name} cannot be written: {shown(str(error))}.") from None


def _batches(rows: pq.ParquetFile, told: Told) -> Iterator[pa.RecordBatch]:
    done, count = 0, max(rows.metadata.num_rows, 1)
    for batch in rows.iter_batches(GROUP_ROWS):
        yield batch
        done += batch.num_rows
        told(done / count)


def _silent(share: float) -> None:
    del share


def _csv(source: Path, out: Path, told: Told) -> int:
    changed = 0
    with pq.ParquetFile(source) as rows:
        names, count = _quoted(pa.array(rows.schema_arrow.names, pa.string()))
        changed += count
        schema = pa.schema(
            [
                (name, column.type)
                for name, column in zip(names.to_pylist(), rows.schema_arrow, strict=True)
            ]
        )
        with pa_csv.CSVWriter(str(out), schema) as writer:
            for batch in _batches(rows, told):
                columns = []
                for column in batch.columns:
                    cells, count = (
                        _quoted(column) if pa.types.is_string(column.type) else (column, 0)
                    )
                    columns.append(cells)
                    changed += count
                writer.write_batch(pa.record_batch(columns, schema=schema))
    return changed


def _quoted(cells: pa.Array) -> tuple[pa.Array, int]:
    """Put an apostrophe before what would be executed; return how often that was."""
    is_formula = pc.match_substring_regex(cells, EXECUTED)
    count = pc.sum(is_formula).as_py() or 0
    if count == 0:
        return cells, 0
    return pc.replace_substring_regex(cells, r"^([=+\-@\t\r])", r"'\1"), count


def _parquet(source: Path, out: Path, told: Told) -> int:
    del told
    shutil.copyfile(source, out)
    return 0


def _json(source: Path, out: Path, told: Told) -> int:
    with pq.ParquetFile(source) as rows, out.open("w", encoding="utf-8") as file:
        for batch in _batches(rows, told):
            for row in batch.to_pylist():
                file.write(json.dumps(row, default=_plain, ensure_ascii=False) + "\n")
    return 0


def _plain(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


_WRITERS: dict[str, Callable[[Path, Path, Told], int]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".json": _json,
    ".jsonl": _json,
}

"""A file from outside becomes a Parquet file of ours: read in blocks, twice, never whole.

The first pass keeps every cell as text and learns what each column can be from all its rows;
the second writes the values. So the kind of a column never hangs on its first rows.
"""

import tempfile
from pathlib import Path

import pyarrow as pa

from console.lab.finishing import counted, refuse_unknown, write_rows
from console.lab.parquet_files import ParquetFile
from console.lab.problems import Unreadable, shown
from console.lab.texts import Texts
from console.lab.unpacking import PACKED, Told
from console.lab.wishes import Loaded, Wish

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
        return Texts(wish, format_, Path(folder), told).load(out)


def _load_parquet(wish: Wish, out: Path, told: Told) -> Loaded:
    if not wish.path.is_file():
        raise Unreadable(f"There is no file at {shown(str(wish.path))}.")
    notes: list[str] = []
    file = ParquetFile(wish.path, wish.limits, notes, told)
    refuse_unknown(wish, file.names)
    types = [
        pa.string() if name in wish.as_text else counted(wish, name, arrow)
        for name, arrow in zip(file.names, file.types, strict=True)
    ]
    loaded = Loaded(schema=pa.schema(list(zip(file.names, types, strict=True))), notes=notes)
    return write_rows(loaded, file.batches(), out, wish)


def _silent(share: float) -> None:
    del share

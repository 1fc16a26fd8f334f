"""Files that are small, or look harmless, and would fill the memory of who trusts them."""

import gzip
import struct
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

MIB = 1024 * 1024
PART = 100 * MIB
PARTS = 100
"""Ten thousand mebibytes, packed ten thousand times smaller a piece."""


def gz(folder: Path) -> Path:
    """10 GB of rows in 10 MB."""
    path = folder / "bomb.csv.gz"
    member = gzip.compress(b"1,2\n" * (PART // 4), 1)
    path.write_bytes(gzip.compress(b"a,b\n") + member * PARTS)
    return path


def zipped(folder: Path) -> Path:
    """The same as the one file of a zip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = packer.compress(b"a,b\n") + packer.flush(zlib.Z_FULL_FLUSH)
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    piece = packer.compress(b"1,2\n" * (PART // 4)) + packer.flush(zlib.Z_FULL_FLUSH)
    body = head + piece * 40 + b"\x03\x00"
    sizes = (0, len(body), 4 + PART * 40 & 0xFFFFFFFF)
    name = b"bomb.csv"
    common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, *sizes, len(name), 0)
    local = b"PK\x03\x04" + common + name
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0)
    directory = entry + name
    where = len(local) + len(body)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(directory), where, 0)
    path = folder / "bomb.zip"
    path.write_bytes(local + body + directory + end)
    return path


def many_columns(folder: Path) -> Path:
    """A million columns."""
    path = folder / "wide.csv"
    path.write_text(",".join(f"c{number}" for number in range(1_000_000)) + "\n")
    return path


def short_columns(folder: Path) -> Path:
    """As many columns as a header of allowed length can have."""
    path = folder / "narrow.csv"
    path.write_text("," * 1_000_000 + "\n1\n")
    return path


def wide_row(folder: Path) -> Path:
    """A million cells where two are expected."""
    path = folder / "row.csv"
    path.write_text("a,b\n1,2\n" + "1," * 1_000_000 + "\n")
    return path


def long_line(folder: Path) -> Path:
    """A line of a gigabyte."""
    path = folder / "line.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n1,2\n")
        for _ in range(1024):
            file.write(b"x" * MIB)
    return path


def open_quote(folder: Path) -> Path:
    """A quote that is never closed, over a gigabyte that costs no disk."""
    path = folder / "quote.csv"
    with path.open("wb") as file:
        file.write(b'a,b\n1,"2\n' + b"1,2\n" * (4 * MIB))
    return path


def hole(folder: Path) -> Path:
    """Ten gigabytes of nothing, which is not text."""
    path = folder / "hole.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n")
        file.truncate(10 * 1024 * MIB)
    return path


def long_json(folder: Path) -> Path:
    """One JSON object of 512 MiB."""
    path = folder / "object.json"
    with path.open("wb") as file:
        file.write(b'[{"a": "')
        for _ in range(512):
            file.write(b"x" * MIB)
    return path


def deep_json(folder: Path) -> Path:
    """A million brackets inside each other."""
    path = folder / "deep.jsonl"
    path.write_text('{"a":' * 1_000_000)
    return path


def wide_json(folder: Path) -> Path:
    """A hundred thousand keys."""
    path = folder / "keys.json"
    path.write_text("[{" + ",".join(f'"k{number}":1' for number in range(100_000)) + "}]")
    return path


def long_cells(folder: Path) -> Path:
    """A Parquet file of 1.6 MB, whose one word would be written out a million times."""
    path = folder / "words.parquet"
    words = pa.array(["x" * 1_000_000, "y"])
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 1_000_000, pa.int32()), words)
    pq.write_table(pa.table({"a": column}), path, dictionary_pagesize_limit=4 * MIB)
    return path


def many_rows(folder: Path) -> Path:
    """A small Parquet file of sixty million rows."""
    path = folder / "rows.parquet"
    piece = pa.table({"a": pa.nulls(1_000_000, pa.int64())})
    with pq.ParquetWriter(path, piece.schema) as writer:
        for _ in range(60):
            writer.write_table(piece)
    return path


BOMBS = (
    gz,
    zipped,
    many_columns,
    short_columns,
    wide_row,
    long_line,
    open_quote,
    hole,
    long_json,
    deep_json,
    wide_json,
    long_cells,
    many_rows,
)

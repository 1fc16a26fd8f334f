"""A table that a stranger wrote is read as far as it takes what it says, and no further."""

import pyarrow as pa
import pytest

from console.sandbox.frames import Frame
from console.sandbox.isolation import Isolation
from console.sandbox.returned import MOST_COLUMNS, read_table
from console.sandbox.running import GARBLED, Bench
from console.sandbox.runs import MOST_SHOWN_ROWS

WORDS = pa.array(["flat", "long"] * 600)
TABLES = {
    "numbers": pa.table({"close": [0.0] * 100_000}),
    "words": pa.table({"word": WORDS}),
    "a dictionary": pa.table({"word": WORDS.dictionary_encode()}),
    "no rows": pa.table({"word": WORDS[:0]}),
}
V5 = pa.ipc.MetadataVersion.V5


def written(table, compression=None, version=V5):
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression=compression, metadata_version=version)
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_is_what_was_written(table):
    assert read_table(written(table)).equals(table)


@pytest.mark.parametrize("compression", ["zstd", "lz4"])
@pytest.mark.parametrize("name", ["numbers", "words", "a dictionary"])
def test_what_would_grow_when_it_is_read_is_refused(name, compression):
    with pytest.raises(ValueError, match="compressed"):
        read_table(written(TABLES[name], compression))


def test_a_dictionary_alone_that_would_grow_is_refused():
    empty = TABLES["a dictionary"].schema
    packed = written(TABLES["a dictionary"], "zstd")
    reader = pa.ipc.MessageReader.open_stream(pa.py_buffer(packed))
    parts = [reader.read_next_message().serialize().to_pybytes() for _ in range(2)]

    assert pa.ipc.read_schema(pa.py_buffer(parts[0])) == empty
    with pytest.raises(ValueError, match="compressed"):
        read_table(b"".join(parts))


def test_an_old_kind_and_too_many_columns_are_refused():
    wide = pa.table({str(place): [1] for place in range(MOST_COLUMNS + 1)})

    with pytest.raises(ValueError, match="old kind"):
        read_table(written(TABLES["words"], version=pa.ipc.MetadataVersion.V4))
    with pytest.raises(ValueError, match="too many columns"):
        read_table(written(wide))


def outcome(rows, table=TABLES["words"]):
    bench = Bench(Isolation.__new__(Isolation))
    shown = [{"kind": "table", "title": "", "rows": rows, "blob": 0}]
    told = Frame({"kind": "made", "shown": shown}, [written(table)])
    return bench._outcome(told, None, "", 0.0)


def test_of_a_shown_table_only_its_first_rows_are_taken():
    shown = outcome(1200).shown[0]

    assert (shown.rows, shown.head.num_rows) == (1200, MOST_SHOWN_ROWS)


def test_rows_without_number_are_nothing():
    made = outcome(float("inf"))

    assert (str(made.problem), made.shown) == (GARBLED, ())

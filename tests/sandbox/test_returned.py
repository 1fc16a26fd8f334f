"""A table that a stranger wrote is read as far as it takes what it says, and no further."""

import struct
from array import array

import numpy as np
import pyarrow as pa
import pytest

from console.sandbox.endings import Limit, Mistake
from console.sandbox.frames import Frame
from console.sandbox.isolation import Isolation
from console.sandbox.limits import LIMITS, MIB, RunLimits
from console.sandbox.returned import MOST_COLUMNS, TooLarge, UnreadKind, read_table
from console.sandbox.running import GARBLED, Bench
from console.sandbox.runs import MOST_POINTS, MOST_SHOWN_ROWS

MOST = 64 * MIB
BUFFERS = struct.Struct("<4q")
"""Where the gaps of a column begin and how long they are, then its values."""

WORDS = pa.array(["flat", "long"] * 600)
TABLES = {
    "numbers": pa.table({"close": [0.0] * 100_000}),
    "words": pa.table({"word": WORDS}),
    "a dictionary": pa.table({"word": WORDS.dictionary_encode()}),
    "no rows": pa.table({"word": WORDS[:0]}),
    "nothing but gaps": pa.table({"none": pa.nulls(5)}),
    "parts": pa.table({"list": [[1, 2], None, []], "pair": [{"a": 1, "b": "x"}, None, None]}),
    "money and days": pa.table(
        {
            "exact": pa.array([None, 1], pa.decimal128(10, 2)),
            "day": pa.array([0, None], pa.date32()),
        }
    ),
}
A_MILLION = pa.array(np.zeros(1_000_000, np.int8))
LONG_WORD = pa.DictionaryArray.from_arrays(A_MILLION, ["x" * 10_000])
GROWING = {
    "a word lent a million times": pa.table({"word": LONG_WORD}),
    "the same in a list": pa.table({"words": pa.ListArray.from_arrays([0, 1_000_000], LONG_WORD)}),
    "the same in a part": pa.table({"pair": pa.StructArray.from_arrays([LONG_WORD], ["word"])}),
    "rows of nothing": pa.table({"none": pa.nulls(10_000_000)}),
    "narrow numbers": pa.table({"place": pa.array(np.zeros(9_000_000, np.int8))}),
}
UNREAD = {
    "runs": pa.RunEndEncodedArray.from_arrays(pa.array([2**30]), pa.array(["x"])),
    "views": pa.array(["a word of more than twelve letters"], pa.string_view()),
    "lists as views": pa.array([[1]], pa.list_view(pa.int64())),
    "unions": pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])]),
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
    assert read_table(written(table), MOST)[0].equals(table)


@pytest.mark.parametrize("table", GROWING.values(), ids=GROWING)
def test_a_few_bytes_that_stand_for_many_are_refused_before_they_are_written_out(table):
    before = pa.total_allocated_bytes()

    with pytest.raises(TooLarge):
        read_table(written(table), MOST)

    assert pa.total_allocated_bytes() - before < MIB


def laid_on_each_other(columns, values):
    """Return a table whose columns all name the same bytes, which come once."""
    size = 8 * values
    told = written(pa.table({str(place): np.zeros(values) for place in range(columns)}))
    body = told.rindex(bytes(columns * size))
    head, end = told[:body], told[body + columns * size :]
    for place in range(columns):
        at = place * size
        head = head.replace(BUFFERS.pack(at, 0, at, size), BUFFERS.pack(0, 0, 0, size))
    return (
        head.replace(struct.pack("<q", columns * size), struct.pack("<q", size)) + bytes(size) + end
    )


def test_columns_that_lie_on_each_other_count_each():
    laid = laid_on_each_other(100, values=8_000)

    with pytest.raises(TooLarge):
        read_table(laid, 100 * 64_000 - 1)
    assert len(laid) < 100_000
    assert read_table(laid, 100 * 64_000)[1] == 100 * 64_000


@pytest.mark.parametrize("values", UNREAD.values(), ids=UNREAD)
def test_a_kind_whose_size_cannot_be_told_is_named(values):
    with pytest.raises(UnreadKind, match=str(values.type).partition("<")[0]):
        read_table(written(pa.table({"it": values})), MOST)


def test_what_a_dictionary_lends_is_counted_as_often_as_it_is_lent():
    words = pa.DictionaryArray.from_arrays(
        pa.array([0, 0, 1, None], pa.int8()), ["four", "letters"]
    )

    _, size = read_table(written(pa.table({"word": words})), MOST)

    assert size == 4 * 8 + 2 * 4 + 7


@pytest.mark.parametrize("compression", ["zstd", "lz4"])
@pytest.mark.parametrize("name", ["numbers", "words", "a dictionary"])
def test_what_would_grow_when_it_is_read_is_refused(name, compression):
    with pytest.raises(ValueError, match="compressed"):
        read_table(written(TABLES[name], compression), MOST)


def test_a_dictionary_alone_that_would_grow_is_refused():
    empty = TABLES["a dictionary"].schema
    packed = written(TABLES["a dictionary"], "zstd")
    reader = pa.ipc.MessageReader.open_stream(pa.py_buffer(packed))
    parts = [reader.read_next_message().serialize().to_pybytes() for _ in range(2)]

    assert pa.ipc.read_schema(pa.py_buffer(parts[0])) == empty
    with pytest.raises(ValueError, match="compressed"):
        read_table(b"".join(parts), MOST)


def test_an_old_kind_and_too_many_columns_are_refused():
    wide = pa.table({str(place): [1] for place in range(MOST_COLUMNS + 1)})

    with pytest.raises(ValueError, match="old kind"):
        read_table(written(TABLES["words"], version=pa.ipc.MetadataVersion.V4), MOST)
    with pytest.raises(ValueError, match="too many columns"):
        read_table(written(wide), MOST)


def outcome(shown, *blobs, result=None, limits=LIMITS):
    bench = Bench(Isolation.__new__(Isolation), limits)
    told = Frame({"kind": "made", "shown": shown, "result": result}, list(blobs))
    return bench._outcome(told, None, "", 0.0)


def a_table(rows):
    return {"kind": "table", "title": "", "rows": rows, "blob": 0}


def test_of_a_shown_table_only_its_first_rows_are_taken():
    shown = outcome([a_table(1200)], written(TABLES["words"])).shown[0]

    assert (shown.rows, shown.head.num_rows) == (1200, MOST_SHOWN_ROWS)


def test_rows_without_number_are_nothing():
    made = outcome([a_table(float("inf"))], written(TABLES["words"]))

    assert (str(made.problem), made.shown) == (GARBLED, ())


def test_all_tables_together_are_bounded_also_where_they_are_one():
    limits = RunLimits(result_bytes=2 * MIB)

    made = outcome([a_table(1)] * 3, written(TABLES["numbers"]), limits=limits)

    assert made.problem.limit is Limit.RESULT
    assert str(made.problem) == "What the code gives back takes more than 2 MiB, written out."


def test_a_result_of_a_kind_that_is_not_read_is_a_mistake():
    made = outcome([], written(pa.table({"it": UNREAD["views"]})), result=0)

    assert isinstance(made.problem, Mistake)
    assert "a column of string_view, which is not read: leave it out" in str(made.problem)


def test_a_line_has_no_more_points_than_may_be_drawn():
    figure = {"kind": "figure", "title": "", "lines": [{"name": "a", "blob": 0}]}

    few = outcome([figure], array("d", [1.0, float("nan")]).tobytes())
    many = outcome([figure], bytes(8 * (MOST_POINTS + 1)))

    assert few.shown[0].lines == {"a": [1.0, None]}
    assert str(many.problem) == GARBLED
